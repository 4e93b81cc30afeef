// SPDX-License-Identifier: MIT
// What the engine must know about a database's SQL, as a value: lexical rules, statement rules, abilities.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace aether::migrate::spi {

/// Which statements hold further statements with semicolons of their own.
enum class CompoundBodies {
    none,
    /// CREATE [TEMP|TEMPORARY] TRIGGER, up to an END between two semicolons: the rule of sqlite3_complete().
    triggers,
    /// The stored programs of MySQL and MariaDB: CREATE … PROCEDURE, FUNCTION, TRIGGER, EVENT and PACKAGE,
    /// ALTER EVENT, and compound statements outside of them (BEGIN NOT ATOMIC, IF, CASE, LOOP, WHILE, REPEAT,
    /// FOR). Their blocks are counted as the grammar nests them.
    stored_programs
};

/// How the text of a script is cut into tokens and statements. Every member is a fact of the database's own
/// lexer, or of its shell client where the name says so.
struct LexicalRules {
    bool dollar_quotes = false;             ///< $tag$ … $tag$
    bool nested_block_comments = false;     ///< /* /* */ */ is one comment
    bool hash_comments = false;             ///< # to the end of the line
    bool escape_strings = false;            ///< E'…' with backslash escapes; U&'…' without
    bool backslash_escapes = false;         ///< a backslash escapes in every '…' and "…"
    bool backtick_identifiers = false;      ///< `name`
    bool bracket_identifiers = false;       ///< [name]
    bool atomic_bodies = false;             ///< BEGIN ATOMIC … END of a routine holds semicolons
    bool client_commands = false;           ///< a line that starts with a backslash is for the shell client
    bool parenthesized_statements = false;  ///< (…; …) holds semicolons: CREATE RULE … DO (…)
    bool double_quoted_strings = false;     ///< "…" is a string, not a name
    bool dash_comments_need_blank = false;  ///< "--" is a comment only before a blank or control character
    bool line_feed_ends_comments = false;   ///< a carriage return alone does not end a line comment
    bool conditional_comments = false;      ///< /*! … */, /*!50003 … */ and /*M! … */ are code
    /// A statement that begins with the word DELIMITER is for the shell client: what follows on its line, up
    /// to a blank, ends statements from there on. Neither it nor such a delimiter is ever sent.
    bool delimiter_command = false;
    CompoundBodies compound_bodies = CompoundBodies::none;
};

/// What may be done with one statement.
enum class StatementKind {
    transactional,    ///< The usual one: may run inside a transaction block.
    session_setting,  ///< The same, but changes only the session: runs again when a file is resumed.
    /// A setting of the session that a transaction block refuses or ignores: runs outside of one, leaves
    /// nothing behind that a crash could cut off, and runs again when a file is resumed.
    session_setting_alone,
    non_transactional,     ///< The server refuses it inside a transaction block.
    begins_transaction,    ///< BEGIN, START TRANSACTION.
    ends_transaction,      ///< COMMIT, END.
    controls_transaction,  ///< ROLLBACK, ABORT, PREPARE TRANSACTION: anything else that ends a block.
    refused                ///< Can't be sent by any driver: COPY … FROM STDIN, commands of a shell client.
};

/// One line of a dialect's statement table; the first pattern that fits decides.
///
/// A pattern is a list of elements between blanks that the statement's tokens must begin with:
///     WORD      fits the token of this text, compared without case;
///     A|B       fits a token of one of these texts;
///     [WORD]    the same, but may be absent; [A|B] too;
///     '…'       fits any string between single quotes;
///     …         (the character U+2026) skips any number of tokens, also none;
///     .         last of all: the statement must end there, its closing semicolon aside.
/// Punctuation counts as a token of one character each. The text of quoted names and strings holds their
/// quotes: they never fit a bare word, and 'off' fits only the string. The first element is a WORD. At most
/// 31 elements.
struct StatementRule {
    std::string_view pattern;
    StatementKind kind = StatementKind::transactional;
    std::string_view what;         ///< How a message names it: "CREATE INDEX CONCURRENTLY".
    std::string_view remedy = "";  ///< Of `refused`: what to write instead.
};

/// How a bound value is written in a statement.
enum class Placeholder {
    question_mark,  ///< ?
    dollar_number   ///< $1, $2
};

/// Whether schema changes can be undone by a rollback.
enum class TransactionalDdl {
    none,  ///< The server commits the open block before such a statement, without a word.
    full
};

/// The facts of one database family. Drivers keep one constexpr value and hand out references to it;
/// it lives as long as the program.
struct Dialect {
    std::string_view name;  ///< "postgres"
    LexicalRules lexical;
    std::span<const StatementRule> statements;
    TransactionalDdl transactional_ddl = TransactionalDdl::none;
    std::string_view identifier_quote = "\"";  ///< Doubled inside a quoted name.
    std::size_t max_identifier_bytes = 63;
    Placeholder placeholder = Placeholder::question_mark;
    std::string_view text_type = "text";            ///< Column type for a text of any length.
    std::string_view timestamp_type = "timestamp";  ///< Column type for a moment with its time zone.
    /// An expression that gives the moment in such a column, written as @, as the text that was stored:
    /// "2026-01-31 23:59:59.123456+00:00". What a session sets must not change it.
    std::string_view timestamp_text = "@";
    std::string_view identity_column = "";  ///< Type and options of a key that counts by itself.
    /// Columns of the version table, as golang-migrate makes it on this database.
    std::string_view version_columns = "version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL";
    std::string_view table_options = "";  ///< What ends a CREATE TABLE of ours: "ENGINE=InnoDB".
    std::string_view begin = "BEGIN";     ///< Opens the engine's own transaction blocks.
    /// SQLSTATEs that say: the same transaction may pass a moment later (a lock not given in time, a
    /// deadlock).
    std::span<const std::string_view> passing{};
    /// SQLSTATEs that say: this statement commits by itself and can't run inside a transaction.
    std::span<const std::string_view> needs_no_transaction{};
};

}  // namespace aether::migrate::spi
