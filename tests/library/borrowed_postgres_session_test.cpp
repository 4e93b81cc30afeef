// SPDX-License-Identifier: MIT
// What is true of a caller's PostgreSQL session after migrations ran over it.
#include <stop_token>
#include <string>
#include <vector>

#include "borrowed_postgres.hpp"

namespace aether::migrate::borrowed {
namespace {

constexpr const char* kRole = "borrowed_role";

TEST_F(BorrowedPostgresTest, migrates_and_leaves_the_session_as_it_was) {
    const std::string before = session_state();
    Migrator migrator(borrowed());

    EXPECT_EQ(migrator.up().steps.size(), 2U);
    EXPECT_EQ(session_state(), before);
    migrator.down();

    EXPECT_EQ(session_state(), before);
    EXPECT_FALSE(migrator.version().version);
    EXPECT_EQ(ask("SELECT 1"), "1");
}

TEST_F(BorrowedPostgresTest, puts_back_what_files_set_as_pg_dump_writes_them) {
    ask("SET work_mem = '7MB'");
    ask("SET application_name = 'shop'");
    ask("SET statement_timeout = '1h'");
    const std::string before = session_state();
    migrations.add("3_settings",
                   "SET client_encoding = 'LATIN1'; SELECT pg_catalog.set_config('search_path', '', false);"
                   "SET work_mem = '9MB'; SET DateStyle = 'German'; SET lock_timeout = '1s';"
                   "RESET application_name; SET statement_timeout = 0;");

    Migrator(borrowed()).up();

    EXPECT_EQ(session_state(), before);
}

TEST_F(BorrowedPostgresTest, puts_role_and_session_authorization_back) {
    ask("CREATE ROLE " + std::string(kRole));
    ask("GRANT ALL ON SCHEMA public TO " + std::string(kRole));
    ask("SET SESSION AUTHORIZATION " + std::string(kRole));
    const std::string before = session_state();
    migrations.add("3_settings", "SET log_min_messages = 'error'; SET ROLE " + std::string(kRole) + ";");
    migrations.add("4_user", "RESET SESSION AUTHORIZATION; SET log_min_messages = 'error';");
    migrations.add("5_table", "CREATE TABLE theirs (id int);");

    const auto error = error_of([&] { Migrator(borrowed()).up(); });

    ASSERT_TRUE(error);  // this user may not set log_min_messages
    EXPECT_EQ(session_state(), before);
    migrations.add("3_settings", "SET ROLE " + std::string(kRole) + ";");
    Migrator(borrowed()).up();
    EXPECT_EQ(session_state(), before);
    ask("RESET SESSION AUTHORIZATION");
    ask("DROP OWNED BY " + std::string(kRole));
    ask("DROP ROLE " + std::string(kRole));
}

TEST_F(BorrowedPostgresTest, leaves_the_session_as_it_was_after_a_failure) {
    ask("SET search_path = public, pg_temp");
    const std::string before = session_state();
    migrations.add("3_settings", "SET search_path = pg_catalog; SET lock_timeout = '1s';");
    migrations.add("4_broken", "CREATE TABLE half (id int); SELECT 1 / 0;");

    const auto error = error_of([&] { Migrator(borrowed()).up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::migration_failed);
    EXPECT_EQ(session_state(), before);
    EXPECT_EQ(ask("SELECT version, dirty FROM schema_migrations"), "3 f");
}

TEST_F(BorrowedPostgresTest, a_bare_statement_that_fails_leaves_the_session_as_it_was) {
    const std::string before = session_state();
    migrations.add("3_broken", "INSERT INTO users VALUES (1);");
    migrations.add("4_broken", "CREATE UNIQUE INDEX CONCURRENTLY users_id ON users (id);");

    const auto error = error_of([&] { Migrator(borrowed()).up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(session_state(), before);
}

TEST_F(BorrowedPostgresTest, speaks_unicode_over_a_session_of_another_encoding) {
    ask("SET client_encoding = 'LATIN1'");
    migrations.add("3_names", "CREATE TABLE \"größe\" (id int); COMMENT ON TABLE \"größe\" IS 'Übermaß';");

    Migrator(borrowed()).up();

    EXPECT_EQ(other->ask("SELECT obj_description('\"größe\"'::regclass)"), "Übermaß");
    EXPECT_EQ(ask("SHOW client_encoding"), "LATIN1");
}

TEST_F(BorrowedPostgresTest, a_stop_in_a_statement_leaves_the_session_as_it_was) {
    ask("LOAD 'plpgsql'");  // has settings of its own
    const std::string before = session_state();
    migrations.add("3_long",
                   "SET lock_timeout = '7s'; DO $$ BEGIN RAISE NOTICE 'running'; END $$; "
                   "SELECT pg_sleep(60);");
    std::stop_source stop;
    Listener stopper;
    stopper.act = [&] { stop.request_stop(); };
    Options options = borrowed();
    options.observer = &stopper;
    options.stop = {stop.get_token(), stop.get_token(), stop.get_token()};

    const Report report = Migrator(options).up();

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_EQ(stopper.notices.size(), 1U);
    EXPECT_EQ(session_state(), before);
    EXPECT_EQ(ask("SELECT version, dirty FROM schema_migrations"), "2 f");
}

TEST_F(BorrowedPostgresTest, tells_notices_and_gives_the_processor_back) {
    std::string heard;
    PQsetNoticeProcessor(
        handle.get(), [](void* text, const char* message) { *static_cast<std::string*>(text) += message; },
        &heard);
    migrations.add("3_notice", "DO $$ BEGIN RAISE NOTICE 'from a file'; END $$;");
    Listener listener;
    Options options = borrowed();
    options.observer = &listener;

    Migrator(options).up();
    ask("DO $$ BEGIN RAISE NOTICE 'from the caller'; END $$");

    EXPECT_EQ(listener.notices, (std::vector<std::string>{"from a file"}));
    EXPECT_NE(heard.find("from the caller"), std::string::npos);
    EXPECT_EQ(heard.find("from a file"), std::string::npos);
}

TEST_F(BorrowedPostgresTest, leaves_a_notice_receiver_of_the_caller_in_its_place) {
    int heard = 0;
    PQsetNoticeReceiver(
        handle.get(), [](void* count, const PGresult*) { ++*static_cast<int*>(count); }, &heard);
    migrations.add("3_notice", "DO $$ BEGIN RAISE NOTICE 'from a file'; END $$;");

    Migrator(borrowed()).up();

    EXPECT_EQ(heard, 1);
}

TEST_F(BorrowedPostgresTest, keeps_notifications_for_the_caller) {
    ask("LISTEN news");
    migrations.add("3_notify", "NOTIFY news, 'from a file';");

    Migrator(borrowed()).up();

    PQconsumeInput(handle.get());
    PGnotify* const notification = PQnotifies(handle.get());
    ASSERT_NE(notification, nullptr);
    EXPECT_STREQ(notification->extra, "from a file");
    PQfreemem(notification);
}

TEST_F(BorrowedPostgresTest, keeps_a_connection_that_does_not_block_that_way) {
    PQsetnonblocking(handle.get(), 1);

    Migrator(borrowed()).up();

    EXPECT_EQ(PQisnonblocking(handle.get()), 1);
}

}  // namespace
}  // namespace aether::migrate::borrowed
