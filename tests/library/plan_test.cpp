// SPDX-License-Identifier: MIT
// Plan first, run then: what a plan tells, and when it is refused because the world has moved on.
#include <aether/migrate/plan.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "place.hpp"

namespace aether::migrate::testing {
namespace {

class PlanTest : public LibraryTest {
protected:
    // Runs a plan that must be refused, with nothing changed by it.
    std::string refusal_of(const Plan& plan) {
        const VersionState before = Migrator(options()).version();
        const ErrorDetails refused = failure_of([&] { Migrator(options()).run(plan); });
        EXPECT_EQ(refused.code, ErrorCode::plan_outdated);
        EXPECT_EQ(refused.state, "nothing was changed");
        EXPECT_EQ(Migrator(options()).version(), before);
        return refused.message;
    }
};

TEST_F(PlanTest, tells_each_step_and_changes_nothing) {
    file("1_a.up.sql", "CREATE TABLE a (id int); CREATE TABLE b (id int);");
    file("2_b.down.sql", "SELECT 1;");
    Migrator migrator(options());

    const Plan plan = migrator.plan(UpTarget{});

    EXPECT_EQ(plan.from, VersionState{});
    ASSERT_EQ(plan.steps.size(), 2U);
    EXPECT_EQ(plan.steps[0].version, Version{1});
    EXPECT_EQ(plan.steps[0].title, "a");
    EXPECT_EQ(plan.steps[0].file, "1_a.up.sql");
    EXPECT_EQ(plan.steps[0].statements, 2U);
    EXPECT_EQ(plan.steps[0].mode, StepMode::transaction);
    EXPECT_EQ(plan.steps[0].checksum.size(), 64U);
    EXPECT_EQ(plan.steps[1].reason, StepReason::missing_file);
    EXPECT_EQ(plan.steps[1].mode, StepMode::version_only);
    EXPECT_TRUE(plan.steps[1].checksum.empty());
    EXPECT_EQ(migrator.version(), VersionState{});
    EXPECT_TRUE(migrator.history(1).empty());
}

TEST_F(PlanTest, runs_exactly_the_planned_steps) {
    tables(3);
    const Plan plan = Migrator(options()).plan(UpTarget{2});

    const Report report = Migrator(options()).run(plan);

    EXPECT_EQ(report.steps.size(), 2U);
    EXPECT_EQ(report.state, (VersionState{Version{2}, false}));
    EXPECT_EQ(report.end, RunEnd::done);
}

TEST_F(PlanTest, runs_down_as_it_was_planned) {
    file("1_a.up.sql", "CREATE TABLE a (id int);");
    file("1_a.down.sql", "DROP TABLE a;");
    Migrator migrator(options());
    migrator.up();

    const Plan plan = migrator.plan(DownTarget{});

    ASSERT_EQ(plan.steps.size(), 1U);
    EXPECT_EQ(migrator.run(plan).state, VersionState{});
}

TEST_F(PlanTest, is_refused_when_the_database_moved) {
    tables(2);
    const Plan plan = Migrator(options()).plan(UpTarget{});
    Migrator(options()).up(1);

    EXPECT_EQ(refusal_of(plan),
              "the plan is outdated: it begins at no version, and the database is at version 1");
}

TEST_F(PlanTest, is_refused_when_the_row_became_dirty) {
    tables(2);
    Migrator(options()).up(1);
    const Plan plan = Migrator(options()).plan(UpTarget{});
    sqlite("UPDATE schema_migrations SET dirty = 1");

    EXPECT_EQ(refusal_of(plan),
              "the plan is outdated: it begins at version 1, and the database is at version 1, dirty");
}

TEST_F(PlanTest, is_refused_when_a_file_was_edited) {
    tables(2);
    const Plan plan = Migrator(options()).plan(UpTarget{});
    file("2_m2.up.sql", "CREATE TABLE other (id int);");

    EXPECT_EQ(refusal_of(plan), "the plan is outdated: 2_m2.up.sql was edited since");
}

TEST_F(PlanTest, is_refused_when_a_file_came_between) {
    file("1_a.up.sql", "CREATE TABLE a (id int);");
    file("3_c.up.sql", "CREATE TABLE c (id int);");
    const Plan plan = Migrator(options()).plan(UpTarget{});
    file("2_b.up.sql", "CREATE TABLE b (id int);");

    EXPECT_EQ(refusal_of(plan),
              "the plan is outdated: the up of version 3 is planned, and now that of version 2 comes first");
}

TEST_F(PlanTest, is_refused_when_a_file_was_renamed_or_removed) {
    tables(2);
    const Plan plan = Migrator(options()).plan(UpTarget{});
    std::filesystem::remove(options().path + "/2_m2.up.sql");
    EXPECT_EQ(refusal_of(plan),
              "the plan is outdated: the up of version 2 is planned, and there is no such file now");
    file("2_other.up.sql", "CREATE TABLE t2 (id int);");

    EXPECT_EQ(refusal_of(plan),
              "the plan is outdated: the file of the up of version 2 was 2_m2.up.sql, "
              "and now it is 2_other.up.sql");
}

TEST_F(PlanTest, is_run_as_it_is_when_a_later_file_was_added) {
    tables(2);
    const Plan plan = Migrator(options()).plan(UpTarget{});
    tables(3);

    EXPECT_EQ(Migrator(options()).run(plan).state.version, Version{2});
}

TEST_F(PlanTest, without_steps_it_still_must_fit) {
    tables(1);
    Migrator(options()).up();
    const Plan plan = Migrator(options()).plan(UpTarget{});
    EXPECT_TRUE(plan.steps.empty());
    EXPECT_EQ(Migrator(options()).run(plan).end, RunEnd::done);
    Migrator(options()).force(std::nullopt);

    EXPECT_EQ(refusal_of(plan),
              "the plan is outdated: it begins at version 1, and the database is at no version");
}

TEST_F(PlanTest, tells_how_many_steps_there_are_too_few) {
    tables(2);
    Migrator migrator(options());

    const Report report = migrator.run(migrator.plan(UpTarget{5}));

    EXPECT_EQ(report.end, RunEnd::short_of_it);
    EXPECT_EQ(report.short_by, 3U);
}

TEST_F(PlanTest, no_plan_begins_at_a_dirty_row) {
    tables(2);
    Migrator migrator(options());
    migrator.up(1);
    sqlite("UPDATE schema_migrations SET dirty = 1");

    EXPECT_EQ(failure_of([&] { migrator.plan(UpTarget{}); }).code, ErrorCode::dirty);
}

}  // namespace
}  // namespace aether::migrate::testing
