// SPDX-License-Identifier: MIT
// Checks of drop(): everything of the schema goes, our own tables too, and nothing before it is asked to.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

// Tables that refer to each other, views upon views, and whatever else the author knows.
void make_objects(const Trial& trial, const Session& session) {
    session.run("CREATE TABLE kit_a_parent (id bigint NOT NULL PRIMARY KEY)");
    session.run(
        "CREATE TABLE kit_b_child (id bigint NOT NULL PRIMARY KEY, parent bigint, "
        "FOREIGN KEY (parent) REFERENCES kit_a_parent (id))");
    session.run(
        "CREATE TABLE kit_c_self (id bigint NOT NULL PRIMARY KEY, parent bigint, "
        "FOREIGN KEY (parent) REFERENCES kit_c_self (id))");
    session.run("INSERT INTO kit_a_parent (id) VALUES (1)");
    session.run("INSERT INTO kit_b_child (id, parent) VALUES (1, 1)");
    session.run("CREATE INDEX kit_index ON kit_b_child (parent)");
    session.run("CREATE VIEW kit_a_view AS SELECT id FROM kit_b_child");
    session.run("CREATE VIEW kit_b_view AS SELECT id FROM kit_a_view");
    for (const std::string& object : trial.subject().objects) {
        session.run(object);
    }
}

std::vector<std::string> planned(const Session& session) {
    return session.connection->plan_drop(session.tables, patience()).removes;
}

bool names(const std::vector<std::string>& lines, std::string_view name) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(name) != std::string::npos; });
}

void removes_everything(Trial& trial) {
    Migrator migrator = trial.migrator(Trial::three_files());
    migrator.up();
    const Session session = trial.open();
    make_objects(trial, session);
    const spi::DropPlan plan = migrator.plan_drop();
    require(!names(plan.keeps, "kit_") && !names(plan.keeps, "schema_migrations"),
            fmt::format("plan_drop() keeps: {}", fmt::join(plan.keeps, ", ")));
    for (const char* name : {"kit_a_parent", "kit_b_child", "kit_c_self", "kit_a_view", "kit_b_view",
                             "kit_first", "schema_migrations", "schema_migrations_history"}) {
        require(names(plan.removes, name),
                fmt::format("plan_drop() does not list {}: {}", name, fmt::join(plan.removes, ", ")));
    }

    migrator.drop();

    const Session after = trial.open();
    require(planned(after).empty(), fmt::format("drop() leaves: {}", fmt::join(planned(after), ", ")));
    require(!after.look.version_table && !after.look.history_table, "look() finds our tables after drop()");
    for (const char* name : {"kit_a_parent", "kit_b_child", "kit_a_view"}) {
        after.run_refused(fmt::format("SELECT count(*) FROM {}", name));
    }
    // All names are free again.
    make_objects(trial, after);
    require_same(trial.migrator(Trial::three_files()).up().steps.size(), 3, "steps of up() after drop()");
}

void plan_changes_nothing(Trial& trial) {
    trial.migrator(Trial::three_files()).up();
    const Session session = trial.open();
    const std::vector<std::string> first = planned(session);
    require(first == planned(trial.open()), "plan_drop() lists something else at the second time");
    require_version(session, 3, false);
    require_same(session.count("SELECT count(*) FROM kit_second"), 1, "rows after plan_drop()");
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "plan_drop() leaves a block open");
}

void of_nothing_does_nothing(Trial& trial) {
    const Session session = trial.open();
    require(planned(session).empty(), "plan_drop() lists something in an empty database");
    session.drop();
    Migrator migrator = trial.migrator(Trial::three_files());
    migrator.drop();
    require(!trial.open().look.version_table, "drop() makes the version table");
    require(session.try_lock(), "the lock is not free after drop()");
}

void removes_an_unfinished_migration(Trial& trial) {
    const Files files{{"1_five.up.sql",
                       "-- migrate:no-transaction\nCREATE TABLE kit_one (id bigint NOT NULL PRIMARY KEY);\n"
                       "INSERT INTO kit_missing (id) VALUES (1);\n"}};
    Migrator migrator = trial.migrator(files);
    error_of([&] { migrator.up(); }, "up() with a broken second statement");
    migrator.drop();
    const Session session = trial.open();
    require(planned(session).empty(), fmt::format("drop() leaves: {}", fmt::join(planned(session), ", ")));
    require(!session.look.journal_table && !session.look.journal_row,
            "look() finds the journal after drop()");
    require_same(trial.migrator(Trial::three_files()).up().steps.size(), 3, "steps of up() after drop()");
}

constexpr std::array kChecks{
    Check{"drop_removes_everything", removes_everything},
    Check{"drop_plan_changes_nothing", plan_changes_nothing},
    Check{"drop_of_nothing_does_nothing", of_nothing_does_nothing},
    Check{"drop_removes_an_unfinished_migration", removes_an_unfinished_migration},
};

}  // namespace

std::span<const Check> drop_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
