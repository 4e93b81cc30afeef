// SPDX-License-Identifier: MIT
// What the server keeps of the engine's own statements, and what a file can do to it.
#include <vector>

#include <aether/migrate/error.hpp>

#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

class KeptPlans : public PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        run("CREATE TABLE t (a int)");
    }

    void take_lock() const {
        const spi::TableNames tables{
            .schema = {}, .version = "schema_migrations", .history = {}, .journal = {}};
        ASSERT_TRUE(connection->try_lock(tables, connection->look(tables, limit()), limit()));
    }
    void insert(const std::string& value) const {
        const std::vector<spi::BoundStatement> batch{{"SELECT $1::int", {value}},
                                                     {"INSERT INTO t VALUES ($1)", {value}}};
        EXPECT_EQ(connection->batch(batch, limit())[1].affected, 1U);
    }
    std::string kept() const {
        return *connection->query({"SELECT count(*) FROM pg_prepared_statements", {}}, limit()).rows[0][0];
    }
};

TEST_F(KeptPlans, begin_with_the_second_time_of_a_statement) {
    take_lock();

    insert("1");
    EXPECT_EQ(kept(), "0");
    insert("2");
    EXPECT_EQ(kept(), "2");
    insert("3");

    EXPECT_EQ(kept(), "2");
    EXPECT_EQ(other->ask("SELECT string_agg(a::text, ' ' ORDER BY a) FROM t"), "1 2 3");
}

TEST_F(KeptPlans, need_the_lock_that_tells_a_pooler) {
    insert("1");
    insert("2");

    EXPECT_EQ(kept(), "0");
}

TEST_F(KeptPlans, survive_a_file_that_takes_them_away) {
    take_lock();
    insert("1");
    insert("2");

    run("DeAllocate ALL");

    EXPECT_EQ(kept(), "0");
    insert("3");
    insert("4");
    EXPECT_EQ(kept(), "2");
    run("DISCARD PLANS");
    insert("5");
}

TEST_F(KeptPlans, give_the_statements_own_error_when_it_is_refused) {
    take_lock();
    insert("1");
    run("DROP TABLE t");

    try {
        insert("2");
        FAIL() << "inserted into a table that is gone";
    } catch (const Error& error) {
        EXPECT_EQ(error.details().sqlstate, "42P01") << error.what();
    }

    run("CREATE TABLE t (a int)");
    insert("3");
    insert("4");
    EXPECT_EQ(other->ask("SELECT count(*) FROM t"), "2");
}

TEST_F(KeptPlans, follow_a_table_that_a_file_makes_anew) {
    take_lock();
    insert("1");
    insert("2");

    run("DROP TABLE t; CREATE TABLE t (b text, a text)");

    insert("3");
    EXPECT_EQ(other->ask("SELECT b FROM t"), "3");
}

}  // namespace
}  // namespace aether::migrate::postgres
