// SPDX-License-Identifier: MIT
// What a server calls when it starts: migrate or wait, and return once its schema is there.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <aether/migrate/export.hpp>
#include <aether/migrate/migrate.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/status.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// What is done when a newer build has migrated the database already: an old replica that restarts during a
/// rolling deploy, or after a rollback of the build.
enum class WhenAhead {
    serve,  ///< Returns, in silence.
    warn,   ///< Returns, after a warning to the observer.
    refuse  ///< Throws Error (no_such_migration).
};

/// Whether this process runs migrations.
enum class WhoMigrates {
    migrate,      ///< It does. One of many that start at once does it, the others wait for the lock.
    verify_only,  ///< Another one did: what is missing is an error. Never writes and never locks.
    wait          ///< Another one does, a job for one: looks now and then until it is done. Never writes.
};

/// How a server starts.
struct StartPolicy {
    WhenAhead when_ahead = WhenAhead::warn;
    WhoMigrates who_migrates = WhoMigrates::migrate;
    /// How long WhoMigrates::wait waits; of it the observer is warned after a second and then every ten.
    std::chrono::seconds wait_for = std::chrono::minutes(30);
};

/// What a server finds when it may serve. The version row was clean at the look that decided.
struct StartReport {
    VersionState state;
    std::optional<Version> newest;             ///< Of the files.
    Standing standing = Standing::up_to_date;  ///< Or ahead, never another one.
    std::vector<StepReport> steps;             ///< What this process ran.
};

/// Leads the database to the newest migration of the source, or makes sure that it is there. On an
/// up-to-date database that costs one query beyond connecting, no lock and no write.
///
/// Returns only when every migration of the source is there; everything else throws. A dirty row that is seen
/// without the lock decides nothing, for another replica may be in the middle of a file that can't be in one
/// transaction: `migrate` waits for the lock and looks again, `wait` goes on waiting, and `verify_only`,
/// which looks once, throws.
///
/// Throws Error: as Migrator() and Migrator::up(); cancelled also when a stop or the deadline left
/// migrations to be run; no_such_migration when the source is empty, when the current version has no file
/// though newer ones are there, and by WhenAhead::refuse; schema_outdated when migrations are missing, and
/// dirty, by verify_only and at the end of `wait`.
/// Threads: any; one database may be started up by many threads and processes at once.
AETHER_MIGRATE_EXPORT StartReport start_up(Options options, const StartPolicy& policy = {});

}  // namespace aether::migrate
