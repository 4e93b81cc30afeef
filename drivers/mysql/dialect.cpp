// SPDX-License-Identifier: MIT
// The statement table of MySQL and MariaDB: which statements commit by themselves, by the manuals of
// MySQL 8.4
// ("Statements That Cause an Implicit Commit") and MariaDB 10.11, and as observed on MariaDB 10.11.
#include "dialect.hpp"

#include <array>
#include <string_view>

namespace aether::migrate::mysql {
namespace {

using spi::StatementKind;
using spi::StatementRule;

constexpr std::string_view kSetGlobal = "SET GLOBAL";
constexpr std::string_view kSetAutocommit = "SET autocommit";
constexpr std::string_view kUserVariable = "SET of a user variable";
constexpr std::string_view kCompound = "compound statement";
constexpr std::string_view kTemporary = "temporary table";
constexpr std::string_view kReadLock = "FLUSH TABLES WITH READ LOCK";
constexpr std::string_view kReadLockRemedy =
    "leave it out: the session could not write the version table any more";
constexpr std::string_view kLocal = "LOAD DATA LOCAL";
constexpr std::string_view kLocalRemedy =
    "write the rows as INSERT statements, or load a file of the server's (without LOCAL)";
constexpr std::string_view kRelease = "COMMIT or ROLLBACK with RELEASE";
constexpr std::string_view kReleaseRemedy = "leave out RELEASE: it ends the session";
constexpr std::string_view kClientRemedy = "leave out what only the mysql client understands";

// The first rule that fits decides, so exceptions stand before what they are exceptions from. Whether CALL
// and EXECUTE commit depends on what they run, which only the server knows: by themselves it does not matter.
constexpr auto kStatements = std::to_array<StatementRule>({
    {"CREATE TEMPORARY", StatementKind::transactional, kTemporary},
    {"CREATE OR REPLACE TEMPORARY", StatementKind::transactional, kTemporary},
    {"CREATE [OR] [REPLACE] TABLE", StatementKind::non_transactional, "CREATE TABLE"},
    {"CREATE [OR] [REPLACE] [ONLINE|OFFLINE] [UNIQUE|FULLTEXT|SPATIAL] INDEX",
     StatementKind::non_transactional, "CREATE INDEX"},
    {"CREATE [OR] [REPLACE] DATABASE|SCHEMA", StatementKind::non_transactional, "CREATE DATABASE"},
    {"CREATE [OR] [REPLACE] VIEW", StatementKind::non_transactional, "CREATE VIEW"},
    {"CREATE [OR] [REPLACE] TRIGGER", StatementKind::non_transactional, "CREATE TRIGGER"},
    {"CREATE [OR] [REPLACE] PROCEDURE", StatementKind::non_transactional, "CREATE PROCEDURE"},
    {"CREATE [OR] [REPLACE] [AGGREGATE] FUNCTION", StatementKind::non_transactional, "CREATE FUNCTION"},
    {"CREATE [OR] [REPLACE] EVENT", StatementKind::non_transactional, "CREATE EVENT"},
    {"CREATE [OR] [REPLACE] USER", StatementKind::non_transactional, "CREATE USER"},
    {"CREATE [OR] [REPLACE] ROLE", StatementKind::non_transactional, "CREATE ROLE"},
    {"CREATE", StatementKind::non_transactional, "CREATE"},
    {"ALTER [ONLINE|OFFLINE] [IGNORE] TABLE", StatementKind::non_transactional, "ALTER TABLE"},
    {"ALTER", StatementKind::non_transactional, "ALTER"},
    {"DROP TEMPORARY", StatementKind::transactional, kTemporary},
    {"DROP PREPARE", StatementKind::session_setting, "DROP PREPARE"},
    {"DROP TABLE|TABLES", StatementKind::non_transactional, "DROP TABLE"},
    {"DROP INDEX", StatementKind::non_transactional, "DROP INDEX"},
    {"DROP", StatementKind::non_transactional, "DROP"},
    {"RENAME TABLE|TABLES", StatementKind::non_transactional, "RENAME TABLE"},
    {"RENAME", StatementKind::non_transactional, "RENAME"},
    {"TRUNCATE", StatementKind::non_transactional, "TRUNCATE"},
    {"GRANT", StatementKind::non_transactional, "GRANT"},
    {"REVOKE", StatementKind::non_transactional, "REVOKE"},

    {"ANALYZE [LOCAL|NO_WRITE_TO_BINLOG] TABLE|TABLES", StatementKind::non_transactional, "ANALYZE TABLE"},
    {"CHECK TABLE|TABLES|VIEW", StatementKind::non_transactional, "CHECK TABLE"},
    {"OPTIMIZE", StatementKind::non_transactional, "OPTIMIZE TABLE"},
    {"REPAIR", StatementKind::non_transactional, "REPAIR TABLE"},
    {"CACHE INDEX", StatementKind::non_transactional, "CACHE INDEX"},
    {"LOAD INDEX", StatementKind::non_transactional, "LOAD INDEX INTO CACHE"},
    {"IMPORT TABLE", StatementKind::non_transactional, "IMPORT TABLE"},
    {"LOCK TABLE|TABLES", StatementKind::non_transactional, "LOCK TABLES"},
    {"UNLOCK TABLE|TABLES", StatementKind::non_transactional, "UNLOCK TABLES"},
    {"FLUSH [LOCAL|NO_WRITE_TO_BINLOG] TABLE|TABLES … WITH READ LOCK", StatementKind::refused, kReadLock,
     kReadLockRemedy},
    {"FLUSH [LOCAL|NO_WRITE_TO_BINLOG] TABLE|TABLES … FOR EXPORT", StatementKind::refused, kReadLock,
     kReadLockRemedy},
    {"FLUSH", StatementKind::non_transactional, "FLUSH"},
    {"RESET", StatementKind::non_transactional, "RESET"},
    {"INSTALL", StatementKind::non_transactional, "INSTALL"},
    {"UNINSTALL", StatementKind::non_transactional, "UNINSTALL"},
    {"CHANGE", StatementKind::non_transactional, "CHANGE REPLICATION"},
    {"START SLAVE|REPLICA|ALL|GROUP_REPLICATION", StatementKind::non_transactional, "START REPLICA"},
    {"STOP", StatementKind::non_transactional, "STOP REPLICA"},
    {"SHUTDOWN", StatementKind::non_transactional, "SHUTDOWN"},
    {"CALL", StatementKind::non_transactional, "CALL"},
    {"EXECUTE", StatementKind::non_transactional, "EXECUTE"},
    {"PREPARE", StatementKind::session_setting, "PREPARE"},
    {"DEALLOCATE", StatementKind::session_setting, "DEALLOCATE PREPARE"},

    {"SET STATEMENT", StatementKind::non_transactional, "SET STATEMENT … FOR"},
    {"SET PASSWORD", StatementKind::non_transactional, "SET PASSWORD"},
    {"SET DEFAULT ROLE", StatementKind::non_transactional, "SET DEFAULT ROLE"},
    {"SET GLOBAL|PERSIST|PERSIST_ONLY", StatementKind::non_transactional, kSetGlobal},
    {"SET @ @ GLOBAL|PERSIST|PERSIST_ONLY", StatementKind::non_transactional, kSetGlobal},
    {"SET SESSION|LOCAL TRANSACTION", StatementKind::session_setting, "SET SESSION TRANSACTION"},
    // It holds for the next transaction, and is refused in one.
    {"SET TRANSACTION", StatementKind::session_setting_alone, "SET TRANSACTION"},
    {"SET [SESSION|LOCAL] AUTOCOMMIT = 1|ON|TRUE .", StatementKind::session_setting, kSetAutocommit},
    {"SET … AUTOCOMMIT", StatementKind::controls_transaction, kSetAutocommit},
    {"SET @ @", StatementKind::session_setting, "SET"},
    // What a function or a query gives may be another value when it is asked again.
    {"SET @ … (", StatementKind::transactional, kUserVariable},
    {"SET", StatementKind::session_setting, "SET"},
    {"USE", StatementKind::session_setting, "USE"},

    // MariaDB runs these outside of stored programs too, and what they hold may commit.
    {"BEGIN NOT ATOMIC", StatementKind::non_transactional, "BEGIN NOT ATOMIC"},
    {"IF", StatementKind::non_transactional, kCompound},
    {"CASE", StatementKind::non_transactional, kCompound},
    {"LOOP", StatementKind::non_transactional, kCompound},
    {"WHILE", StatementKind::non_transactional, kCompound},
    {"REPEAT", StatementKind::non_transactional, kCompound},
    {"FOR", StatementKind::non_transactional, kCompound},

    {"BEGIN", StatementKind::begins_transaction, "BEGIN"},
    {"START TRANSACTION", StatementKind::begins_transaction, "START TRANSACTION"},
    {"COMMIT [WORK] [AND] [NO] [CHAIN] RELEASE", StatementKind::refused, kRelease, kReleaseRemedy},
    {"ROLLBACK [WORK] [AND] [NO] [CHAIN] RELEASE", StatementKind::refused, kRelease, kReleaseRemedy},
    {"COMMIT [WORK] AND CHAIN", StatementKind::controls_transaction, "COMMIT AND CHAIN"},
    {"COMMIT", StatementKind::ends_transaction, "COMMIT"},
    {"ROLLBACK [WORK] TO", StatementKind::transactional, "ROLLBACK TO SAVEPOINT"},
    {"ROLLBACK", StatementKind::controls_transaction, "ROLLBACK"},
    {"XA", StatementKind::controls_transaction, "XA"},

    {"LOAD DATA|XML [LOW_PRIORITY|CONCURRENT] LOCAL", StatementKind::refused, kLocal, kLocalRemedy},
    {"SOURCE", StatementKind::refused, "SOURCE", kClientRemedy},
    {"\\", StatementKind::refused, "mysql command", kClientRemedy},
});

// A deadlock or a serialization failure; and a lock that was not given in time, for which the servers have no
// SQLSTATE (see errors.hpp).
constexpr auto kPassing = std::to_array<std::string_view>({"40001", "HYT00"});

constexpr spi::Dialect kDialect{
    .name = "mysql",
    .lexical = {.hash_comments = true,
                .backslash_escapes = true,
                .backtick_identifiers = true,
                .client_commands = true,
                .double_quoted_strings = true,
                .dash_comments_need_blank = true,
                .line_feed_ends_comments = true,
                .conditional_comments = true,
                .delimiter_command = true,
                .compound_bodies = spi::CompoundBodies::stored_programs},
    .statements = kStatements,
    .transactional_ddl = spi::TransactionalDdl::none,
    .identifier_quote = "`",
    // 64 characters; counted in bytes a name is never too long.
    .max_identifier_bytes = 64,
    .placeholder = spi::Placeholder::question_mark,
    .text_type = "longtext CHARACTER SET utf8mb4",
    // MySQL's literals took no zone before 8.0.19, and MariaDB's take none.
    .timestamp_type = "varchar(40)",
    .identity_column = "bigint NOT NULL AUTO_INCREMENT PRIMARY KEY",
    .table_options = "ENGINE=InnoDB",
    .begin = "START TRANSACTION",
    .passing = kPassing,
    .needs_no_transaction = {},
};

}  // namespace

const spi::Dialect& dialect() {
    return kDialect;
}

}  // namespace aether::migrate::mysql
