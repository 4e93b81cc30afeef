// SPDX-License-Identifier: MIT
// What a look tells: how a database stands to the files, and what happened to it.
#include <aether/migrate/status.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "place.hpp"

namespace aether::migrate::testing {
namespace {

class StatusTest : public LibraryTest {};

std::vector<std::string> files_of(const Status& status) {
    std::vector<std::string> files;
    for (const PendingMigration& pending : status.pending)
        files.push_back(pending.file);
    return files;
}

TEST_F(StatusTest, an_empty_database_is_behind_by_every_file) {
    tables(2);

    const Status status = Migrator(options()).status();

    EXPECT_EQ(status.standing, Standing::behind);
    EXPECT_EQ(status.state, VersionState{});
    EXPECT_EQ(status.newest, Version{2});
    EXPECT_EQ(files_of(status), (std::vector<std::string>{"1_m1.up.sql", "2_m2.up.sql"}));
    EXPECT_EQ(status.pending.front().title, "m1");
}

TEST_F(StatusTest, a_migrated_database_is_up_to_date) {
    tables(2);
    Migrator migrator(options());
    migrator.up();

    const Status status = migrator.status();

    EXPECT_EQ(status.standing, Standing::up_to_date);
    EXPECT_EQ(status.state, (VersionState{Version{2}, false}));
    EXPECT_TRUE(status.pending.empty());
}

TEST_F(StatusTest, a_half_migrated_database_is_behind_by_the_rest) {
    tables(3);
    Migrator migrator(options());
    migrator.up(1);

    const Status status = migrator.status();

    EXPECT_EQ(status.standing, Standing::behind);
    EXPECT_EQ(files_of(status), (std::vector<std::string>{"2_m2.up.sql", "3_m3.up.sql"}));
}

TEST_F(StatusTest, an_older_build_sees_the_database_ahead) {
    tables(3, "new");
    tables(2, "old");
    Migrator(options("new")).up();

    const Status status = Migrator(options("old")).status();

    EXPECT_EQ(status.standing, Standing::ahead);
    EXPECT_EQ(status.state.version, Version{3});
    EXPECT_EQ(status.newest, Version{2});
    EXPECT_TRUE(status.pending.empty());
}

TEST_F(StatusTest, a_version_without_a_file_below_newer_ones_is_strayed) {
    tables(2, "other");
    Migrator(options("other")).up();
    file("1_m1.up.sql", "SELECT 1;");
    file("3_m3.up.sql", "SELECT 3;");

    const Status status = Migrator(options()).status();

    EXPECT_EQ(status.standing, Standing::strayed);
    EXPECT_EQ(files_of(status), (std::vector<std::string>{"3_m3.up.sql"}));
}

TEST_F(StatusTest, a_source_without_files_has_no_newest_version) {
    const Status status = Migrator(options()).status();

    EXPECT_EQ(status.standing, Standing::up_to_date);
    EXPECT_EQ(status.newest, std::nullopt);
}

TEST_F(StatusTest, a_dirty_row_is_told) {
    tables(2);
    Migrator migrator(options());
    migrator.up(1);
    sqlite("UPDATE schema_migrations SET dirty = 1");

    EXPECT_EQ(migrator.status().state, (VersionState{Version{1}, true}));
}

TEST_F(StatusTest, the_history_comes_newest_first) {
    file("1_a.up.sql", "CREATE TABLE a (id int); CREATE TABLE b (id int);");
    file("1_a.down.sql", "DROP TABLE b; DROP TABLE a;");
    Migrator migrator(options());
    const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    migrator.up();
    migrator.down(1);
    migrator.force(Version{1});

    const std::vector<HistoryEntry> entries = migrator.history(10);

    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].kind, EventKind::forced);
    EXPECT_EQ(entries[1].kind, EventKind::reverted);
    EXPECT_EQ(entries[1].direction, Direction::down);
    EXPECT_EQ(entries[1].leads_to, std::nullopt);
    const HistoryEntry& applied = entries[2];
    EXPECT_EQ(applied.kind, EventKind::applied);
    EXPECT_EQ(applied.version, Version{1});
    EXPECT_EQ(applied.leads_to, Version{1});
    EXPECT_EQ(applied.title, "a");
    EXPECT_EQ(applied.checksum.size(), 64U);
    EXPECT_EQ(applied.statements, 2U);
    EXPECT_GE(applied.started_at, before);
    EXPECT_LE(applied.started_at, std::chrono::system_clock::now());
    EXPECT_GT(applied.duration.count(), 0);
    EXPECT_NE(applied.tool.find("aether-migrate"), std::string::npos);
    EXPECT_FALSE(applied.client.empty());
    EXPECT_GT(entries[0].id, entries[1].id);
}

