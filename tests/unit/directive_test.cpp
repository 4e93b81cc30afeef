// SPDX-License-Identifier: MIT
// Header lines: what they set, what is a plain comment, and what is refused where.
#include "../../src/migration/directive.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

using std::chrono::milliseconds;

spi::LexicalRules rules() {
    spi::LexicalRules rules;
    rules.nested_block_comments = true;
    return rules;
}

Directives directives_of(std::string_view head) {
    Directives directives;
    if (const auto fault = read_directives(head, rules(), directives)) {
        ADD_FAILURE() << fault->message;
    }
    return directives;
}

DirectiveFault fault_of(std::string_view head) {
    Directives directives;
    const auto fault = read_directives(head, rules(), directives);
    return fault.value_or(DirectiveFault{0, "no fault", ""});
}

// The text of the head from the fault on.
std::string_view place_of(std::string_view head) {
    return head.substr(fault_of(head).offset);
}

TEST(directive, says_nothing_by_default) {
    for (const std::string_view head : {"", "\n\n", "-- adds a table\n", "/* migrate:transaction */\n"}) {
        const Directives directives = directives_of(head);

        EXPECT_EQ(directives.mode, TransactionMode::automatic) << head;
        EXPECT_FALSE(directives.idempotent) << head;
        EXPECT_EQ(directives.limits, Limits()) << head;
    }
}

TEST(directive, sets_the_mode) {
    EXPECT_EQ(directives_of("-- migrate:transaction\n").mode, TransactionMode::transaction);
    EXPECT_EQ(directives_of("-- migrate:no-transaction\n").mode, TransactionMode::no_transaction);
    EXPECT_TRUE(directives_of("-- migrate:idempotent").idempotent);
    EXPECT_FALSE(directives_of("-- migrate:idempotent").code);
    EXPECT_TRUE(directives_of("-- migrate:code").code);
}

