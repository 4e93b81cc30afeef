// SPDX-License-Identifier: MIT
// The statement table of SQLite, as observed on 3.40.1 and read in its documentation.
#include "dialect.hpp"

#include <array>
#include <string_view>

namespace aether::migrate::sqlite {
namespace {

using spi::StatementKind;
using spi::StatementRule;

// The first rule that fits decides.
constexpr auto kStatements = std::to_array<StatementRule>({
    {"VACUUM … INTO", StatementKind::non_transactional, "VACUUM INTO"},
    {"VACUUM", StatementKind::non_transactional, "VACUUM"},
    // Into and out of WAL mode it is refused inside a transaction. A new mode of the file stays.
    {"PRAGMA … journal_mode =|(", StatementKind::non_transactional, "PRAGMA journal_mode"},
    {"PRAGMA … wal_checkpoint", StatementKind::non_transactional, "PRAGMA wal_checkpoint"},

    // Passed over in silence inside a transaction.
    {"PRAGMA … foreign_keys =|(", StatementKind::session_setting_alone, "PRAGMA foreign_keys"},
    // Refused inside a transaction.
    {"PRAGMA … synchronous =|(", StatementKind::session_setting_alone, "PRAGMA synchronous"},
    {"PRAGMA … temp_store =|(", StatementKind::session_setting_alone, "PRAGMA temp_store"},
    {"DETACH", StatementKind::session_setting_alone, "DETACH"},
    // Allowed there, but no rollback undoes it, and the second try of a transaction would refuse it.
    {"ATTACH", StatementKind::session_setting_alone, "ATTACH"},

    {"PRAGMA … "
     "analysis_limit|auto_vacuum|automatic_index|busy_timeout|cache_size|cache_spill|case_sensitive_like|"
     "cell_size_check|checkpoint_fullfsync|fullfsync|hard_heap_limit|ignore_check_constraints|"
     "journal_size_limit|legacy_alter_table|locking_mode|max_page_count|mmap_size|page_size|query_only|"
     "read_uncommitted|recursive_triggers|reverse_unordered_selects|secure_delete|soft_heap_limit|threads|"
     "trusted_schema|wal_autocheckpoint|writable_schema =|(",
     StatementKind::session_setting, "PRAGMA"},

    {"BEGIN", StatementKind::begins_transaction, "BEGIN"},
    {"COMMIT", StatementKind::ends_transaction, "COMMIT"},
    {"END", StatementKind::ends_transaction, "END"},
    {"ROLLBACK [TRANSACTION] TO", StatementKind::transactional, "ROLLBACK TO"},
    {"ROLLBACK", StatementKind::controls_transaction, "ROLLBACK"},
});

// What may be gone a moment later: another connection reads, writes or recovers.
constexpr auto kPassing =
    std::to_array<std::string_view>({"SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_BUSY_SNAPSHOT",
                                     "SQLITE_LOCKED", "SQLITE_LOCKED_SHAREDCACHE"});

constexpr spi::Dialect kDialect{
    .name = "sqlite",
    .lexical = {.backtick_identifiers = true,
                .bracket_identifiers = true,
                .line_feed_ends_comments = true,
                .compound_bodies = spi::CompoundBodies::triggers},
    .statements = kStatements,
    .transactional_ddl = spi::TransactionalDdl::full,
    .identifier_quote = "\"",
    .max_identifier_bytes = 1000,
    .placeholder = spi::Placeholder::question_mark,
    .timestamp_type = "text",
    .identity_column = "INTEGER PRIMARY KEY",
    .version_columns = "version uint64, dirty bool",
    // The lock that a write needs is taken at once: a transaction that begins by reading may find, when it
    // first writes, that another one was faster, and can then only be rolled back.
    .begin = "BEGIN IMMEDIATE",
    .passing = kPassing,
    .needs_no_transaction = {},
};

}  // namespace

const spi::Dialect& dialect() {
    return kDialect;
}

}  // namespace aether::migrate::sqlite
