// SPDX-License-Identifier: MIT
// The statement table of SQLite against SQLite itself.
#include "../../drivers/sqlite/dialect.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "../../src/sql/classify.hpp"

namespace aether::migrate::sqlite {
namespace {

using spi::StatementKind;

StatementKind kind_of(const std::string& statement) {
    return sql::classify(statement, dialect()).kind;
}

// A database in memory with a table, inside a transaction that has written.
class Block {
public:
    Block() {
        sqlite3* opened = nullptr;
        sqlite3_open(":memory:", &opened);
        database_.reset(opened);
        run("CREATE TABLE t (i)");
        run("ATTACH ':memory:' AS other");
        run("CREATE TEMP TABLE temporary (i)");
        run("BEGIN");
        run("INSERT INTO t VALUES (1)");
        run("CREATE TABLE other.o (i)");
    }

    bool run(const std::string& statement) const {
        return sqlite3_exec(database_.get(), statement.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    }
    std::string ask(const std::string& statement) const {
        std::string answer;
        const auto take = [](void* into, int, char** values, char**) {
            *static_cast<std::string*>(into) = values[0] == nullptr ? "" : values[0];
            return 0;
        };
        sqlite3_exec(database_.get(), statement.c_str(), take, &answer, nullptr);
        return answer;
    }

private:
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database_{nullptr, &sqlite3_close};
};

TEST(sqlite_dialect, keeps_out_of_transactions_what_sqlite_refuses_there) {
    for (const std::string statement : {"VACUUM", "vacuum main", "VACUUM INTO '/nowhere/copy'"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::non_transactional) << statement;
        EXPECT_FALSE(Block().run(statement)) << statement;
    }
    for (const std::string statement :
         {"PRAGMA synchronous = 0", "PRAGMA temp_store(memory)", "DETACH other"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::session_setting_alone) << statement;
        EXPECT_FALSE(Block().run(statement)) << statement;
    }
}

TEST(sqlite_dialect, keeps_foreign_keys_out_since_sqlite_passes_over_it) {
    const Block block;

    EXPECT_TRUE(block.run("PRAGMA foreign_keys = 1"));

    EXPECT_EQ(block.ask("PRAGMA foreign_keys"), "0");
    for (const std::string statement : {"PRAGMA foreign_keys=1", "pragma main.foreign_keys(0);",
                                        "/* why */ PRAGMA -- off\n foreign_keys = OFF"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::session_setting_alone) << statement;
    }
}

TEST(sqlite_dialect, lets_everything_else_be_in_a_transaction) {
    for (const std::string statement :
         {"PRAGMA foreign_keys", "PRAGMA foreign_key_check", "PRAGMA foreign_key_check(t)",
          "PRAGMA journal_mode", "PRAGMA user_version = 7", "PRAGMA defer_foreign_keys = ON",
          "PRAGMA table_info(foreign_keys)", "REINDEX", "ANALYZE", "SAVEPOINT a",
          "CREATE VIEW vacuum_view AS SELECT 1", "PRAGMA optimize", "CREATE TABLE attached (detach)"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::transactional) << statement;
        EXPECT_TRUE(Block().run(statement)) << statement;
    }
    for (const std::string statement : {"PRAGMA cache_size = 10", "PRAGMA recursive_triggers(1)",
                                        "PRAGMA legacy_alter_table=ON", "PRAGMA main.page_size = 8192"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::session_setting) << statement;
        EXPECT_TRUE(Block().run(statement)) << statement;
    }
}

TEST(sqlite_dialect, knows_transaction_control) {
    EXPECT_EQ(kind_of("BEGIN"), StatementKind::begins_transaction);
    EXPECT_EQ(kind_of("begin exclusive transaction"), StatementKind::begins_transaction);
    EXPECT_EQ(kind_of("COMMIT TRANSACTION"), StatementKind::ends_transaction);
    EXPECT_EQ(kind_of("END"), StatementKind::ends_transaction);
    EXPECT_EQ(kind_of("ROLLBACK"), StatementKind::controls_transaction);
    EXPECT_EQ(kind_of("ROLLBACK TRANSACTION TO SAVEPOINT a"), StatementKind::transactional);
    EXPECT_EQ(kind_of("ROLLBACK TO a"), StatementKind::transactional);
}

}  // namespace
}  // namespace aether::migrate::sqlite
