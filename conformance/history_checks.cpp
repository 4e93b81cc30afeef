// SPDX-License-Identifier: MIT
// Checks of the engine over the driver: version, history, golang-migrate's dirty protocol.
#include <array>
#include <string>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

std::string table_of(const Session& session, const std::string& name) {
    return session.tables.schema ? session.quoted(*session.tables.schema) + "." + session.quoted(name)
                                 : session.quoted(name);
}

// "applied 1, applied 2, reverted 2"
std::string events_of(const Session& session) {
    std::string text;
    const std::string sql = fmt::format("SELECT event, version FROM {} ORDER BY id",
                                        table_of(session, session.tables.history.value()));
    for (const auto& row : session.query(sql).rows) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", row.at(0).value(), row.at(1).value());
    }
    return text;
}

void goes_up_and_down(Trial& trial) {
    const Session session = trial.open();
    Migrator migrator = trial.migrator(Trial::three_files());
    require_same(migrator.up().steps.size(), 3, "steps of the first up()");
    require_version(session, 3, false);
    require_same(migrator.up().steps.size(), 0, "steps of the second up()");
    require_same(migrator.down(1).steps.size(), 1, "steps of down(1)");
    require_version(session, 2, false);
    require_same(migrator.down().steps.size(), 2, "steps of down()");
    require_version(session, -1, false);
    require_same(migrator.up().steps.size(), 3, "steps of up() after down()");
    require_same(session.count("SELECT count(*) FROM kit_second"), 1, "rows that the second file writes");
    require_same(events_of(session),
                 "applied 1, applied 2, applied 3, reverted 3, reverted 2, reverted 1, applied 1, applied 2, "
                 "applied 3",
                 "the history");
}

void keeps_hostile_files(Trial& trial) {
    const std::string down = "-- it's `back\\slash` \"ü\" 漢字 🐘 $1 ? %s\nDROP TABLE kit_first;\n";
    Files files{{"1_it's \"a\\title\" ?.up.sql", "CREATE TABLE kit_first (id bigint NOT NULL PRIMARY KEY);"},
                {"1_it's \"a\\title\" ?.down.sql", down}};
    trial.migrator(files).up();
    const Session session = trial.open();
    const std::string table = table_of(session, session.tables.history.value());
    require_same(session.ask(fmt::format("SELECT down_sql FROM {}", table)), down, "down_sql of the history");
    require_same(session.ask(fmt::format("SELECT name FROM {}", table)), "it's \"a\\title\" ?",
                 "the name in the history");
    require_same(session.count(fmt::format("SELECT count(*) FROM {} WHERE started_at IS NOT NULL", table)), 1,
                 "events with their time");
}

void is_switched_off_by_the_url(Trial& trial) {
    const std::string url = trial.url_with("x-history", "false");
    trial.migrator_at(url, Trial::three_files()).up(2);
    const Session session = trial.open();
    require_version(session, 2, false);
    require(!session.look.history_table, "x-history=false, and there is a history");
    trial.migrator_at(url, Trial::three_files()).down();
    require_version(session, -1, false);
}

void adopts_what_others_did(Trial& trial) {
    trial.migrator(Trial::three_files()).up(1);
    const Session other = trial.open();
    other.run("CREATE TABLE kit_second (id bigint NOT NULL PRIMARY KEY)");
    other.query(fmt::format("UPDATE {} SET version = ?", table_of(other, other.tables.version)), {"2"});
    Migrator migrator = trial.migrator(Trial::three_files());
    require_same(migrator.up().steps.size(), 1, "steps of up() after others applied the second file");
    require_version(other, 3, false);
    require_same(events_of(other), "applied 1, adopted 2, applied 3", "the history");
}

void stops_at_a_dirty_version(Trial& trial) {
    trial.migrator(Trial::three_files()).up(1);
    const Session session = trial.open();
    session.query(
        fmt::format("UPDATE {} SET version = ?, dirty = ?", table_of(session, session.tables.version)),
        {"2", "1"});
    Migrator migrator = trial.migrator(Trial::three_files());
    const ErrorDetails error = error_of([&] { migrator.up(); }, "up() of a dirty version");
    require(error.code == ErrorCode::dirty,
            fmt::format("it fails as {}, expected dirty", name_of(error.code)));
    require_version(session, 2, true);
    require(migrator.version() == VersionState{Version{2}, true}, "version() does not show it as dirty");
    migrator.force(Version{1});
    require_version(session, 1, false);
    require_same(migrator.up().steps.size(), 2, "steps of up() after force()");
    require_version(session, 3, false);
    migrator.force(std::nullopt);
    require_version(session, -1, false);
}

void keeps_a_block_of_the_file(Trial& trial) {
    const Session session = trial.open();
    const std::string begin(session.dialect().begin);
    trial.make_rows(session);
    trial
        .migrator({{"1_block.up.sql", begin + ";\nINSERT INTO kit_rows (id, note) VALUES (1, 'a');\n"
                                              "INSERT INTO kit_rows (id, note) VALUES (2, 'b');\nCOMMIT;\n"}})
        .up();
    require_same(session.count("SELECT count(*) FROM kit_rows"), 2, "rows that the block writes");
    require_version(session, 1, false);
    require(session.look_again().same_write, "a file with its own block leaves a version of another write");
}

void is_one_of_two_engines(Trial& trial) {
    Migrator first = trial.migrator(Trial::three_files());
    Migrator second = trial.migrator(Trial::three_files());
    require_same(first.up().steps.size() + second.up().steps.size(), 3, "steps of two engines together");
    require_same(second.down(1).steps.size(), 1, "steps of down(1) of the second engine");
    require_same(first.up().steps.size(), 1, "steps of up() of the first engine after that");
    require_version(trial.open(), 3, false);
}

constexpr std::array kChecks{
    Check{"history_goes_up_and_down", goes_up_and_down},
    Check{"history_keeps_hostile_files", keeps_hostile_files},
    Check{"history_is_switched_off_by_the_url", is_switched_off_by_the_url},
    Check{"history_adopts_what_others_did", adopts_what_others_did},
    Check{"history_stops_at_a_dirty_version", stops_at_a_dirty_version},
    Check{"history_keeps_a_block_of_the_file", keeps_a_block_of_the_file},
    Check{"history_is_one_for_two_engines", is_one_of_two_engines},
};

}  // namespace

std::span<const Check> history_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
