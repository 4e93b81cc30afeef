// SPDX-License-Identifier: MIT
// Which migrations a command runs; the tables are those that golang-migrate's own tests and runs give.
#include "../../src/plan/planner.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

// golang-migrate's test set: 1 and 4 and 7 have both halves, 3 only up, 5 only down.
Catalog sample() {
    return make_catalog({{"1_a.up.sql", ""},
                         {"1_a.down.sql", ""},
                         {"3_b.up.sql", ""},
                         {"4_c.up.sql", ""},
                         {"4_c.down.sql", ""},
                         {"5_d.down.sql", ""},
                         {"7_e.up.sql", ""},
                         {"7_e.down.sql", ""}},
                        "migrations");
}

VersionState nothing() {
    return {std::nullopt, false};
}
VersionState at(std::int64_t version) {
    return {Version{version}, false};
}

// Returns the plan as "1/u>1 3/u>3 short 2": version, direction, the version it leads to; "-" marks a step
// without file, "nothing to do" a plan without steps.
std::string plan(const Catalog& catalog, const VersionState& state, const Target& target) {
    const Plan made = make_plan(catalog, state, target, "migrations");
    std::string text;
    for (const PlannedStep& step : made.steps) {
        text += text.empty() ? "" : " ";
        text += std::to_string(step.version.number) + (step.direction == Direction::up ? "/u" : "/d");
        text += step.reason == StepReason::missing_file ? "-" : "";
        text += ">" + to_string(step.leads_to);
    }
    if (made.short_by > 0) {
        text += " short " + std::to_string(made.short_by);
    }
    return text.empty() ? "nothing to do" : text;
}

ErrorDetails refusal(const Catalog& catalog, const VersionState& state, const Target& target) {
    try {
        (void)make_plan(catalog, state, target, "migrations");
    } catch (const Error& error) {
        return error.details();
    }
    ADD_FAILURE() << "no refusal";
    return {};
}

std::string message(const VersionState& state, const Target& target) {
    return refusal(sample(), state, target).message;
}

Target up(std::uint64_t limit) {
    return UpTarget{limit};
}
Target down(std::uint64_t limit) {
    return DownTarget{limit};
}
Target go_to(std::int64_t version) {
    return GotoTarget{Version{version}};
}

std::string absent(const std::string& version) {
    return "no migration found for version " + version + ": read down for version " + version +
           " .: file does not exist";
}

TEST(planner_up, goes_through_all_versions_in_order) {
    EXPECT_EQ(plan(sample(), nothing(), UpTarget{}), "1/u>1 3/u>3 4/u>4 5/u->5 7/u>7");
}

TEST(planner_up, starts_above_the_current_version) {
    EXPECT_EQ(plan(sample(), at(4), UpTarget{}), "5/u->5 7/u>7");
}

TEST(planner_up, has_nothing_to_do_at_the_last_version) {
    EXPECT_EQ(plan(sample(), at(7), UpTarget{}), "nothing to do");
}

TEST(planner_up, refuses_a_source_without_files_from_nothing) {
    const ErrorDetails details = refusal(Catalog(), nothing(), UpTarget{});

    EXPECT_EQ(details.code, ErrorCode::no_such_migration);
    EXPECT_EQ(details.message, "first .: file does not exist");
    EXPECT_EQ(details.state, "in migrations: there are no migration files");
    EXPECT_EQ(details.next, "check -path or MIGRATIONS_PATH");
    EXPECT_EQ(refusal(Catalog(), nothing(), up(2)).message, "first .: file does not exist");
}

TEST(planner_up, goes_as_many_steps_as_asked) {
    EXPECT_EQ(plan(sample(), nothing(), up(1)), "1/u>1");
    EXPECT_EQ(plan(sample(), nothing(), up(4)), "1/u>1 3/u>3 4/u>4 5/u->5");
    EXPECT_EQ(plan(sample(), at(1), up(1)), "3/u>3");
    EXPECT_EQ(plan(sample(), at(3), up(1)), "4/u>4");
    EXPECT_EQ(plan(sample(), at(4), up(1)), "5/u->5");
    EXPECT_EQ(plan(sample(), at(5), up(1)), "7/u>7");
}

TEST(planner_up, tells_how_many_steps_are_missing) {
    EXPECT_EQ(plan(sample(), at(5), up(2)), "7/u>7 short 1");
    EXPECT_EQ(plan(sample(), at(4), up(100)), "5/u->5 7/u>7 short 98");
    EXPECT_EQ(plan(sample(), at(5), up(std::numeric_limits<std::uint64_t>::max())),
              "7/u>7 short 18446744073709551614");
}

TEST(planner_up, refuses_a_number_of_steps_at_the_last_version) {
    const ErrorDetails details = refusal(sample(), at(7), up(1));

    EXPECT_EQ(details.message, "file does not exist");
    EXPECT_EQ(details.code, ErrorCode::no_such_migration);
    EXPECT_EQ(details.state, "in migrations: version 7 is the last one");
}

