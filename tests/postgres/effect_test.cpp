// SPDX-License-Identifier: MIT
// What the catalogue tells of the other statements that run outside of a transaction.
#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::Effect;
using spi::Ending;

class EffectOf : public PostgresTest {};

TEST_F(EffectOf, other_statements_is_not_noted) {
    for (const char* const sql :
         {"SELECT 1", "CREATE INDEX i ON t (a)", "DROP INDEX i", "ALTER TABLE t ADD x integer",
          "CREATE INDEX CONCURRENTLY i ON U&\"t\" (a)", ""}) {
        const spi::Intent seen = intent(sql);
        EXPECT_EQ(seen.note, "") << sql;
    }
}

}  // namespace
}  // namespace aether::migrate::postgres
