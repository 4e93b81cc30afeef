// SPDX-License-Identifier: MIT
// What one look shows of the journal.
#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

class JournalLook : public PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        other->run("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)");
        other->run("CREATE TABLE journal (version bigint PRIMARY KEY, leads_to bigint NOT NULL)");
        other->run("CREATE TABLE history (id bigint, leads_to bigint, applied text)");
    }

    static spi::Look look(spi::Connection& connection) {
        return connection.look({{}, "schema_migrations", "history", "journal"}, limit());
    }

    // The journal's row and the version's, written in one transaction.
    void begin_migration(const std::string& row, const std::string& leads_to) const {
        other->run(
            "BEGIN; DELETE FROM schema_migrations; "
            "DELETE FROM journal; INSERT INTO schema_migrations VALUES (" +
            row + "); INSERT INTO journal VALUES (2, " + leads_to + "); COMMIT");
    }
};

TEST_F(JournalLook, shows_no_journal_when_there_is_none) {
    other->run("DROP TABLE journal");

    const spi::Look seen = look(*connection);

    EXPECT_FALSE(seen.journal_table);
    EXPECT_FALSE(seen.journal_row);
    EXPECT_FALSE(seen.journal_current);
}

TEST_F(JournalLook, shows_no_journal_when_it_is_switched_off) {
    begin_migration("2, true", "2");

    const spi::Look seen = connection->look({{}, "schema_migrations", "history", {}}, limit());

    EXPECT_FALSE(seen.journal_table);
    EXPECT_FALSE(seen.journal_row);
}

TEST_F(JournalLook, shows_an_empty_journal) {
    other->run("INSERT INTO schema_migrations VALUES (2, true)");

    const spi::Look seen = look(*connection);

    EXPECT_TRUE(seen.journal_table);
    EXPECT_FALSE(seen.journal_row);
    EXPECT_FALSE(seen.journal_current);
    EXPECT_EQ(seen.version_rows.size(), 1u);
}

TEST_F(JournalLook, shows_a_migration_under_way) {
    begin_migration("2, true", "2");

    const spi::Look seen = look(*connection);

    EXPECT_TRUE(seen.journal_row);
    EXPECT_TRUE(seen.journal_current);
    ASSERT_EQ(seen.version_rows.size(), 1u);
    EXPECT_EQ(seen.version_rows[0].version, 2);
    EXPECT_TRUE(seen.version_rows[0].dirty);
}

TEST_F(JournalLook, shows_a_migration_down_to_nothing_under_way) {
    begin_migration("-1, true", "-1");

    EXPECT_TRUE(look(*connection).journal_current);
}

TEST_F(JournalLook, shows_a_stale_journal_when_the_version_was_written_since) {
    begin_migration("2, true", "2");
    other->run("UPDATE schema_migrations SET dirty = true");

    const spi::Look seen = look(*connection);

    EXPECT_TRUE(seen.journal_row);
    EXPECT_FALSE(seen.journal_current);
}

TEST_F(JournalLook, shows_a_stale_journal_when_the_row_says_something_else) {
    begin_migration("2, false", "2");
    EXPECT_FALSE(look(*connection).journal_current);
    begin_migration("2, true", "3");
    EXPECT_FALSE(look(*connection).journal_current);
    begin_migration("2, true", "2");
    other->run("DELETE FROM schema_migrations");
    EXPECT_FALSE(look(*connection).journal_current);
}

TEST_F(JournalLook, shows_no_journal_that_may_not_be_read) {
    begin_migration("2, true", "2");
    other->run("CREATE ROLE " + role() + " LOGIN; GRANT SELECT ON schema_migrations, history TO " + role());

    const spi::Look seen = look(*connect(role()));

    EXPECT_FALSE(seen.journal_table);
    EXPECT_FALSE(seen.journal_row);
    EXPECT_EQ(seen.version_rows.size(), 1u);
}

TEST_F(JournalLook, names_a_journal_that_may_not_be_written) {
    other->run("CREATE ROLE " + role() + " LOGIN; GRANT ALL ON schema_migrations, history TO " + role() +
               "; GRANT SELECT, INSERT, UPDATE ON journal TO " + role());
    EXPECT_EQ(look(*connect(role())).unwritable, "journal");
    other->run("GRANT DELETE ON journal TO " + role());
    EXPECT_FALSE(look(*connect(role())).unwritable);
}

TEST_F(JournalLook, reads_the_history_beside_the_journal) {
    begin_migration("2, true", "2");
    other->run("INSERT INTO history VALUES (1, 1, '1 1')");

    const spi::Look seen = look(*connection);

    EXPECT_TRUE(seen.history_rows);
    EXPECT_EQ(seen.history_version, 1);
    EXPECT_TRUE(seen.journal_current);
}

}  // namespace
}  // namespace aether::migrate::postgres
