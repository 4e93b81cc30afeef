// SPDX-License-Identifier: MIT
// Checks of look(): what it finds, and that it neither writes, locks nor waits.
#include <array>
#include <string>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using std::chrono::seconds;

std::string version_table(const Session& session) {
    const std::string name = session.quoted(session.tables.version);
    return session.tables.schema ? session.quoted(*session.tables.schema) + "." + name : name;
}

void require_nothing(const spi::Look& look) {
    require(!look.version_table && !look.history_table && !look.journal_table,
            "look() finds tables of ours in an empty database");
    require(look.version_rows.empty() && !look.history_rows && !look.journal_row,
            "look() finds rows of ours in an empty database");
    require(!look.version_forbidden && !look.history_forbidden && !look.schema_forbidden &&
                !look.schema_missing && !look.unwritable,
            "look() tells of a missing permission in an empty database");
    require_same(std::to_string(look.history_version), "-1", "history_version of an empty database");
    require(look.same_write, "look() calls an empty database moved by others");
}

void of_an_empty_database_finds_and_writes_nothing(Trial& trial) {
    const Session session = trial.open();
    require_nothing(session.look);
    require_nothing(session.look_again());
    require(trial.migrator(Trial::three_files()).version() == VersionState{},
            "version() of an empty database is not nothing");
    require(session.connection->plan_drop(session.tables, patience()).removes.empty(),
            "look() and version() left something in an empty database");
    require(session.connection->transaction_state() == spi::TransactionState::idle,
            "look() leaves a block open");
}

void finds_what_the_engine_wrote(Trial& trial) {
    trial.migrator(Trial::three_files()).up(2);
    const spi::Look look = trial.open().look;
    require(look.version_table && look.history_table, "look() does not find version table and history");
    require_same(look.version_rows.size(), 1, "rows of the version table that look() shows");
    require_same(std::to_string(look.version_rows.front().version), "2", "the version that look() shows");
    require(!look.version_rows.front().dirty, "look() shows a dirty version");
    require(look.history_rows, "look() shows no rows of the history");
    require_same(std::to_string(look.history_version), "2", "history_version");
    require_same(look.applied_count, 2, "applied_count after versions 1 and 2");
    require_same(look.applied_sum, 3, "applied_sum after versions 1 and 2");
    require(look.same_write, "look() says that others moved the version");
    require(!look.journal_row, "look() says that a migration is under way");
}

void finds_rows_as_they_are(Trial& trial) {
    trial.migrator(Trial::three_files()).up(1);
    const Session session = trial.open();
    const std::string table = version_table(session);
    const auto put = [&](const char* version, const char* dirty) {
        session.begin();
        session.query(fmt::format("DELETE FROM {}", table));
        session.query(fmt::format("INSERT INTO {} (version, dirty) VALUES (?, ?)", table), {version, dirty});
        session.commit();
    };
    put("7", "1");
    require_version(session, 7, true);
    put("-1", "1");
    require_version(session, -1, true);
    put("9223372036854775807", "0");
    require_version(session, 9223372036854775807, false);
    session.query(fmt::format("INSERT INTO {} (version, dirty) VALUES (?, ?)", table), {"3", "0"});
    require_same(session.look_again().version_rows.size(), 2, "rows of the version table that look() shows");
    const ErrorDetails error = error_of([&] { trial.migrator(Trial::three_files()).version(); },
                                        "version() of a table with two rows");
    require(error.code == ErrorCode::bookkeeping_failed,
            fmt::format("it fails as {}, expected bookkeeping_failed", name_of(error.code)));
}

void sees_a_move_by_others(Trial& trial) {
    trial.migrator(Trial::three_files()).up(1);
    const Session session = trial.open();
    require(session.look.same_write, "look() says that others moved the version, and nobody did");
    session.query(fmt::format("UPDATE {} SET version = ?", version_table(session)), {"2"});
    require(!session.look_again().same_write, "look() does not see that others moved the version");
    session.query(fmt::format("DELETE FROM {}", version_table(session)));
    require(!session.look_again().same_write, "look() does not see that others removed the version");
}

void does_not_wait_for_a_writer(Trial& trial) {
    trial.migrator(Trial::three_files()).up(1);
    const Session writer = trial.open();
    require(writer.try_lock(), "a free lock is not given");
    writer.begin();
    writer.query(fmt::format("UPDATE {} SET version = ?", version_table(writer)), {"2"});
    in_time(seconds(5), "look() while another session writes and holds the lock",
            [&] { require_version(trial.open(), 1, false); });
    writer.commit();
    require_version(trial.open(), 2, false);
}

// Whatever look() would write fails here.
void works_in_a_session_that_cannot_write(Trial& trial) {
    const std::string& url = trial.database().read_only_url;
    if (url.empty())
        not_claimed("read_only_url is not given");
    require_nothing(trial.open_url(url).look);
    trial.migrator(Trial::three_files()).up(2);
    const Session session = trial.open_url(url);
    require_version(session, 2, false);
    require(!session.connection->execute("SELECT count(*) FROM kit_second", patience()).failure,
            "the session that can't write can't even read");
    error_of([&] { trial.migrator_at(url, Trial::three_files()).up(); },
             "up() in a session that can't write");
    require(trial.migrator_at(url, Trial::three_files()).version().version == Version{2},
            "version() does not work in a session that can't write");
    require_version(trial.open(), 2, false);
}

void works_for_a_stranger(Trial& trial) {
    const std::string& url = trial.database().forbidden_url;
    if (url.empty())
        not_claimed("forbidden_url is not given");
    trial.migrator(Trial::three_files()).up(2);
    const Session session = trial.open_url(url);
    require(session.look.version_forbidden || session.look.schema_forbidden,
            "look() does not say that the version table may not be read");
    require(session.look.version_rows.empty(), "look() shows a stranger the version");
    const ErrorDetails error =
        error_of([&] { trial.migrator_at(url, Trial::three_files()).version(); }, "version() of a stranger");
    require(error.code == ErrorCode::bookkeeping_failed,
            fmt::format("it fails as {}, expected bookkeeping_failed", name_of(error.code)));
}

constexpr std::array kChecks{
    Check{"look_at_an_empty_database_finds_and_writes_nothing",
          of_an_empty_database_finds_and_writes_nothing},
    Check{"look_finds_what_the_engine_wrote", finds_what_the_engine_wrote},
    Check{"look_finds_rows_as_they_are", finds_rows_as_they_are},
    Check{"look_sees_a_move_by_others", sees_a_move_by_others},
    Check{"look_does_not_wait_for_a_writer", does_not_wait_for_a_writer},
    Check{"look_works_in_a_session_that_cannot_write", works_in_a_session_that_cannot_write},
    Check{"look_works_for_a_stranger", works_for_a_stranger},
};

}  // namespace

std::span<const Check> look_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