TEST_F(StatusTest, the_history_is_cut_at_the_limit) {
    tables(3);
    Migrator migrator(options());
    migrator.up();

    EXPECT_EQ(migrator.history(0).size(), 0U);
    EXPECT_EQ(migrator.history(SIZE_MAX).size(), migrator.history(10).size());
    ASSERT_EQ(migrator.history(2).size(), 2U);
    EXPECT_EQ(migrator.history(2).back().version, Version{2});
}

TEST_F(StatusTest, there_is_no_history_before_the_first_run_and_where_it_is_switched_off) {
    tables(1);
    EXPECT_TRUE(Migrator(options()).history(5).empty());
    Options off = options();
    off.database += "?x-history=false";
    Migrator migrator(off);
    migrator.up();

    EXPECT_TRUE(migrator.history(5).empty());
}

TEST_F(StatusTest, a_damaged_row_of_the_history_is_named) {
    tables(1);
    Migrator migrator(options());
    migrator.up();
    sqlite("UPDATE schema_migrations_history SET started_at = 'yesterday'");

    const ErrorDetails failure = failure_of([&] { migrator.history(1); });

    EXPECT_EQ(failure.code, ErrorCode::bookkeeping_failed);
    EXPECT_EQ(failure.message, "row 1 of the history is damaged: its column started_at can't be read");
}

class PostgresStatusTest : public PostgresLibraryTest {};

TEST_F(PostgresStatusTest, a_status_is_one_query_and_a_history_two) {
    tables(2);
    Migrator(options()).up(1);
    set_for_sessions("log_statement = 'all'");
    Migrator logged(options());

    std::size_t mark = log_mark();
    logged.status();
    EXPECT_EQ(statements_since(mark).size(), 1U) << ::testing::PrintToString(statements_since(mark));
    mark = log_mark();
    logged.history(5);
    EXPECT_EQ(statements_since(mark).size(), 2U) << ::testing::PrintToString(statements_since(mark));
}

TEST_F(PostgresStatusTest, a_role_that_may_only_read_sees_status_and_history) {
    tables(2);
    Migrator(options()).up(1);
    const postgres::Client admin = client();
    admin.run("CREATE ROLE library_reader LOGIN");
    admin.run("GRANT SELECT ON schema_migrations, schema_migrations_history TO library_reader");
    Options reading = options();
    reading.database = url_of("library_reader");
    {
        Migrator migrator(reading);

        EXPECT_EQ(migrator.status().standing, Standing::behind);
        EXPECT_EQ(migrator.history(5).size(), 1U);
    }
    admin.run("REVOKE SELECT ON schema_migrations_history FROM library_reader");

    const ErrorDetails failure = failure_of([&] { Migrator(reading).history(5); });

    EXPECT_EQ(failure.message, "permission denied for the history table");
    admin.run("DROP OWNED BY library_reader");
    admin.run("DROP ROLE library_reader");
}

TEST_F(PostgresStatusTest, a_moment_of_the_history_is_the_same_in_every_time_zone_and_date_style) {
    tables(1);
    const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    Migrator(options()).up();
    set_for_sessions("datestyle = 'German'");
    set_for_sessions("timezone = 'Asia/Kolkata'");

    const std::vector<HistoryEntry> entries = Migrator(options()).history(1);

    ASSERT_EQ(entries.size(), 1U);
    EXPECT_GE(entries.front().started_at, before);
    EXPECT_LE(entries.front().started_at, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace aether::migrate::testing
