// SPDX-License-Identifier: MIT
// The help texts: what they must name, their shape, and that the tables behind them are sound.
#include "../../cli/usage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aether::migrate::cli {
namespace {

using Words = std::vector<std::string>;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string usage() {
    return program_usage(
        {.sources = {"file"}, .databases = {"scratch", "pgx5", "postgresql", "pgx", "postgres", "pgx4"}});
}

TEST(usage, begins_with_the_two_lines_of_golang_migrate) {
    const std::vector<std::string> lines = lines_of(usage());

    EXPECT_EQ(lines[0], "Usage: migrate OPTIONS COMMAND [arg...]");
    EXPECT_EQ(lines[1], "       migrate [ -version | -help ]");
}

TEST(usage, names_every_option_with_its_default) {
    const std::string text = usage();

    for (const char* option :
         {"  -path ", "  -source ", "  -database ", "  -lock-timeout N ", "  -prefetch N ", "  -verbose ",
          "  -table-lock-timeout D\n", "  -retry-for D ", "  -statement-timeout D\n", "  -idle-timeout D ",
          "  -client-check-interval D\n", "(default 10m; 0: one try)", "  -version ", "  -help, -h ",
          "(default 1800, not golang-migrate's", "(default 10)"}) {
        EXPECT_TRUE(has(text, option)) << option;
    }
}

TEST(usage, names_every_command_with_its_arguments) {
    const std::string text = usage();

    for (const char* command :
         {"\n  create [-ext E] [-dir D] [-seq] [-digits N] [-format F] [-tz Z] NAME\n", "\n  goto V ",
          "\n  up [N] ", "\n  down [N | -all] ", "\n  drop [-f] ", "\n  force V ", "\n  version ",
          "\n  scratch list | url NAME | stop NAME | drop NAME\n"}) {
        EXPECT_TRUE(has(text, command)) << command;
    }
}

TEST(usage, names_variables_and_exit_codes) {
    const std::string text = usage();

    for (const char* part : {"DATABASE_URL", "MIGRATIONS_PATH", "AETHER_POSTGRES_BIN", "\n  0 ", "\n  1 ",
                             "\n  2 ", "\n  143 "}) {
        EXPECT_TRUE(has(text, part)) << part;
    }
}

TEST(usage, ends_with_the_schemes_in_order) {
    const std::vector<std::string> lines = lines_of(usage());

    EXPECT_EQ(lines[lines.size() - 2], "Source drivers: file");
    EXPECT_EQ(lines.back(), "Database drivers: pgx, pgx4, pgx5, postgres, postgresql, scratch");
}

TEST(usage, fits_into_80_columns) {
    for (const std::string& line : lines_of(usage())) {
        EXPECT_LE(line.size(), 80U) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
    }
}

TEST(usage, reads_every_command_and_all_global_flags) {
    for (const Command& command : commands()) {
        EXPECT_EQ(find_command(command.name), &command);
        EXPECT_TRUE(command.synopsis.starts_with(command.name));
        EXPECT_TRUE(std::holds_alternative<ParsedFlags>(command.flag_set().parse(Words{})));
    }
    EXPECT_EQ(find_command("help"), nullptr);
    EXPECT_EQ(find_command(""), nullptr);
}

TEST(usage, gives_the_global_flags_their_defaults) {
    const ParseOutcome outcome = global_flags().parse(Words{"-path", "m", "up", "2"});

    ASSERT_TRUE(std::holds_alternative<ParsedFlags>(outcome));
    const ParsedFlags& flags = std::get<ParsedFlags>(outcome);
    EXPECT_EQ(flags.text("path"), "m");
    EXPECT_EQ(flags.text("source"), "");
    EXPECT_EQ(flags.text("database"), "");
    EXPECT_EQ(flags.natural("lock-timeout"), 1800U);
    EXPECT_FALSE(flags.given("lock-timeout"));
    EXPECT_EQ(flags.natural("prefetch"), 10U);
    for (const char* limit :
         {"table-lock-timeout", "retry-for", "statement-timeout", "idle-timeout", "client-check-interval"}) {
        EXPECT_FALSE(flags.given(limit)) << limit;
        EXPECT_EQ(flags.duration(limit), std::chrono::milliseconds(0)) << limit;
    }
    EXPECT_FALSE(flags.boolean("verbose"));
    EXPECT_FALSE(flags.boolean("version"));
    EXPECT_FALSE(flags.boolean("help"));
    EXPECT_EQ(flags.arguments(), (Words{"up", "2"}));
}

TEST(usage, gives_the_flags_of_create_their_defaults) {
    const ParseOutcome outcome = find_command("create")->flag_set().parse(Words{"-ext", "sql", "name"});

    ASSERT_TRUE(std::holds_alternative<ParsedFlags>(outcome));
    const ParsedFlags& flags = std::get<ParsedFlags>(outcome);
    EXPECT_EQ(flags.text("ext"), "sql");
    EXPECT_EQ(flags.text("dir"), "");
    EXPECT_FALSE(flags.boolean("seq"));
    EXPECT_EQ(flags.integer("digits"), 6);
    EXPECT_EQ(flags.text("format"), "20060102150405");
    EXPECT_EQ(flags.text("tz"), "UTC");
}

TEST(usage, reads_minus_one_as_the_argument_of_force_only) {
    const ParseOutcome force = find_command("force")->flag_set().parse(Words{"-1"});

    ASSERT_TRUE(std::holds_alternative<ParsedFlags>(force));
    EXPECT_EQ(std::get<ParsedFlags>(force).arguments(), Words{"-1"});
    EXPECT_TRUE(std::holds_alternative<FlagError>(find_command("goto")->flag_set().parse(Words{"-1"})));
}

TEST(usage, says_how_a_command_is_called_and_then_lists_its_flags) {
    EXPECT_EQ(command_help(*find_command("drop")),
              "Usage: migrate OPTIONS drop [-f]\n"
              "  Remove everything from the database's current schema\n"
              "  after a question; -f does not ask.\n"
              "\n"
              "  -f\tDrop without the question\n"
              "  -help\n"
              "    \tPrint this text\n");
}

TEST(usage, lists_the_flags_of_a_command_as_go_does) {
    EXPECT_EQ(command_usage(*find_command("down")),
              "Usage of down:\n"
              "  -all\n"
              "    \tUndo everything without the question\n"
              "  -help\n"
              "    \tPrint this text\n");
}

}  // namespace
}  // namespace aether::migrate::cli
