// SPDX-License-Identifier: MIT
// What the catalogue tells of statements about databases, tablespaces, subscriptions, prepared transactions,
// enums.
#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::Effect;
using spi::Ending;

class ObjectEffect : public PostgresTest {
protected:
    // Expects what is told before and after a statement that makes something.
    void expect_made(const std::string& sql, const std::string& drop, Effect when_lost) const {
        const std::string noted = note(sql);
        EXPECT_TRUE(intent(sql).queues_others);
        EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);
        EXPECT_EQ(find(noted).effect, when_lost);

        other->run(sql);

        EXPECT_EQ(find(noted).effect, Effect::present);
        EXPECT_EQ(find(noted, Ending::refused).effect, Effect::unknown);
        EXPECT_EQ(find(note(sql), Ending::refused).effect, Effect::absent) << "it was there before";
        expect_dropped(drop);
    }

    void expect_dropped(const std::string& sql) const {
        const std::string noted = note(sql);
        EXPECT_EQ(find(noted).effect, Effect::absent);
        EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);

        other->run(sql);

        EXPECT_EQ(find(noted).effect, Effect::present);
        EXPECT_EQ(find(note(sql), Ending::refused).effect, Effect::absent);
    }
};

TEST_F(ObjectEffect, of_a_database_is_told_by_its_name) {
    expect_made("CREATE DATABASE \"d \"\" 1\" OWNER postgres", "DROP DATABASE \"d \"\" 1\"", Effect::absent);
    EXPECT_EQ(find(note("DROP DATABASE IF EXISTS d2")).effect, Effect::present);
}

TEST_F(ObjectEffect, of_a_database_that_was_made_again_is_unknown) {
    other->run("CREATE DATABASE again");
    const std::string noted = note("DROP DATABASE again");
    other->run("DROP DATABASE again");
    other->run("CREATE DATABASE again");

    EXPECT_EQ(find(noted).effect, Effect::unknown);
    other->run("DROP DATABASE again");
}

TEST_F(ObjectEffect, of_a_tablespace_is_told_by_its_name) {
    other->run("SET allow_in_place_tablespaces = on");
    expect_made("CREATE TABLESPACE Space_3 LOCATION ''", "DROP TABLESPACE space_3", Effect::absent);
}

TEST_F(ObjectEffect, of_a_subscription_is_told_by_its_name_in_this_database) {
    expect_made(
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE)",
        "DROP SUBSCRIPTION s", Effect::unknown);
}

TEST_F(ObjectEffect, of_a_subscription_is_told_to_an_ordinary_role) {
    other->run("CREATE ROLE " + role() + " LOGIN");
    connection = connect(role());

    EXPECT_EQ(find(note("DROP SUBSCRIPTION s"), Ending::refused).effect, Effect::absent);
}

TEST_F(ObjectEffect, of_a_subscription_that_may_not_be_read_is_unknown) {
    const std::string noted = note("CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p");
    other->run("CREATE ROLE " + role() + " LOGIN; REVOKE ALL (subname) ON pg_subscription FROM PUBLIC");
    connection = connect(role());

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::unknown);
    EXPECT_NE(finding.facts.find("permission denied"), std::string::npos) << finding.facts;
}

TEST_F(ObjectEffect, of_a_prepared_transaction_is_told_by_its_end) {
    other->run("CREATE TABLE t (a integer)");
    for (const std::string verb : {"COMMIT", "ROLLBACK"}) {
        for (const std::string ended : {"COMMIT", "ROLLBACK"}) {
            other->run("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'it''s'");
            const std::string noted = note(verb + " PREPARED 'it''s'");
            EXPECT_EQ(find(noted).effect, Effect::absent);

            other->run(ended + " PREPARED 'it''s'");

            EXPECT_EQ(find(noted).effect, verb == ended ? Effect::present : Effect::unknown) << verb << ended;
        }
    }
}

TEST_F(ObjectEffect, of_a_prepared_transaction_of_the_same_name_is_unknown) {
    other->run("CREATE TABLE t (a integer); BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'x'");
    const std::string noted = note("COMMIT PREPARED 'x'");
    other->run("COMMIT PREPARED 'x'");
    other->run("BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION 'x'");

    EXPECT_EQ(find(noted).effect, Effect::unknown);
    other->run("ROLLBACK PREPARED 'x'");
    EXPECT_EQ(find(note("COMMIT PREPARED 'x'"), Ending::refused).effect, Effect::absent);
}

TEST_F(ObjectEffect, of_an_enum_value_is_told_by_the_type) {
    other->run("CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('good'); CREATE TYPE mood AS ENUM ('bad')");
    run("SET search_path = app, public");
    const std::string noted = note("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'it''s bad' BEFORE 'good'");
    run("RESET search_path");
    EXPECT_EQ(find(noted).effect, Effect::absent);
    EXPECT_EQ(find(noted).facts, "enum value 'it''s bad' of app.mood does not exist");

    run("ALTER TYPE mood ADD VALUE 'it''s bad'");
    EXPECT_EQ(find(noted).effect, Effect::absent);
    run("ALTER TYPE app.mood ADD VALUE 'it''s bad'");
    EXPECT_EQ(find(noted).effect, Effect::present);
    EXPECT_EQ(find(note("ALTER TYPE nothing ADD VALUE 'x'")).effect, Effect::absent);
}

}  // namespace
}  // namespace aether::migrate::postgres
