// SPDX-License-Identifier: MIT
// Checks of the journal: a file that is cut off after some of its statements goes on where it stopped.
#include <array>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "process.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using std::chrono::seconds;

// Each statement of the file is by itself and stays when a later one fails.
constexpr const char* kEachByItself = "-- migrate:no-transaction\n";

// Five statements; each leaves a row, so that one which ran twice or never shows.
std::string file_with_third(const std::string& third) {
    return std::string(kEachByItself) +
           "INSERT INTO kit_rows (id, note) SELECT coalesce(max(id), 0) + 1, 'one' FROM kit_rows;\n"
           "INSERT INTO kit_rows (id, note) SELECT coalesce(max(id), 0) + 1, 'two' FROM kit_rows;\n" +
           third +
           ";\n"
           "INSERT INTO kit_rows (id, note) SELECT coalesce(max(id), 0) + 1, 'four' FROM kit_rows;\n"
           "INSERT INTO kit_rows (id, note) SELECT coalesce(max(id), 0) + 1, 'five' FROM kit_rows;\n";
}

const std::string kGoodThird =
    "INSERT INTO kit_rows (id, note) SELECT coalesce(max(id), 0) + 1, 'three' FROM kit_rows";

std::string notes_of(const Session& session) {
    std::string text;
    for (const auto& row : session.query("SELECT note FROM kit_rows ORDER BY id").rows) {
        text += fmt::format("{}{}", text.empty() ? "" : " ", row.at(0).value());
    }
    return text;
}

void require_under_way(const Session& session, const char* when) {
    require_version(session, 1, true);
    const spi::Look look = session.look_again();
    require(look.journal_table, fmt::format("look() does not find the journal {}", when));
    require(look.journal_row, fmt::format("look() does not say that a migration is under way {}", when));
    require(look.journal_current, fmt::format("look() calls the journal outdated {}", when));
}

void goes_on_after_a_failure(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const auto up = [&](const std::string& third) {
        trial.migrator({{"1_five.up.sql", file_with_third(third)}}).up();
    };
    const ErrorDetails error = error_of([&] { up("INSERT INTO kit_missing (id) VALUES (1)"); },
                                        "up() with a broken third statement");
    require(error.code == ErrorCode::migration_failed,
            fmt::format("it fails as {}, expected migration_failed", name_of(error.code)));
    require_same(std::to_string(error.where.line), "4", "the line of the broken statement");
    require_same(notes_of(session), "one two", "rows after the failure");
    require_under_way(session, "after the failure");

    up(kGoodThird);

    require_same(notes_of(session), "one two three four five", "rows after the file was mended and resumed");
    require_version(session, 1, false);
    require(!session.look_again().journal_row, "look() still says that a migration is under way");
}

void goes_on_with_schema_changes(Trial& trial) {
    const auto up = [&](const std::string& third) {
        trial
            .migrator({{"1_tables.up.sql", std::string(kEachByItself) +
                                               "CREATE TABLE kit_one (id bigint NOT NULL PRIMARY KEY);\n"
                                               "CREATE TABLE kit_two (id bigint NOT NULL PRIMARY KEY);\n" +
                                               third + ";\nCREATE INDEX kit_index ON kit_two (id);\n"}})
            .up();
    };
    error_of([&] { up("INSERT INTO kit_missing (id) VALUES (1)"); }, "up() with a broken third statement");
    const Session session = trial.open();
    session.run("SELECT count(*) FROM kit_one");
    session.run("SELECT count(*) FROM kit_two");
    require_under_way(session, "after the failure");

    up("INSERT INTO kit_two (id) VALUES (1)");

    require_version(session, 1, false);
    require_same(session.count("SELECT count(*) FROM kit_two"), 1, "rows of the mended statement");
}

// Some servers notice that a client is gone only when its statement is over. There an administrator helps.
void wait_for_orphan(const Trial& trial) {
    const Session session = trial.open();
    if (becomes_true([&] { return session.try_lock(); })) {
        session.connection->unlock();
        return;
    }
    require(static_cast<bool>(trial.subject().end_sessions),
            "the lock of a process that was killed in a statement is not free after 20 s");
    trial.subject().end_sessions(trial.database());
}

void goes_on_after_a_kill(Trial& trial) {
    const std::unique_ptr<Process> victim = std::make_unique<Process>([&trial](Line& line) {
        line.receive(std::chrono::steady_clock::now() + seconds(30));
        trial.migrator({{"1_five.up.sql", file_with_third(trial.subject().slow)}}).up();
    });
    const Session session = trial.open();
    trial.make_rows(session);
    victim->line().send("x");
    require(becomes_true([&] { return notes_of(session) == "one two" && session.look_again().journal_row; }),
            "the first two statements are not there after 20 s");
    require_under_way(session, "while the third statement runs");
    require(!session.try_lock(), "the lock is free while a migration is under way");
    victim->kill();
    wait_for_orphan(trial);

    trial.migrator({{"1_five.up.sql", file_with_third(kGoodThird)}}).up();

    const Session after = trial.open();
    require_same(notes_of(after), "one two three four five", "rows after the file was resumed");
    require_version(after, 1, false);
}

void is_not_taken_for_current_after_a_foreign_move(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const std::string broken = file_with_third("INSERT INTO kit_missing (id) VALUES (1)");
    error_of([&] { trial.migrator({{"1_five.up.sql", broken}}).up(); }, "up() with a broken third statement");
    const std::string name = session.quoted(session.tables.version);
    session.query(
        fmt::format("UPDATE {} SET version = ?, dirty = ?",
                    session.tables.schema ? session.quoted(*session.tables.schema) + "." + name : name),
        {"5", "1"});
    require(!session.look_again().journal_current,
            "look() calls a journal current whose version others moved");
}

constexpr std::array kChecks{
    Check{"resume_goes_on_after_a_failure", goes_on_after_a_failure},
    Check{"resume_goes_on_with_schema_changes", goes_on_with_schema_changes},
    Check{"resume_goes_on_after_a_kill", goes_on_after_a_kill},
    Check{"resume_needs_a_current_journal", is_not_taken_for_current_after_a_foreign_move},
};

}  // namespace

std::span<const Check> resume_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
