// SPDX-License-Identifier: MIT
// Migrations whose body is a C++ function, beside those whose body is a file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// A value to bind or a value that was read; nothing is NULL. Text form: the database converts it.
using CodeValue = std::optional<std::string>;

/// The rows of a query, in the order of its columns.
using CodeRows = std::vector<std::vector<CodeValue>>;

/// The migration's way to the database, which the engine hands to its function: the session that holds the
/// migration lock, inside the migration's transaction if it has one.
///
/// Valid during the call of the function only, and on its thread. Where the transaction begins and ends is
/// the engine's business: BEGIN, COMMIT, ROLLBACK and the like are refused; savepoints are not. In a
/// migration that is one transaction, so is what can't be in it, or would end it without a word (DDL on
/// MySQL).
///
/// Errors of all three: migration_failed, with the server's words, the SQLSTATE and, of run(), the line;
/// migration_refused, and nothing of the text was sent; cancelled when the run is to stop; connection_failed.
/// A function may catch the first two and go on where the database can: PostgreSQL takes nothing more in this
/// transaction but ROLLBACK TO SAVEPOINT, and the migration fails with the error that was caught. The last
/// two end the migration in any case.
class AETHER_MIGRATE_EXPORT CodeSession final {
public:
    class Call;
    /// For the engine, which alone knows what a call is.
    explicit CodeSession(Call& call) noexcept : call_(call) {}
    ~CodeSession() = default;
    CodeSession(const CodeSession&) = delete;
    CodeSession& operator=(const CodeSession&) = delete;

    /// Runs a text of any number of statements, as a migration file.
    void run(std::string_view script);

    /// Runs one statement with values for its placeholders, which are the database's own: $1, $2 on
    /// PostgreSQL, ? elsewhere. Returns how many rows it inserted, updated or deleted.
    std::uint64_t execute(std::string_view statement, const std::vector<CodeValue>& values = {});

    /// The same for a statement that gives rows. All of them are kept in memory: read a large table in parts,
    /// by its key.
    CodeRows query(std::string_view statement, const std::vector<CodeValue>& values = {});

    /// Returns a name between the database's quotes: what comes from elsewhere can't be anything but a name.
    std::string quote(std::string_view name) const;

    /// Returns the name of the database's dialect, as "postgres", "sqlite" or "mysql".
    std::string_view database() const;

    /// Tells the run's observer, as a notice of the server.
    void note(std::string_view text);

    /// Is requested when the function should come to an end: it may return by any exception then, best by
    /// that of the next call here. For work that calls this session seldom.
    const std::stop_token& stop_token() const;

private:
    Call& call_;
};

/// The body of one half of a migration. Returns when all is done; any exception ends the migration. An Error
/// arrives at the caller of the run, with what is true and what to do added; another std::exception as an
/// Error (migration_failed) with its text and the migration's version; anything else as it is.
///
/// It may be called again, after what it did in the database was rolled back: when a lock was not given in
/// time, or on a deadlock. So it has no effects outside of the database, or such that may be repeated.
using CodeFunction = std::function<void(CodeSession&)>;

/// A migration with a C++ function in one of its halves or in both.
///
/// Its version has two files in the source like any other, so that golang-migrate finds it and does not stop
/// there. The file of a half that is a function holds comments alone, with the header line `-- migrate:code`:
/// without the function no program passes over it in silence. A half without a function is a plain SQL file.
struct CodeMigration {
    Version version;
    CodeFunction up;    ///< Empty: the up file holds the body.
    CodeFunction down;  ///< Empty: the down file holds the body.
};

}  // namespace aether::migrate
