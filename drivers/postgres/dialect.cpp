// SPDX-License-Identifier: MIT
// The statement table of PostgreSQL, as observed on 15.20 and read in the manuals of 12 to 18.
#include "dialect.hpp"

#include <array>
#include <string_view>

namespace aether::migrate::postgres {
namespace {

using spi::StatementKind;
using spi::StatementRule;

constexpr std::string_view kIndexConcurrently = "CREATE INDEX CONCURRENTLY";
constexpr std::string_view kReindexConcurrently = "REINDEX CONCURRENTLY";
constexpr std::string_view kReindexMany = "REINDEX SCHEMA, DATABASE or SYSTEM";
constexpr std::string_view kCopyIn = "COPY … FROM STDIN";
constexpr std::string_view kCopyOut = "COPY … TO STDOUT";

// The first rule that fits decides, so exceptions stand before what they are exceptions from.
constexpr auto kStatements = std::to_array<StatementRule>({
    {"VACUUM", StatementKind::non_transactional, "VACUUM"},
    {"CREATE [UNIQUE] INDEX CONCURRENTLY", StatementKind::non_transactional, kIndexConcurrently},
    {"DROP INDEX CONCURRENTLY", StatementKind::non_transactional, "DROP INDEX CONCURRENTLY"},

    // The word after the object's kind beats the option in parentheses: the server reads it last.
    {"REINDEX TABLE|INDEX|SCHEMA|DATABASE|SYSTEM CONCURRENTLY", StatementKind::non_transactional,
     kReindexConcurrently},
    {"REINDEX ( … ) TABLE|INDEX|SCHEMA|DATABASE|SYSTEM CONCURRENTLY", StatementKind::non_transactional,
     kReindexConcurrently},
    {"REINDEX SCHEMA|DATABASE|SYSTEM", StatementKind::non_transactional, kReindexMany},
    {"REINDEX ( … ) SCHEMA|DATABASE|SYSTEM", StatementKind::non_transactional, kReindexMany},
    {"REINDEX ( … CONCURRENTLY FALSE|OFF|0|'false'|'off'", StatementKind::transactional, "REINDEX"},
    {"REINDEX ( … CONCURRENTLY", StatementKind::non_transactional, kReindexConcurrently},

    {"CLUSTER [VERBOSE] .", StatementKind::non_transactional, "CLUSTER of all tables"},
    {"CLUSTER ( … ) .", StatementKind::non_transactional, "CLUSTER of all tables"},
    {"ALTER TABLE … DETACH PARTITION … CONCURRENTLY .", StatementKind::non_transactional,
     "ALTER TABLE … DETACH PARTITION … CONCURRENTLY"},
    {"CREATE DATABASE", StatementKind::non_transactional, "CREATE DATABASE"},
    {"DROP DATABASE", StatementKind::non_transactional, "DROP DATABASE"},
    {"ALTER DATABASE … SET TABLESPACE", StatementKind::non_transactional, "ALTER DATABASE … SET TABLESPACE"},
    {"CREATE TABLESPACE", StatementKind::non_transactional, "CREATE TABLESPACE"},
    {"DROP TABLESPACE", StatementKind::non_transactional, "DROP TABLESPACE"},
    {"ALTER SYSTEM", StatementKind::non_transactional, "ALTER SYSTEM"},
    {"CREATE SUBSCRIPTION … WITH ( … CONNECT|CREATE_SLOT = FALSE|OFF|0|'false'|'off'",
     StatementKind::transactional, "CREATE SUBSCRIPTION"},
    {"CREATE SUBSCRIPTION", StatementKind::non_transactional, "CREATE SUBSCRIPTION"},
    // It refreshes unless it is told not to, and a refresh is what the server refuses.
    {"ALTER SUBSCRIPTION … SET|ADD|DROP PUBLICATION … WITH ( … REFRESH = FALSE|OFF|0|'false'|'off'",
     StatementKind::transactional, "ALTER SUBSCRIPTION … PUBLICATION"},
    {"ALTER SUBSCRIPTION … SET|ADD|DROP|REFRESH PUBLICATION", StatementKind::non_transactional,
     "ALTER SUBSCRIPTION … PUBLICATION"},
    // Versions 17 and later; earlier ones don't know them.
    {"ALTER SUBSCRIPTION … SET ( … FAILOVER|TWO_PHASE", StatementKind::non_transactional,
     "ALTER SUBSCRIPTION … SET (failover or two_phase)"},
    {"DISCARD ALL", StatementKind::non_transactional, "DISCARD ALL"},

    // These reach to the end of a transaction block only.
    {"SET [SESSION] TRANSACTION|CONSTRAINTS|LOCAL", StatementKind::transactional,
     "SET TRANSACTION, CONSTRAINTS or LOCAL"},
    {"RESET TRANSACTION", StatementKind::transactional, "RESET TRANSACTION"},
    {"SET", StatementKind::session_setting, "SET"},
    {"RESET", StatementKind::session_setting, "RESET"},
    // Nothing but this call, with nothing to be worked out: it runs again when a file is resumed.
    {"SELECT [pg_catalog] [.] set_config ( '…' , '…' , FALSE|'false'|'f'|'off'|'no'|'0' ) .",
     StatementKind::session_setting, "set_config"},

    {"COMMIT PREPARED", StatementKind::non_transactional, "COMMIT PREPARED"},
    {"ROLLBACK PREPARED", StatementKind::non_transactional, "ROLLBACK PREPARED"},
    {"BEGIN", StatementKind::begins_transaction, "BEGIN"},
    {"START TRANSACTION", StatementKind::begins_transaction, "START TRANSACTION"},
    // The next block begins at once, so the file is not between blocks afterwards.
    {"COMMIT [WORK|TRANSACTION] AND CHAIN", StatementKind::controls_transaction, "COMMIT AND CHAIN"},
    {"END [WORK|TRANSACTION] AND CHAIN", StatementKind::controls_transaction, "END AND CHAIN"},
    {"COMMIT", StatementKind::ends_transaction, "COMMIT"},
    {"END", StatementKind::ends_transaction, "END"},
    {"ROLLBACK [WORK|TRANSACTION] TO", StatementKind::transactional, "ROLLBACK TO SAVEPOINT"},
    {"ROLLBACK", StatementKind::controls_transaction, "ROLLBACK"},
    {"ABORT", StatementKind::controls_transaction, "ABORT"},
    {"PREPARE TRANSACTION", StatementKind::controls_transaction, "PREPARE TRANSACTION"},

    // STDIN and STDOUT mean the same to the server: the client's end of the connection, where no data waits
    // and none is wanted. A query can only be copied out; its text may name a table stdin.
    {"COPY ( … ) TO STDIN|STDOUT", StatementKind::refused, kCopyOut},
    {"COPY (", StatementKind::transactional, "COPY"},
    {"COPY … FROM STDIN|STDOUT", StatementKind::refused, kCopyIn},
    {"COPY … TO STDIN|STDOUT", StatementKind::refused, kCopyOut},
    {"\\", StatementKind::refused, "psql command"},
});

// SQLSTATE active_sql_transaction, and invalid_transaction_termination.
constexpr auto kNeedsNoTransaction = std::to_array<std::string_view>({"25001", "2D000"});

// lock_not_available, deadlock_detected, serialization_failure.
constexpr auto kPassing = std::to_array<std::string_view>({"55P03", "40P01", "40001"});

constexpr spi::Dialect kDialect{
    .name = "postgres",
    .lexical = {.dollar_quotes = true,
                .nested_block_comments = true,
                .escape_strings = true,
                .atomic_bodies = true,
                .client_commands = true,
                .parenthesized_statements = true},
    .statements = kStatements,
    .transactional_ddl = spi::TransactionalDdl::full,
    .identifier_quote = "\"",
    .max_identifier_bytes = 63,
    .placeholder = spi::Placeholder::dollar_number,
    .timestamp_type = "timestamptz",
    .timestamp_text = "to_char(@ AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00:00')",
    .identity_column = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    .passing = kPassing,
    .needs_no_transaction = kNeedsNoTransaction,
};

}  // namespace

const spi::Dialect& dialect() {
    return kDialect;
}

}  // namespace aether::migrate::postgres
