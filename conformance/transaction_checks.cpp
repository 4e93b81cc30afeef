// SPDX-License-Identifier: MIT
// Checks of transaction blocks: what COMMIT keeps, what ROLLBACK takes back, schema changes in both
// directions.
#include <array>
#include <string>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

constexpr const char* kCount = "SELECT count(*) FROM kit_rows";
constexpr const char* kTwo =
    "INSERT INTO kit_rows (id, note) VALUES (1, 'a'); "
    "INSERT INTO kit_rows (id, note) VALUES (2, 'b')";

bool has_table(const Session& session, const std::string& name) {
    return !session.connection->execute("SELECT count(*) FROM " + name, patience()).failure;
}

void commit_keeps(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.begin();
    session.run(kTwo);
    require_same(trial.open().count(kCount), 0, "rows that others see before COMMIT");
    session.commit();
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "the state after COMMIT is not idle");
    require_same(trial.open().count(kCount), 2, "rows that a new session sees after COMMIT");
}

void rollback_takes_back(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.begin();
    session.run(kTwo);
    session.query("UPDATE kit_rows SET note = 'c'");
    require_same(session.count(kCount), 2, "rows that the session itself sees before ROLLBACK");
    session.roll_back();
    require_same(session.count(kCount), 0, "rows after ROLLBACK");
    require_same(trial.open().count(kCount), 0, "rows that a new session sees after ROLLBACK");
}

void end_of_a_session_takes_back(Trial& trial) {
    const Session other = trial.open();
    trial.make_rows(other);
    {
        const Session session = trial.open();
        session.begin();
        session.run(kTwo);
    }
    require(becomes_true([&] {
                return !other.connection
                            ->execute("INSERT INTO kit_rows (id, note) VALUES (1, 'other')", patience())
                            .failure;
            }),
            "a session that ended in a block still holds its rows");
    require_same(other.count(kCount), 1, "rows after a session ended in a block");
}

// Some databases roll the block back at COMMIT then, others keep what succeeded. Neither may be a lie.
void commit_after_a_failure_tells_the_truth(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.begin();
    session.run("INSERT INTO kit_rows (id, note) VALUES (1, 'a')");
    session.run_refused("INSERT INTO kit_rows (id, note) VALUES (1, 'again')");
    const spi::TransactionState state = session.connection->transaction_state();
    require(state == spi::TransactionState::open || state == spi::TransactionState::failed,
            "after a failure the block is neither open nor failed");
    bool committed = false;
    try {
        committed = session.query("COMMIT").tag != "ROLLBACK";
    } catch (const Error& error) {
        require(error.code() != ErrorCode::connection_failed, "COMMIT after a failure costs the session");
        session.connection->execute("ROLLBACK", patience());
    }
    require_same(trial.open().count(kCount), committed ? 1 : 0,
                 committed ? "rows after a COMMIT that reports success" : "rows after a COMMIT that failed");
    if (state == spi::TransactionState::failed)
        require(!committed, "COMMIT of a failed block reports success");
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "the state after it is not idle");
}

void state_is_true_after_a_script(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.run(fmt::format("{}; INSERT INTO kit_rows (id, note) VALUES (1, 'a')", session.dialect().begin));
    require(session.connection->transaction_state() == spi::TransactionState::open,
            "a script that begins a block leaves another state than open");
    session.run("INSERT INTO kit_rows (id, note) VALUES (2, 'b'); COMMIT");
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "a script that commits leaves another state than idle");
    require_same(trial.open().count(kCount), 2, "rows of two scripts in one block");
}

void schema_changes_end_as_claimed(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.begin();
    session.run("INSERT INTO kit_rows (id, note) VALUES (1, 'before')");
    session.run("CREATE TABLE kit_made (id bigint NOT NULL PRIMARY KEY)");
    session.run("CREATE INDEX kit_made_index ON kit_rows (id)");
    // A block that the server has ended itself may not be there any more.
    session.connection->execute("ROLLBACK", patience());
    const Session other = trial.open();
    const bool made = has_table(other, "kit_made");
    if (session.dialect().transactional_ddl == spi::TransactionalDdl::full) {
        require(!made, "the dialect claims transactional_ddl full, and ROLLBACK leaves the new table");
        require_same(other.count(kCount), 0, "rows written before CREATE TABLE in a block rolled back");
        other.run("CREATE INDEX kit_made_index ON kit_rows (id)");
        return;
    }
    require(made, "the dialect claims transactional_ddl none, and ROLLBACK takes the new table back");
    require_same(other.count(kCount), 1, "rows that CREATE TABLE committed with itself");
}

void schema_removals_end_as_claimed(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    session.run("INSERT INTO kit_rows (id, note) VALUES (1, 'kept')");
    session.run("CREATE TABLE kit_changed (id bigint NOT NULL PRIMARY KEY)");
    session.begin();
    session.run("ALTER TABLE kit_changed ADD COLUMN added bigint");
    session.run("DROP TABLE kit_rows");
    session.connection->execute("ROLLBACK", patience());
    const Session other = trial.open();
    const bool there = has_table(other, "kit_rows");
    const bool added =
        !other.connection->execute("SELECT added FROM kit_changed", patience()).failure.has_value();
    if (session.dialect().transactional_ddl == spi::TransactionalDdl::full) {
        require(there, "the dialect claims transactional_ddl full, and ROLLBACK does not bring a table back");
        require_same(other.count(kCount), 1, "rows of the table that came back");
        require(!added, "the dialect claims transactional_ddl full, and ROLLBACK leaves a new column");
        return;
    }
    require(!there, "the dialect claims transactional_ddl none, and ROLLBACK brings a table back");
    require(added, "the dialect claims transactional_ddl none, and ROLLBACK removes a new column");
}

void file_is_all_or_nothing(Trial& trial) {
    const Session session = trial.open();
    if (session.dialect().transactional_ddl != spi::TransactionalDdl::full)
        not_claimed("transactional_ddl is none");
    Files files = Trial::three_files();
    files["2_second.up.sql"] += "INSERT INTO kit_missing (id) VALUES (1);\n";
    Migrator migrator = trial.migrator(files);
    const ErrorDetails error = error_of([&] { migrator.up(); }, "up() with a broken second file");
    require(error.code == ErrorCode::migration_failed,
            fmt::format("it fails as {}, expected migration_failed", name_of(error.code)));
    require_version(session, 1, false);
    require(has_table(session, "kit_first"), "the first file's table is missing");
    require(!has_table(session, "kit_second"), "the broken file left its table");
}

constexpr std::array kChecks{
    Check{"transaction_commit_keeps", commit_keeps},
    Check{"transaction_rollback_takes_back", rollback_takes_back},
    Check{"transaction_ends_with_its_session", end_of_a_session_takes_back},
    Check{"transaction_commit_after_a_failure_is_no_lie", commit_after_a_failure_tells_the_truth},
    Check{"transaction_state_is_true_after_a_script", state_is_true_after_a_script},
    Check{"transaction_of_schema_changes_is_as_claimed", schema_changes_end_as_claimed},
    Check{"transaction_of_schema_removals_is_as_claimed", schema_removals_end_as_claimed},
    Check{"transaction_of_a_file_is_all_or_nothing", file_is_all_or_nothing},
};

}  // namespace

std::span<const Check> transaction_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