TEST(directive, sets_each_limit) {
    const Limits limits = directives_of(
                              "-- migrate:table-lock-timeout 3s\n"
                              "-- migrate:retry-for 10m\n"
                              "-- migrate:statement-timeout 1h30m\n"
                              "-- migrate:idle-timeout 0\n"
                              "-- migrate:client-check-interval 500ms\n")
                              .limits;

    EXPECT_EQ(limits.table_lock_timeout, milliseconds(3000));
    EXPECT_EQ(limits.retry_for, milliseconds(600'000));
    EXPECT_EQ(limits.statement_timeout, milliseconds(5'400'000));
    EXPECT_EQ(limits.idle_timeout, milliseconds(0));
    EXPECT_EQ(limits.client_check_interval, milliseconds(500));
}

TEST(directive, may_be_written_with_other_blanks_line_ends_and_case) {
    for (const std::string_view head :
         {"--migrate:retry-for 1s", "  --\tmigrate:retry-for\t 1s  ",
          "\n\n-- why\r\n-- migrate:retry-for 1s\r\n", "-- Migrate:Retry-For 1s\n",
          "/* a /* b */ */\n-- migrate:retry-for 1s\n", ";\n-- migrate:retry-for 1s"}) {
        EXPECT_EQ(directives_of(head).limits.retry_for, milliseconds(1000)) << head;
    }
}

TEST(directive, may_begin_with_another_comment_mark_of_the_database) {
    spi::LexicalRules hashes;
    hashes.hash_comments = true;
    Directives directives;

    EXPECT_FALSE(read_directives("# migrate:idempotent\n", hashes, directives));

    EXPECT_TRUE(directives.idempotent);
}

TEST(directive, inside_a_block_comment_is_none) {
    EXPECT_EQ(directives_of("/*\n-- migrate:nonsense\n*/").mode, TransactionMode::automatic);
}

TEST(directive, leaves_marks_of_dbmate_and_other_comments_alone) {
    for (const std::string_view comment :
         {"-- migrate:up\n", "-- migrate:down", "-- migrate:up transaction:false\n",
          "-- migrate: moves the users\n", "-- migrate:", "-- migrate the users\n", "-- remigrate:x\n",
          "-- -- migrate:x\n", "--- migrate:x"}) {
        EXPECT_EQ(fault_of(comment).message, "no fault") << comment;
    }
}

TEST(directive, of_an_unknown_name_is_refused_where_the_name_stands) {
    const std::string_view head = "-- why\n  -- migrate:frobnicate now\n";

    const DirectiveFault fault = fault_of(head);

    EXPECT_EQ(fault.message, "unknown header line \"frobnicate\"");
    EXPECT_EQ(place_of(head), "frobnicate now\n");
    EXPECT_EQ(
        fault.hint,
        "header lines are: no-transaction, transaction, idempotent, code, table-lock-timeout, retry-for, "
        "statement-timeout, idle-timeout, client-check-interval");
}

TEST(directive, of_a_misspelt_name_names_the_one_that_was_meant) {
    const auto meant = [](std::string_view head) {
        const std::string hint = fault_of(head).hint;
        return hint.substr(0, hint.find('?'));
    };

    EXPECT_EQ(meant("-- migrate:no-transation"), "did you mean \"-- migrate:no-transaction\"");
    EXPECT_EQ(meant("-- migrate:notransaction"), "did you mean \"-- migrate:no-transaction\"");
    EXPECT_EQ(meant("-- migrate:retry_for 1s"), "did you mean \"-- migrate:retry-for 10s\"");
    EXPECT_EQ(meant("-- migrate:retry-for=1s"), "did you mean \"-- migrate:retry-for 10s\"");
    EXPECT_EQ(meant("-- migrate:IDEMPOTANT"), "did you mean \"-- migrate:idempotent\"");
    EXPECT_TRUE(meant("-- migrate:lint").starts_with("header lines are"));
}

TEST(directive, of_a_long_name_shows_its_beginning) {
    const std::string name = std::string(59, 'x') + "äöü";

    EXPECT_EQ(fault_of("-- migrate:" + name).message, "unknown header line \"" + std::string(59, 'x') + "\"");
}

TEST(directive, with_a_blank_behind_the_mark_is_refused) {
    const std::string_view head = "-- migrate: no-transaction\n";

    EXPECT_EQ(fault_of(head).message, "a blank behind \"migrate:\" in a header line");
    EXPECT_EQ(fault_of(head).hint, "write \"-- migrate:no-transaction\"");
    EXPECT_EQ(place_of(head), "no-transaction\n");
}

TEST(directive, that_stands_twice_is_refused) {
    const std::string_view head = "-- migrate:retry-for 1s\n-- migrate:retry-for 2s\n";

    EXPECT_EQ(fault_of(head).message, "header line \"retry-for\" stands twice");
    EXPECT_EQ(place_of(head), "retry-for 2s\n");
    EXPECT_EQ(fault_of("-- migrate:transaction\n-- migrate:transaction").message,
              "header line \"transaction\" stands twice");
    EXPECT_EQ(fault_of("-- migrate:idempotent\n-- migrate:idempotent").message,
              "header line \"idempotent\" stands twice");
    EXPECT_EQ(fault_of("-- migrate:code\n-- migrate:code").message, "header line \"code\" stands twice");
}

TEST(directive, transaction_and_no_transaction_exclude_each_other) {
    const std::string_view head = "-- migrate:transaction\n-- migrate:no-transaction";

    EXPECT_EQ(fault_of(head).message, "header lines transaction and no-transaction exclude each other");
    EXPECT_EQ(place_of(head), "no-transaction");
}

TEST(directive, without_its_value_is_refused) {
    EXPECT_EQ(fault_of("-- migrate:retry-for").message, "header line retry-for has no value");
    EXPECT_EQ(fault_of("-- migrate:retry-for \n").hint, "write a duration: \"-- migrate:retry-for 10s\"");
    EXPECT_EQ(place_of("-- migrate:retry-for \n"), "retry-for \n");
}

TEST(directive, with_a_value_too_many_is_refused) {
    EXPECT_EQ(fault_of("-- migrate:transaction yes").message, "header line transaction takes no value");
    EXPECT_EQ(place_of("-- migrate:transaction yes"), "yes");
    EXPECT_EQ(fault_of("-- migrate:retry-for 1s or so").message,
              "header line retry-for takes one value and nothing else");
    EXPECT_EQ(place_of("-- migrate:retry-for 1s or so"), "or so");
}

TEST(directive, with_a_value_that_is_no_limit_is_refused) {
    const std::string_view head = "-- migrate:retry-for 10\n";

    EXPECT_EQ(fault_of(head).message, "header line retry-for: time: missing unit in duration \"10\"");
    EXPECT_EQ(place_of(head), "10\n");
    EXPECT_EQ(fault_of("-- migrate:retry-for -1s").message,
              "header line retry-for: duration \"-1s\" is negative");
    EXPECT_EQ(fault_of("-- migrate:retry-for 600h").message,
              "header line retry-for: duration \"600h\" is longer than 24 days");
}

TEST(directive, may_come_in_pieces) {
    Directives directives;
    EXPECT_FALSE(read_directives("-- migrate:transaction\n", rules(), directives));

    const auto fault = read_directives("-- migrate:transaction\n", rules(), directives);

    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->message, "header line \"transaction\" stands twice");
}

}  // namespace
}  // namespace aether::migrate
