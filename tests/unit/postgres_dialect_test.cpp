// SPDX-License-Identifier: MIT
// PostgreSQL's statement table: each line of the list that tests/database checks against a server, and its
// names.
#include "../../drivers/postgres/dialect.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "../../src/sql/classify.hpp"
#include "../../src/sql/lexer.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::StatementKind;

std::string_view name_of(StatementKind kind) {
    switch (kind) {
        case StatementKind::transactional:
            return "transactional";
        case StatementKind::session_setting:
            return "session_setting";
        case StatementKind::session_setting_alone:
            return "session_setting_alone";
        case StatementKind::non_transactional:
            return "non_transactional";
        case StatementKind::begins_transaction:
            return "begins_transaction";
        case StatementKind::ends_transaction:
            return "ends_transaction";
        case StatementKind::controls_transaction:
            return "controls_transaction";
        case StatementKind::refused:
            return "refused";
    }
    return "";
}

std::string_view what(std::string_view statement) {
    return sql::classify(statement, dialect()).what;
}

TEST(postgres_dialect, gives_each_listed_statement_its_kind) {
    const auto list = std::filesystem::path(AETHER_TEST_FOLDER) / "../dialect/postgres_statement_table.txt";
    std::ifstream file(list);
    ASSERT_TRUE(file) << list;

    std::size_t checked = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const std::size_t first = line.find(" | ");
        const std::size_t second = line.find(" | ", first + 3);
        ASSERT_NE(second, std::string::npos) << line;
        std::string statement = line.substr(second + 3);
        if (const std::size_t escape = statement.find("\\n"); escape != std::string::npos) {
            statement.replace(escape, 2, "\n");
        }
        EXPECT_EQ(name_of(sql::classify(statement, dialect()).kind), line.substr(0, first)) << statement;
        ++checked;
    }
    EXPECT_GT(checked, 200U);
}

// Version 17 and later take it; the server that the list is checked against may be older.
TEST(postgres_dialect, cluster_of_everything_with_options_is_not_transactional) {
    EXPECT_EQ(sql::classify("CLUSTER (VERBOSE);", dialect()).kind, StatementKind::non_transactional);
}

// Version 17 and 18.
TEST(postgres_dialect, options_that_reach_the_publisher_are_not_transactional) {
    EXPECT_EQ(sql::classify("ALTER SUBSCRIPTION s SET (failover = true);", dialect()).kind,
              StatementKind::non_transactional);
    EXPECT_EQ(sql::classify("ALTER SUBSCRIPTION s SET (streaming = on, two_phase = false)", dialect()).kind,
              StatementKind::non_transactional);
    EXPECT_EQ(sql::classify("ALTER SUBSCRIPTION s SET (streaming = on)", dialect()).kind,
              StatementKind::transactional);
}

TEST(postgres_dialect, names_statements_as_the_manual_does) {
    EXPECT_EQ(what("create unique index concurrently i on t (a)"), "CREATE INDEX CONCURRENTLY");
    EXPECT_EQ(what("REINDEX (CONCURRENTLY) TABLE t"), "REINDEX CONCURRENTLY");
    EXPECT_EQ(what("alter table a.b detach partition c concurrently"),
              "ALTER TABLE … DETACH PARTITION … CONCURRENTLY");
    EXPECT_EQ(what("copy t (a) from stdin"), "COPY … FROM STDIN");
    EXPECT_EQ(what("copy (select 1) to stdout"), "COPY … TO STDOUT");
    EXPECT_EQ(what("\\d"), "psql command");
    EXPECT_EQ(what("COMMIT PREPARED 'x'"), "COMMIT PREPARED");
}

TEST(postgres_dialect, every_rule_is_reached_by_its_own_words) {
    for (const spi::StatementRule& rule : dialect().statements) {
        EXPECT_FALSE(rule.what.empty()) << rule.pattern;
        EXPECT_FALSE(rule.pattern.starts_with("…") || rule.pattern.starts_with("[")) << rule.pattern;
    }
}

TEST(postgres_dialect, knows_the_types_of_its_tables) {
    EXPECT_EQ(dialect().name, "postgres");
    EXPECT_EQ(dialect().timestamp_type, "timestamptz");
    EXPECT_EQ(dialect().identity_column, "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY");
    EXPECT_EQ(dialect().transactional_ddl, spi::TransactionalDdl::full);
    EXPECT_EQ(dialect().placeholder, spi::Placeholder::dollar_number);
}

}  // namespace
}  // namespace aether::migrate::postgres
