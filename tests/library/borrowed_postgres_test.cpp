// SPDX-License-Identifier: MIT
// Migrations over a PostgreSQL connection that the caller already has.
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "borrowed_postgres.hpp"

namespace aether::migrate::borrowed {
namespace {

TEST_F(BorrowedPostgresTest, opens_no_other_session) {
    const std::string sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database + "'";
    const std::string before = ask(sessions);
    std::string during;
    AtStep look(2, [&] { during = other->ask(sessions); });
    Options options = borrowed();
    options.observer = &look;

    Migrator(options).up();

    EXPECT_EQ(during, before);
}

TEST_F(BorrowedPostgresTest, refuses_an_open_transaction_and_leaves_it_open) {
    Migrator migrator(borrowed());
    ask("BEGIN");
    ask("CREATE TABLE theirs (id int)");

    const auto error = error_of([&] { migrator.up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_argument);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: a transaction is open");
    EXPECT_EQ(PQtransactionStatus(handle.get()), PQTRANS_INTRANS);
    EXPECT_EQ(ask("COMMIT"), "");
    EXPECT_EQ(ask("SELECT count(*) FROM theirs"), "0");
    EXPECT_EQ(ask("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'schema%'"), "0");
}

TEST_F(BorrowedPostgresTest, refuses_a_transaction_that_failed) {
    ask("BEGIN; SELECT 1 / 0");

    const auto error = error_of([&] { Migrator{borrowed()}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_argument);
}

TEST_F(BorrowedPostgresTest, refuses_a_pending_result_and_leaves_it) {
    ASSERT_EQ(PQsendQuery(handle.get(), "SELECT 42"), 1);

    const auto error = error_of([&] { Migrator{borrowed()}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: a result is pending");
    const Result result(PQgetResult(handle.get()), &PQclear);
    EXPECT_STREQ(PQgetvalue(result.get(), 0, 0), "42");
    EXPECT_EQ(PQgetResult(handle.get()), nullptr);
}

TEST_F(BorrowedPostgresTest, refuses_pipeline_mode) {
    ASSERT_EQ(PQenterPipelineMode(handle.get()), 1);

    const auto error = error_of([&] { Migrator{borrowed()}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: it is in pipeline mode");
    EXPECT_EQ(PQexitPipelineMode(handle.get()), 1);
}

TEST_F(BorrowedPostgresTest, refuses_a_lost_connection) {
    other->run("SELECT pg_terminate_backend(" + std::to_string(PQbackendPID(handle.get())) + ")");
    EXPECT_NE(ask("SELECT 1"), "1");

    const auto error = error_of([&] { Migrator{borrowed()}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::connection_failed);
}

TEST_F(BorrowedPostgresTest, takes_the_parameters_of_a_url) {
    Migrator(borrowed("x-migrations-table=ours&x-history=false")).up();

    EXPECT_EQ(ask("SELECT version FROM ours"), "2");
    EXPECT_EQ(ask("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'schema%'"), "0");
}

TEST_F(BorrowedPostgresTest, refuses_a_parameter_that_an_open_connection_can_not_take) {
    const auto error = error_of([&] { Migrator{borrowed("sslmode=disable")}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_url);
}

TEST_F(BorrowedPostgresTest, excludes_and_is_excluded_by_a_migrator_with_a_url) {
    migrations.add("3_more", "CREATE TABLE more (id int);");
    std::optional<ErrorDetails> seen;
    const auto try_by_url = [&] {
        Options options = migrations.options(url());
        options.lock_timeout = std::chrono::seconds(0);
        seen = error_of([&] { Migrator(options).up(); });
    };
    AtStep meanwhile(2, try_by_url);
    Options options = borrowed();
    options.observer = &meanwhile;
    Migrator(options).up(2);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->code, ErrorCode::lock_timeout);

    AtStep the_other_way(3, [&] {
        Options short_wait = borrowed();
        short_wait.lock_timeout = std::chrono::seconds(0);
        seen = error_of([&] { Migrator(short_wait).up(); });
    });
    Options by_url = migrations.options(url());
    by_url.observer = &the_other_way;
    seen.reset();
    Migrator(by_url).up();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->code, ErrorCode::lock_timeout);
}

TEST_F(BorrowedPostgresTest, takes_the_id_of_golang_migrate_s_command) {
    std::string ids;
    AtStep look(1, [&] {
        ids = other->ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = " +
                         std::to_string(PQbackendPID(handle.get())));
    });
    Options options = borrowed();
    options.observer = &look;

    Migrator(options).up();

    EXPECT_EQ(ids, "2");  // the path with its slash, and the bare name
}

TEST_F(BorrowedPostgresTest, serves_two_migrators_one_after_the_other) {
    migrations.add("3_more", "CREATE TABLE more (id int);");
    Migrator first(borrowed());
    Migrator second(borrowed());

    first.up(1);
    ask("SET search_path = public");
    second.up(1);
    first.up();

    EXPECT_EQ(second.version().version, Version{3});
    EXPECT_EQ(ask("SHOW search_path"), "public");
}

TEST_F(BorrowedPostgresTest, follows_a_search_path_that_the_caller_changes_between_two_operations) {
    Migrator migrator(borrowed());
    migrator.up();
    ask("CREATE SCHEMA tenant");
    ask("SET search_path = tenant");

    migrator.up();

    EXPECT_EQ(ask("SELECT version FROM tenant.schema_migrations"), "2");
}

TEST_F(BorrowedPostgresTest, never_opens_a_lost_session_again) {
    const int pid = PQbackendPID(handle.get());
    AtStep end(2, [&] { other->run("SELECT pg_terminate_backend(" + std::to_string(pid) + ")"); });
    Options options = borrowed();
    options.observer = &end;

    const auto error = error_of([&] { Migrator(options).up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::connection_failed);
    EXPECT_EQ(PQstatus(handle.get()), CONNECTION_BAD);
    PQreset(handle.get());
    EXPECT_EQ(ask("SELECT version FROM schema_migrations"), "1");
    EXPECT_EQ(PQisnonblocking(handle.get()), 0);
}

TEST_F(BorrowedPostgresTest, finds_out_by_a_session_of_its_own_that_a_lost_commit_did_not_come_through) {
    // The server ends the session in the middle of the commit, before it is done.
    other->run("CREATE TABLE audit (id int)");
    migrations.add("3_ends",
                   "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                   "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
                   "CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED "
                   "FOR EACH ROW EXECUTE FUNCTION ends(); INSERT INTO audit VALUES (1);");

    const auto error = error_of([&] { Migrator(borrowed()).up(); });

    ASSERT_TRUE(error);
    EXPECT_NE(error->code, ErrorCode::outcome_unknown);
    EXPECT_EQ(other->ask("SELECT version FROM schema_migrations"), "2");
}

TEST_F(BorrowedPostgresTest, locks_by_a_row_of_the_lock_table) {
    const std::string before = session_state();

    Migrator(borrowed("x-lock-strategy=table")).up();

    EXPECT_EQ(session_state(), before);
    EXPECT_EQ(ask("SELECT count(*) FROM schema_lock"), "0");
}

TEST_F(BorrowedPostgresTest, drops_what_is_there) {
    Migrator migrator(borrowed());
    migrator.up();
    const std::string before = session_state();

    migrator.drop();

    EXPECT_EQ(session_state(), before);
    EXPECT_EQ(ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

}  // namespace
}  // namespace aether::migrate::borrowed