TEST(planner_down, undoes_all_versions_from_the_current_one) {
    EXPECT_EQ(plan(sample(), at(7), DownTarget{}), "7/d>5 5/d>4 4/d>3 3/d->1 1/d>-1");
    EXPECT_EQ(plan(sample(), at(4), DownTarget{}), "4/d>3 3/d->1 1/d>-1");
}

TEST(planner_down, has_nothing_to_do_when_nothing_is_applied) {
    EXPECT_EQ(plan(sample(), nothing(), DownTarget{}), "nothing to do");
    EXPECT_EQ(plan(Catalog(), nothing(), DownTarget{}), "nothing to do");
}

TEST(planner_down, goes_as_many_steps_as_asked) {
    EXPECT_EQ(plan(sample(), at(7), down(1)), "7/d>5");
    EXPECT_EQ(plan(sample(), at(5), down(1)), "5/d>4");
    EXPECT_EQ(plan(sample(), at(4), down(1)), "4/d>3");
    EXPECT_EQ(plan(sample(), at(3), down(1)), "3/d->1");
    EXPECT_EQ(plan(sample(), at(1), down(1)), "1/d>-1");
    EXPECT_EQ(plan(sample(), at(7), down(4)), "7/d>5 5/d>4 4/d>3 3/d->1");
}

TEST(planner_down, tells_how_many_steps_are_missing) {
    EXPECT_EQ(plan(sample(), at(1), down(2)), "1/d>-1 short 1");
    EXPECT_EQ(plan(sample(), at(4), down(9)), "4/d>3 3/d->1 1/d>-1 short 6");
}

TEST(planner_down, refuses_a_number_of_steps_when_nothing_is_applied) {
    const ErrorDetails details = refusal(sample(), nothing(), down(1));

    EXPECT_EQ(details.message, "file does not exist");
    EXPECT_EQ(details.code, ErrorCode::no_such_migration);
    EXPECT_EQ(details.state, "in migrations: no migration is applied, so there is none to undo");
    EXPECT_EQ(refusal(Catalog(), nothing(), down(3)).message, "file does not exist");
}

TEST(planner_goto, goes_up_or_down_to_the_version) {
    EXPECT_EQ(plan(sample(), nothing(), go_to(7)), "1/u>1 3/u>3 4/u>4 5/u->5 7/u>7");
    EXPECT_EQ(plan(sample(), nothing(), go_to(1)), "1/u>1");
    EXPECT_EQ(plan(sample(), at(1), go_to(4)), "3/u>3 4/u>4");
    EXPECT_EQ(plan(sample(), at(4), go_to(5)), "5/u->5");
    EXPECT_EQ(plan(sample(), at(3), go_to(1)), "3/d->1");
    EXPECT_EQ(plan(sample(), at(7), go_to(1)), "7/d>5 5/d>4 4/d>3 3/d->1");
}

TEST(planner_goto, has_nothing_to_do_at_the_version) {
    for (const std::int64_t version : {1, 3, 4, 5, 7}) {
        EXPECT_EQ(plan(sample(), at(version), go_to(version)), "nothing to do") << version;
    }
}

TEST(planner_goto, refuses_versions_without_file_from_anywhere) {
    for (const std::int64_t version : {0, 2, 6, 8}) {
        EXPECT_EQ(message(nothing(), go_to(version)), absent(std::to_string(version)));
        EXPECT_EQ(message(at(4), go_to(version)), absent(std::to_string(version)));
        EXPECT_EQ(message(at(7), go_to(version)), absent(std::to_string(version)));
    }
    EXPECT_EQ(refusal(Catalog(), nothing(), go_to(1)).message, absent("1"));
}

TEST(planner, refuses_a_current_version_without_file) {
    for (const std::int64_t version : {0, 2, 6, 8}) {
        const std::string expected = absent(std::to_string(version));
        EXPECT_EQ(message(at(version), UpTarget{}), expected);
        EXPECT_EQ(message(at(version), up(1)), expected);
        EXPECT_EQ(message(at(version), DownTarget{}), expected);
        EXPECT_EQ(message(at(version), down(1)), expected);
        EXPECT_EQ(message(at(version), go_to(1)), expected);
        EXPECT_EQ(message(at(version), go_to(version)), expected);
    }
    const ErrorDetails details = refusal(sample(), at(2), UpTarget{});
    EXPECT_EQ(details.code, ErrorCode::no_such_migration);
    EXPECT_EQ(details.state, "in migrations: there is no file of version 2");
    EXPECT_EQ(details.next, "check -path or MIGRATIONS_PATH");
}

TEST(planner, complains_about_the_current_version_before_the_target) {
    EXPECT_EQ(message(at(2), go_to(6)), absent("2"));
}

TEST(planner, knows_that_an_empty_source_has_no_current_version) {
    EXPECT_EQ(refusal(Catalog(), at(1), UpTarget{}).message, absent("1"));
    EXPECT_EQ(refusal(Catalog(), at(1), DownTarget{}).message, absent("1"));
}

