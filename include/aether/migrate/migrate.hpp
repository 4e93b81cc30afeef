// SPDX-License-Identifier: MIT
// The engine: opens a source of migrations and a database, and leads the one along the other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/borrowed_connection.hpp>
#include <aether/migrate/code_migration.hpp>
#include <aether/migrate/embedded.hpp>
#include <aether/migrate/error.hpp>
#include <aether/migrate/export.hpp>
#include <aether/migrate/limits.hpp>
#include <aether/migrate/observer.hpp>
#include <aether/migrate/plan.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/status.hpp>
#include <aether/migrate/stop.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate {

namespace spi {
struct DriverInfo;
}  // namespace spi

/// What to open and how to run. Guests outlive the migrator, and its operations, one of which may outlive it.
struct Options {
    /// URL of the migrations, as file://migrations or embedded://NAME. Wins over `embedded` and `path`.
    std::string source;
    /// Migrations that are built in. A guest; wins over `path`; nullptr: none.
    const EmbeddedMigrations* embedded = nullptr;
    std::string path;      ///< A directory; used as it is, without URL syntax.
    std::string database;  ///< URL of the database.
    /// A connection that the caller already has, by on_connection(); wins over `database`. Each operation
    /// takes it and gives it back.
    std::optional<BorrowedConnection> connection;
    /// Opens the database whatever its scheme: for programs that bring their own driver. A guest; nullptr:
    /// the driver of the URL's scheme.
    const spi::DriverInfo* driver = nullptr;

    /// How long to wait for other processes that migrate the same database. Strict when given; 0 asks once.
    /// Not given: 30 minutes, long enough for a replica that starts behind a long migration.
    std::optional<std::chrono::seconds> lock_timeout;

    /// Migrations whose body is a C++ function, in any order; each has its two files in the source.
    std::vector<CodeMigration> code;

    /// From 0 to kLongestLimit. Where set, they count before a file's header lines, and these before the URL.
    Limits limits;

    StopTokens stop;  ///< Default: nothing stops a run.
    /// When opening and every operation end at the latest: as by a stop that rolls back, with its results. A
    /// file that can't be rolled back is finished first, and what became of a commit whose answer was lost
    /// is found out, for up to two minutes.
    std::optional<std::chrono::steady_clock::time_point> deadline;
    Observer* observer = nullptr;  ///< A guest; nullptr: nobody listens.
};

/// A source and a database, opened. Movable.
///
/// Every operation throws Error and then leaves the database in the state that the error's details tell.
/// Operations that write hold the migration lock, which golang-migrate's command and library respect too
/// (4.15 and later).
///
/// It has one session, opened once: when that is lost every later operation throws Error (connection_failed).
/// Make a new migrator then.
///
/// Threads: one operation at a time; several migrators may be used from several threads. An operation that is
/// called while another one has not ended, from a callback or another thread, throws Error
/// (invalid_argument), and so does every operation of a migrator that was moved from. A migrator may be
/// destroyed or moved while an operation of it is under way, also by a callback: the operation goes on to its
/// end, and what the migrator had opened is closed then. What a callback throws arrives at the caller as it
/// is: the step under way is rolled back, or left as by a crash where no transaction holds it, and the lock
/// is given back.
class AETHER_MIGRATE_EXPORT Migrator {
public:
    /// Lists the source, then connects. Nothing is written.
    /// Throws Error: invalid_url, unknown_scheme, source_unusable (every problem of the source at once),
    /// invalid_argument (a limit, every problem of Options::code), driver_unusable, connection_failed,
    /// cancelled; of Options::connection also invalid_argument and unsupported, here and from every
    /// operation.
    explicit Migrator(Options options);
    ~Migrator();
    Migrator(const Migrator&) = delete;
    Migrator& operator=(const Migrator&) = delete;
    Migrator(Migrator&&) noexcept;
    Migrator& operator=(Migrator&&) noexcept;

    /// Returns what the version row says; works with a role that may only read, and never locks.
    VersionState version();

    /// Returns how the database stands to the files that were listed at the start. One query, or a
    /// second one when the first shows that files may have been skipped; as version().
    /// Throws Error: connection_failed, bookkeeping_failed, cancelled.
    Status status();

    /// Returns the last `limit` events of the history, the newest first; nothing when there is none, or when
    /// x-history=false. Two queries; as version(). Throws as status().
    std::vector<HistoryEntry> history(std::size_t limit);

    /// Applies the next `limit` migrations, or all. Every planned file is checked before the first one runs.
    /// Throws Error: dirty, no_such_migration, migration_refused, migration_failed, lock_timeout, cancelled,
    /// connection_failed, bookkeeping_failed, outcome_unknown.
    Report up(std::optional<std::uint64_t> limit = std::nullopt);

    /// Reverts the last `limit` migrations, or all. Throws as up().
    Report down(std::optional<std::uint64_t> limit = std::nullopt);

    /// Goes up or down until `version` is the current one. Throws as up().
    Report go_to(Version version);

    /// Returns what a run to the target would do now. Looks once, reads and checks every file of it, and
    /// neither locks nor writes. Throws Error: dirty, no_such_migration, migration_refused, source_unusable,
    /// connection_failed, bookkeeping_failed, cancelled.
    Plan plan(const Target& target);

    /// Runs the steps of a plan that this or another process made, and no others. Throws as up(), and Error:
    /// plan_outdated when, under the lock, the version row is not what the plan begins with, or when a file
    /// of the plan is another one now or one was added between them; then nothing was changed.
    Report run(const Plan& plan);

    /// Writes a version, clean, without running anything; nothing: no migration applied.
    /// Throws Error: invalid_argument, lock_timeout, cancelled, connection_failed, bookkeeping_failed.
    void force(std::optional<Version> version);

    /// After a migration was cut off: looks what is applied of it, and does what is certain: removes the
    /// remains of a statement, and marks the version clean when all or nothing of the migration is there.
    /// Runs no statement of a migration file. `answer` decides what only a person can see. Throws Error:
    /// lock_timeout, cancelled, connection_failed, bookkeeping_failed; invalid_argument for an answer to a
    /// question that is not open.
    RepairReport repair(RepairMode mode, Answer answer = Answer::none);

    /// Lists what drop() would remove, take along and leave.
    spi::DropPlan plan_drop();

    /// Removes tables, views, sequences, types and functions of the current schema, this library's own tables
    /// included, in one transaction where the database can. Objects of other owners and of extensions stay.
    /// Throws Error: lock_timeout, cancelled, connection_failed, bookkeeping_failed.
    void drop();

private:
    struct Engine;
    class Operation;

    // Owners: the migrator and the operation under way, which may outlive it.
    std::shared_ptr<Engine> engine_;
};

/// Returns the URL schemes of the databases that this library knows, sorted. Opens no module and looks for
/// none: <aether/migrate/drivers.hpp> tells which drivers are there.
AETHER_MIGRATE_EXPORT std::vector<std::string> database_schemes();

/// Returns the URL schemes of the sources that this library was built with, sorted.
AETHER_MIGRATE_EXPORT std::vector<std::string> source_schemes();

}  // namespace aether::migrate
