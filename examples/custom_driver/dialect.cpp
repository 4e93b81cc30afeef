// SPDX-License-Identifier: MIT
// What the engine must know of SQLite's SQL: what can't be in a transaction, how names and values are
// written.
#include "dialect.hpp"

#include <array>

namespace tiny {

namespace {

namespace spi = aether::migrate::spi;
using spi::StatementKind;

// The first rule that fits decides. What none fits is transactional.
constexpr auto kStatements = std::to_array<spi::StatementRule>({
    {"VACUUM", StatementKind::non_transactional, "VACUUM"},
    {"PRAGMA foreign_keys", StatementKind::session_setting_alone, "PRAGMA foreign_keys"},
    {"PRAGMA", StatementKind::session_setting, "PRAGMA"},
    {"BEGIN", StatementKind::begins_transaction, "BEGIN"},
    {"COMMIT", StatementKind::ends_transaction, "COMMIT"},
    {"END", StatementKind::ends_transaction, "END"},
    {"ROLLBACK TO", StatementKind::transactional, "ROLLBACK TO"},
    {"ROLLBACK", StatementKind::controls_transaction, "ROLLBACK"},
});

constexpr spi::Dialect kDialect{
    .name = "tiny",
    .lexical = {.backtick_identifiers = true,
                .bracket_identifiers = true,
                .line_feed_ends_comments = true,
                .compound_bodies = spi::CompoundBodies::triggers},
    .statements = kStatements,
    .transactional_ddl = spi::TransactionalDdl::full,
    .identifier_quote = "\"",
    .max_identifier_bytes = 1000,  // SQLite has no limit
    .placeholder = spi::Placeholder::question_mark,
    .timestamp_type = "text",
    .identity_column = "INTEGER PRIMARY KEY AUTOINCREMENT",
    // Takes the lock for writing at once: later it might be refused in the middle of a migration.
    .begin = "BEGIN IMMEDIATE",
};

}  // namespace

const spi::Dialect& dialect() {
    return kDialect;
}

}  // namespace tiny
