// SPDX-License-Identifier: MIT
// What the history marks when somebody else moved the version row.
#include "../../src/history/catch_up.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace aether::migrate::history {
namespace {

Catalog catalog_of(std::vector<std::int64_t> versions) {
    std::vector<CatalogEntry> entries;
    for (const std::int64_t version : versions) {
        entries.push_back({Version{version}, Half{"f.up.sql", "title"}, Half{"f.down.sql", "title"}});
    }
    return Catalog(std::move(entries));
}

// A look after our last event left `history` as the current version.
spi::Look look_of(std::int64_t history, std::int64_t row) {
    spi::Look look;
    look.history_rows = true;
    look.history_version = history;
    if (row >= 0)
        look.version_rows.push_back({row, false});
    look.same_write = history == row;
    return look;
}

std::vector<Version> versions(std::vector<std::int64_t> numbers) {
    std::vector<Version> result;
    for (const std::int64_t number : numbers)
        result.push_back(Version{number});
    return result;
}

// "+3" applied, "-3" reverted.
std::vector<std::string> marks_of(const std::vector<Event>& events) {
    std::vector<std::string> marks;
    for (const Event& event : events) {
        marks.push_back((event.direction == Direction::up ? "+" : "-") + to_string(event.version));
    }
    return marks;
}

using Marks = std::vector<std::string>;

TEST(CatchUp, marks_what_went_up_in_between) {
    const auto events =
        catch_up(catalog_of({1, 2, 3, 4}), look_of(2, 4), versions({1, 2}), Version{4}, EventKind::adopted);

    EXPECT_EQ(marks_of(events), (Marks{"+3", "+4"}));
    EXPECT_EQ(events.back().leads_to, Version{4});
}

TEST(CatchUp, leaves_out_a_late_file_that_nobody_ran) {
    const auto events =
        catch_up(catalog_of({1, 2, 3, 4}), look_of(3, 4), versions({1, 3}), Version{4}, EventKind::adopted);

    EXPECT_EQ(marks_of(events), (Marks{"+4"}));
}

TEST(CatchUp, marks_what_went_down_in_between) {
    const auto events =
        catch_up(catalog_of({1, 2, 3}), look_of(3, 1), versions({1, 2, 3}), Version{1}, EventKind::adopted);

    EXPECT_EQ(marks_of(events), (Marks{"-3", "-2", "+1"}));
}

TEST(CatchUp, marks_a_return_to_the_same_version) {
    const auto events =
        catch_up(catalog_of({1, 2}), look_of(2, 2), versions({1, 2}), Version{2}, EventKind::adopted);

    EXPECT_EQ(marks_of(events), (Marks{"+2"}));
}

TEST(CatchUp, marks_everything_below_on_first_contact) {
    spi::Look look;
    look.version_rows.push_back({2, false});

    const auto events = catch_up(catalog_of({1, 2, 3}), look, {}, Version{2}, EventKind::adopted);

    EXPECT_EQ(marks_of(events), (Marks{"+1", "+2"}));
}

TEST(CatchUp, ends_at_a_version_that_has_no_file) {
    const auto events =
        catch_up(catalog_of({1, 2}), look_of(2, 9), versions({1, 2}), Version{9}, EventKind::forced);

    EXPECT_EQ(marks_of(events), (Marks{"+9"}));
}

TEST(CatchUp, ends_at_no_version) {
    const auto events =
        catch_up(catalog_of({1, 2}), look_of(2, -1), versions({1, 2}), std::nullopt, EventKind::forced);

    EXPECT_EQ(marks_of(events), (Marks{"-2", "-1", "--1"}));
    EXPECT_FALSE(events.back().leads_to.has_value());
}

TEST(MovedByOthers, sees_a_row_without_a_history) {
    spi::Look look;
    EXPECT_FALSE(moved_by_others(look));

    look.version_rows.push_back({1, false});
    EXPECT_TRUE(moved_by_others(look));
}

TEST(MovedByOthers, sees_another_number_and_another_write) {
    EXPECT_FALSE(moved_by_others(look_of(2, 2)));
    EXPECT_TRUE(moved_by_others(look_of(2, 3)));

    spi::Look rewritten = look_of(2, 2);
    rewritten.same_write = false;
    EXPECT_TRUE(moved_by_others(rewritten));
}

TEST(MovedByOthers, accepts_that_all_was_reverted_by_us) {
    EXPECT_FALSE(moved_by_others(look_of(-1, -1)));
}

}  // namespace
}  // namespace aether::migrate::history