TEST(planner, answers_a_limit_of_zero_without_looking) {
    for (const VersionState& state : {nothing(), at(1), at(2), VersionState{Version{3}, true}}) {
        EXPECT_EQ(plan(sample(), state, up(0)), "nothing to do");
        EXPECT_EQ(plan(sample(), state, down(0)), "nothing to do");
    }
}

TEST(planner, treats_version_zero_as_a_version) {
    const Catalog catalog =
        make_catalog({{"0_a.up.sql", ""}, {"0_a.down.sql", ""}, {"1_b.up.sql", ""}}, "migrations");

    EXPECT_EQ(plan(catalog, nothing(), UpTarget{}), "0/u>0 1/u>1");
    EXPECT_EQ(plan(catalog, at(0), UpTarget{}), "1/u>1");
    EXPECT_EQ(plan(catalog, at(0), DownTarget{}), "0/d>-1");
    EXPECT_EQ(plan(catalog, at(1), go_to(0)), "1/d->0");
}

TEST(planner, never_looks_at_smaller_versions_on_the_way_up_but_meets_them_on_the_way_down) {
    // 2 came late: it was not there when 3 was applied.
    const Catalog catalog = make_catalog(
        {{"1_a.up.sql", ""}, {"2_b.up.sql", ""}, {"2_b.down.sql", ""}, {"3_c.up.sql", ""}}, "migrations");

    EXPECT_EQ(plan(catalog, at(3), UpTarget{}), "nothing to do");
    EXPECT_EQ(plan(catalog, at(3), down(2)), "3/d->2 2/d>1");
}

TEST(planner, hands_on_title_and_file) {
    const Plan made = make_plan(sample(), at(4), UpTarget{}, "migrations");

    ASSERT_EQ(made.steps.size(), 2U);
    EXPECT_EQ(made.steps[0].title, "");
    EXPECT_EQ(made.steps[0].file, "");
    EXPECT_EQ(made.steps[1].title, "e");
    EXPECT_EQ(made.steps[1].file, "7_e.up.sql");
}

TEST(planner_dirty, refuses_every_move) {
    const VersionState dirty{Version{4}, true};

    for (const Target& target :
         {Target(UpTarget{}), up(1), Target(DownTarget{}), down(1), go_to(1), go_to(4)}) {
        const ErrorDetails details = refusal(sample(), dirty, target);
        EXPECT_EQ(details.code, ErrorCode::dirty);
        EXPECT_EQ(details.message, "Dirty database version 4. Fix and force version.");
    }
}

TEST(planner_dirty, complains_before_it_looks_for_files) {
    EXPECT_EQ(message({Version{2}, true}, go_to(6)), "Dirty database version 2. Fix and force version.");
}

TEST(planner_dirty, names_both_ways_out) {
    const ErrorDetails details = refusal(sample(), {Version{4}, true}, UpTarget{});

    EXPECT_EQ(details.state, "version 4 is marked dirty: an up of 4 or a down to 4 was not finished");
    EXPECT_EQ(details.next,
              "look at what was applied, mend it by hand, then type \"migrate force 4\" if "
              "version 4 is complete now, or \"migrate force 3\" if nothing of it is there");
}

TEST(planner_dirty, forces_no_version_below_the_first) {
    const ErrorDetails details = refusal(sample(), {Version{1}, true}, UpTarget{});

    EXPECT_NE(details.next.find("\"migrate force -1\" if nothing of it is there"), std::string::npos);
}

TEST(planner_dirty, shows_a_first_down_that_was_cut_off) {
    const ErrorDetails details = refusal(sample(), {std::nullopt, true}, UpTarget{});

    EXPECT_EQ(details.message, "Dirty database version -1. Fix and force version.");
    EXPECT_EQ(details.state,
              "version -1 (no migration) is marked dirty: the down of the first migration was not finished");
    EXPECT_NE(details.next.find("\"migrate force -1\" if all of it is undone now"), std::string::npos);
    EXPECT_NE(details.next.find("\"migrate force 1\" if nothing is"), std::string::npos);
}

TEST(find_skipped, finds_files_that_came_late) {
    const std::vector<Version> applied = {Version{1}, Version{4}};

    EXPECT_EQ(find_skipped(sample(), at(4), applied), (std::vector<Version>{Version{3}}));
}

TEST(find_skipped, leaves_out_versions_without_an_up_file) {
    const std::vector<Version> applied = {Version{1}, Version{3}, Version{4}, Version{7}};

    EXPECT_TRUE(find_skipped(sample(), at(7), applied).empty());
}

TEST(find_skipped, finds_nothing_when_nothing_is_applied) {
    EXPECT_TRUE(find_skipped(sample(), nothing(), {}).empty());
    EXPECT_TRUE(find_skipped(sample(), at(1), {}).empty());
}

}  // namespace
}  // namespace aether::migrate
