// SPDX-License-Identifier: MIT
// The flag parser against Go's rules. Every expected text was printed by Go's own flag package.
#include "../../cli/args.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aether::migrate::cli {
namespace {

constexpr Flag kFlags[] = {
    {"path", FlagType::text, "", "where"},
    {"tz", FlagType::text, "UTC", "zone"},
    {"lock-timeout", FlagType::natural, "15", "seconds"},
    {"digits", FlagType::integer, "6", "width"},
    {"retry-for", FlagType::duration, "10m", "time"},
    {"verbose", FlagType::boolean, "", "more"},
    {"f", FlagType::boolean, "", "force"},
};

ParseOutcome outcome_of(std::vector<std::string> arguments) {
    return FlagSet(kFlags).parse(arguments);
}

ParsedFlags parsed(std::vector<std::string> arguments) {
    ParseOutcome outcome = outcome_of(std::move(arguments));
    if (const FlagError* error = std::get_if<FlagError>(&outcome)) {
        ADD_FAILURE() << error->message;
        return {};
    }
    return std::get<ParsedFlags>(std::move(outcome));
}

std::string message_of(std::vector<std::string> arguments) {
    const ParseOutcome outcome = outcome_of(std::move(arguments));
    const FlagError* error = std::get_if<FlagError>(&outcome);
    return error == nullptr ? "no error" : error->message;
}

using Words = std::vector<std::string>;

TEST(args, gives_the_defaults_of_the_table_when_nothing_is_written) {
    const ParsedFlags flags = parsed({});

    EXPECT_EQ(flags.text("path"), "");
    EXPECT_EQ(flags.text("tz"), "UTC");
    EXPECT_EQ(flags.natural("lock-timeout"), 15U);
    EXPECT_EQ(flags.integer("digits"), 6);
    EXPECT_FALSE(flags.boolean("verbose"));
    EXPECT_FALSE(flags.given("lock-timeout"));
    EXPECT_TRUE(flags.arguments().empty());
}

TEST(args, takes_one_dash_or_two_and_a_blank_or_an_equals_sign) {
    for (const Words& words :
         {Words{"-path", "m"}, Words{"-path=m"}, Words{"--path", "m"}, Words{"--path=m"}}) {
        const ParsedFlags flags = parsed(words);

        EXPECT_EQ(flags.text("path"), "m") << words.front();
        EXPECT_TRUE(flags.arguments().empty()) << words.front();
    }
}

TEST(args, cuts_a_value_at_the_first_equals_sign_only) {
    EXPECT_EQ(parsed({"-path=a=b"}).text("path"), "a=b");
    EXPECT_EQ(parsed({"-path="}).text("path"), "");
}

TEST(args, takes_the_next_word_as_the_value_whatever_it_looks_like) {
    EXPECT_EQ(parsed({"-path", "-verbose"}).text("path"), "-verbose");
    EXPECT_EQ(parsed({"-path", "--"}).text("path"), "--");
    EXPECT_EQ(parsed({"-path", ""}).text("path"), "");
}

TEST(args, tells_a_flag_that_was_given_its_default_from_one_that_was_not_given) {
    EXPECT_TRUE(parsed({"-lock-timeout", "15"}).given("lock-timeout"));
    EXPECT_TRUE(parsed({"-verbose=false"}).given("verbose"));
    EXPECT_FALSE(parsed({"-verbose"}).given("lock-timeout"));
}

TEST(args, takes_a_boolean_only_behind_an_equals_sign) {
    const ParsedFlags flags = parsed({"-verbose", "false", "up"});

    EXPECT_TRUE(flags.boolean("verbose"));
    EXPECT_EQ(flags.arguments(), (Words{"false", "up"}));
}

TEST(args, knows_the_six_words_of_go_for_true_and_for_false) {
    for (const char* word : {"1", "t", "T", "TRUE", "true", "True"}) {
        EXPECT_TRUE(parsed({std::string("-verbose=") + word}).boolean("verbose")) << word;
    }
    for (const char* word : {"0", "f", "F", "FALSE", "false", "False"}) {
        EXPECT_FALSE(parsed({std::string("-verbose=") + word}).boolean("verbose")) << word;
    }
    for (const char* word : {"tRUE", "yes", "on", "", " true", "2"}) {
        EXPECT_NE(message_of({std::string("-verbose=") + word}), "no error") << word;
    }
}

struct NumberCase {
    const char* text;
    std::uint64_t number;
};

TEST(args, reads_the_number_literals_of_go) {
    for (const NumberCase& wanted : std::initializer_list<NumberCase>{{"0", 0},
                                                                      {"00", 0},
                                                                      {"30", 30},
                                                                      {"010", 8},
                                                                      {"0x1F", 31},
                                                                      {"0X1f", 31},
                                                                      {"0b101", 5},
                                                                      {"0B1", 1},
                                                                      {"0o17", 15},
                                                                      {"0O17", 15},
                                                                      {"1_000", 1000},
                                                                      {"0_7", 7},
                                                                      {"0x_1f", 31},
                                                                      {"0b_1", 1},
                                                                      {"18446744073709551615", UINT64_MAX},
                                                                      {"0xffffffffffffffff", UINT64_MAX}}) {
        EXPECT_EQ(parsed({"-lock-timeout", wanted.text}).natural("lock-timeout"), wanted.number)
            << wanted.text;
    }
}

TEST(args, refuses_what_is_no_number_in_go) {
    for (const std::string text : {"", "-5", "+5", "08", "0x", "0b", "0b2", "0o8", "_1", "1_", "1__0", "0_",
                                   "0x1_", "1e3", " 1", "1 ", "15s", "0xg", "--5"}) {
        EXPECT_EQ(message_of({"-lock-timeout", text}),
                  "invalid value \"" + text + "\" for flag -lock-timeout: parse error");
    }
}

TEST(args, says_out_of_range_for_a_number_that_is_too_large_whatever_follows_its_digits) {
    EXPECT_EQ(message_of({"-lock-timeout=18446744073709551616"}),
              "invalid value \"18446744073709551616\" for flag -lock-timeout: value out of range");
    EXPECT_EQ(message_of({"-lock-timeout", "99999999999999999999"}),
              "invalid value \"99999999999999999999\" for flag -lock-timeout: value out of range");
    EXPECT_EQ(message_of({"-lock-timeout", "99999999999999999999x"}),
              "invalid value \"99999999999999999999x\" for flag -lock-timeout: value out of range");
}

TEST(args, reads_signed_numbers_up_to_both_ends_of_64_bits) {
    EXPECT_EQ(parsed({"-digits", "-5"}).integer("digits"), -5);
    EXPECT_EQ(parsed({"-digits=+5"}).integer("digits"), 5);
    EXPECT_EQ(parsed({"-digits=-0x10"}).integer("digits"), -16);
    EXPECT_EQ(parsed({"-digits=9223372036854775807"}).integer("digits"), INT64_MAX);
    EXPECT_EQ(parsed({"-digits=-9223372036854775808"}).integer("digits"), INT64_MIN);
    EXPECT_EQ(message_of({"-digits=9223372036854775808"}),
              "invalid value \"9223372036854775808\" for flag -digits: value out of range");
    EXPECT_EQ(message_of({"-digits=-9223372036854775809"}),
              "invalid value \"-9223372036854775809\" for flag -digits: value out of range");
    EXPECT_EQ(message_of({"-digits=-"}), "invalid value \"-\" for flag -digits: parse error");
}

TEST(args, lets_the_last_of_several_values_count) {
    EXPECT_EQ(parsed({"-path", "a", "--path=b"}).text("path"), "b");
    EXPECT_FALSE(parsed({"-verbose", "-verbose=0"}).boolean("verbose"));
}

TEST(args, ends_the_flags_at_the_first_argument) {
    const ParsedFlags flags = parsed({"-verbose", "up", "-path", "m"});

    EXPECT_EQ(flags.arguments(), (Words{"up", "-path", "m"}));
    EXPECT_FALSE(flags.given("path"));
}

TEST(args, ends_the_flags_behind_two_dashes_and_at_a_lone_dash) {
    EXPECT_EQ(parsed({"-f", "--", "-path"}).arguments(), (Words{"-path"}));
    EXPECT_EQ(parsed({"--", "--"}).arguments(), (Words{"--"}));
    EXPECT_EQ(parsed({"-", "-f"}).arguments(), (Words{"-", "-f"}));
    EXPECT_EQ(parsed({"", "-f"}).arguments(), (Words{"", "-f"}));
}

TEST(args, asks_for_help_where_the_table_has_no_such_flag) {
    for (const char* word : {"-h", "--h", "-help", "--help", "-help=x"}) {
        EXPECT_TRUE(std::holds_alternative<HelpRequest>(outcome_of({"-verbose", word}))) << word;
    }
}

TEST(args, reads_help_as_a_flag_where_the_table_has_one) {
    constexpr Flag kWithHelp[] = {{"help", FlagType::boolean, "", "this text"}};

    const ParseOutcome outcome = FlagSet(kWithHelp).parse(Words{"-help"});

    ASSERT_TRUE(std::holds_alternative<ParsedFlags>(outcome));
    EXPECT_TRUE(std::get<ParsedFlags>(outcome).boolean("help"));
    EXPECT_TRUE(std::holds_alternative<HelpRequest>(FlagSet(kWithHelp).parse(Words{"-h"})));
}

TEST(args, refuses_an_unknown_flag_by_its_name_without_its_value) {
    EXPECT_EQ(message_of({"-nope"}), "flag provided but not defined: -nope");
    EXPECT_EQ(message_of({"--nope=3"}), "flag provided but not defined: -nope");
    EXPECT_EQ(message_of({"-1"}), "flag provided but not defined: -1");
    EXPECT_EQ(message_of({"-Path", "m"}), "flag provided but not defined: -Path");
}

TEST(args, refuses_a_flag_without_its_value) {
    EXPECT_EQ(message_of({"-path"}), "flag needs an argument: -path");
    EXPECT_EQ(message_of({"-verbose", "--lock-timeout"}), "flag needs an argument: -lock-timeout");
}

TEST(args, refuses_a_bad_boolean_with_the_text_of_go) {
    EXPECT_EQ(message_of({"-verbose=maybe"}), "invalid boolean value \"maybe\" for -verbose: parse error");
    EXPECT_EQ(message_of({"--f="}), "invalid boolean value \"\" for -f: parse error");
}

TEST(args, refuses_three_dashes_and_a_flag_without_a_name) {
    EXPECT_EQ(message_of({"---x"}), "bad flag syntax: ---x");
    EXPECT_EQ(message_of({"-=3"}), "bad flag syntax: -=3");
    EXPECT_EQ(message_of({"--=3"}), "bad flag syntax: --=3");
}

TEST(args, reads_a_duration_as_go_does) {
    EXPECT_EQ(parsed({}).duration("retry-for"), std::chrono::minutes(10));
    EXPECT_EQ(parsed({"-retry-for", "1.5s"}).duration("retry-for"), std::chrono::milliseconds(1500));
    EXPECT_EQ(parsed({"-retry-for=1h30m"}).duration("retry-for"), std::chrono::minutes(90));
    EXPECT_EQ(parsed({"-retry-for", "0"}).duration("retry-for"), std::chrono::milliseconds(0));
}

TEST(args, refuses_what_is_no_duration) {
    EXPECT_EQ(message_of({"-retry-for", "x"}), "invalid value \"x\" for flag -retry-for: parse error");
    EXPECT_EQ(message_of({"-retry-for", "10"}), "invalid value \"10\" for flag -retry-for: parse error");
    EXPECT_EQ(message_of({"-retry-for="}), "invalid value \"\" for flag -retry-for: parse error");
    EXPECT_EQ(message_of({"-retry-for"}), "flag needs an argument: -retry-for");
}

// Go's package has no bounds here; these are ours, in its words.
TEST(args, refuses_a_duration_that_no_limit_can_have) {
    EXPECT_EQ(message_of({"-retry-for", "-1s"}),
              "invalid value \"-1s\" for flag -retry-for: value out of range");
    EXPECT_EQ(message_of({"-retry-for", "577h"}),
              "invalid value \"577h\" for flag -retry-for: value out of range");
}

TEST(args, escapes_control_characters_and_quotes_in_a_message) {
    EXPECT_EQ(message_of({"-digits", "\x1b[31m\n\"\\\x7f"}),
              "invalid value \"\\x1b[31m\\n\\\"\\\\\\x7f\" for flag -digits: parse error");
}

TEST(args, shows_no_password_of_a_url_that_slipped_out_of_its_place) {
    const std::string url = "postgres://bob:s3cret@db/app";

    for (const Words& words : {Words{"-lock-timeout", url}, Words{"-verbose=" + url}, Words{"---" + url}}) {
        const std::string message = message_of(words);

        EXPECT_NE(message, "no error");
        EXPECT_EQ(message.find("s3cret"), std::string::npos) << message;
    }
}

TEST(args, takes_a_dash_and_a_digit_as_an_argument_where_the_command_wants_numbers) {
    const FlagSet force(kFlags, DashDigit::argument);

    const ParseOutcome outcome = force.parse(Words{"-f", "-1"});

    ASSERT_TRUE(std::holds_alternative<ParsedFlags>(outcome));
    EXPECT_EQ(std::get<ParsedFlags>(outcome).arguments(), (Words{"-1"}));
    EXPECT_TRUE(std::get<ParsedFlags>(outcome).boolean("f"));
    EXPECT_EQ(std::get<ParsedFlags>(force.parse(Words{"--", "-1"})).arguments(), (Words{"-1"}));
    EXPECT_TRUE(std::holds_alternative<FlagError>(force.parse(Words{"--1"})));
}

TEST(args, lists_flags_sorted_with_types_and_defaults_as_go_does) {
    constexpr Flag kAll[] = {
        {"tz", FlagType::text, "UTC", "zone\nof time"},
        {"q", FlagType::text, "a\"b", "quoted"},
        {"e", FlagType::text, "", "empty"},
        {"lock-timeout", FlagType::natural, "15", "seconds"},
        {"digits", FlagType::integer, "6", "width"},
        {"wait", FlagType::duration, "", "none"},
        {"zero", FlagType::integer, "0", "none"},
        {"f", FlagType::boolean, "", "one letter"},
        {"t", FlagType::boolean, "true", "true one"},
        {"seq", FlagType::boolean, "false", "long bool"},
        {"n", FlagType::natural, "", "one letter number"},
    };

    EXPECT_EQ(FlagSet(kAll).list(),
              "  -digits int\n    \twidth (default 6)\n"
              "  -e string\n    \tempty\n"
              "  -f\tone letter\n"
              "  -lock-timeout uint\n    \tseconds (default 15)\n"
              "  -n uint\n    \tone letter number\n"
              "  -q string\n    \tquoted (default \"a\\\"b\")\n"
              "  -seq\n    \tlong bool\n"
              "  -t\ttrue one (default true)\n"
              "  -tz string\n    \tzone\n    \tof time (default \"UTC\")\n"
              "  -wait duration\n    \tnone\n"
              "  -zero int\n    \tnone\n");
    EXPECT_EQ(FlagSet({}).list(), "");
}

}  // namespace
}  // namespace aether::migrate::cli
