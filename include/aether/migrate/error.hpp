// SPDX-License-Identifier: MIT
// The one exception of the library: what went wrong, where, and what to do next.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// Why an operation ended. The table in src/base/error.cpp gives each its name.
enum class ErrorCode {
    invalid_argument,    ///< An argument or option is out of its range.
    invalid_url,         ///< A URL does not parse, or one of its parameters has a bad value.
    unknown_scheme,      ///< No source or driver has this scheme.
    driver_unusable,     ///< The module of a driver is missing or can't be used.
    source_unusable,     ///< The directory is missing, unreadable, or a file of it can't be used.
    no_such_migration,   ///< The version that is asked for, or the current one, has no file.
    connection_failed,   ///< No session: no server, wrong password, TLS refused, session lost.
    lock_timeout,        ///< Another process held the migration lock until the deadline.
    dirty,               ///< The version row is marked dirty: a person must look.
    schema_outdated,     ///< Migrations are missing in the database, and this process may not run them.
    plan_outdated,       ///< The database or a file is no longer what it was when the plan was made.
    migration_failed,    ///< The database refused a statement of a migration file.
    migration_refused,   ///< A file holds something that can't be run; nothing was changed.
    bookkeeping_failed,  ///< Reading or writing the version row or the history failed.
    outcome_unknown,     ///< The session was lost while a commit was under way.
    cancelled,           ///< The caller asked to stop before the work was done.
    unsupported,         ///< The driver or the server can't do this.
    internal             ///< A defect of this library.
};

/// Returns the stable name of a code, as "lock_timeout".
AETHER_MIGRATE_EXPORT std::string_view name_of(ErrorCode code) noexcept;

/// A place in a file. Line and column count from 1, columns in characters (not bytes); 0 means unknown.
struct Place {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
};

/// All that is known about a failure. Empty members are unknown. None of them holds a secret.
struct ErrorDetails {
    ErrorCode code = ErrorCode::internal;
    std::string message;   ///< First line: golang-migrate's text where it has one.
    Place where;           ///< The file and position at fault.
    std::string excerpt;   ///< The line at fault with a caret below it; may span lines.
    std::string sqlstate;  ///< Five characters, from the server.
    std::string detail;    ///< The server's DETAIL.
    std::string hint;      ///< The server's HINT, or ours.
    std::string context;   ///< The server's CONTEXT: the function and line inside it.
    std::string state;     ///< What is true now: "version 42, clean: nothing of this file was applied".
    std::string next;      ///< The next command to type.
};

/// Thrown by every operation of the library that can't do what it was asked. Copyable, thread-neutral.
class AETHER_MIGRATE_EXPORT Error final : public std::exception {
public:
    explicit Error(ErrorDetails details);
    Error(ErrorCode code, std::string message);

    /// Returns the message alone.
    const char* what() const noexcept override;

    ErrorCode code() const noexcept { return details_.code; }
    const ErrorDetails& details() const noexcept { return details_; }

private:
    ErrorDetails details_;
};

}  // namespace aether::migrate
