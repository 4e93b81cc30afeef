// SPDX-License-Identifier: MIT
// What one look at a database tells: how it stands to the files, and what happened to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// How the version of a database stands to the files of the source. A dirty row stands where its version
/// does.
enum class Standing {
    up_to_date,  ///< The newest file is the current version, or there are neither.
    behind,      ///< Files above the current version wait; every one before it is there.
    ahead,       ///< The version is above every file: a newer build has migrated.
    strayed      ///< The version has no file, though there are newer ones. `up` refuses.
};

/// Returns the name of a standing, as "up_to_date".
AETHER_MIGRATE_EXPORT std::string_view name_of(Standing standing) noexcept;

/// A migration whose up file was not run.
struct PendingMigration {
    Version version;
    std::string title;  ///< From the up file's name.
    std::string file;   ///< Empty when there is only a down file: its up moves the version alone.
};

/// What one look at the database and the list of files show.
struct Status {
    VersionState state;
    Standing standing = Standing::up_to_date;
    std::optional<Version> newest;          ///< Of the files; nothing when there are none.
    std::vector<PendingMigration> pending;  ///< Above the version, in the order in which they would run.
    /// Below the version and never applied, as far as the history tells: files that were added late. They
    /// stay out until somebody goes down below them and up again.
    std::vector<PendingMigration> skipped;
};

/// What happened to a version.
enum class EventKind {
    applied,   ///< Its up file ran.
    reverted,  ///< Its down file ran.
    forced,    ///< A person said so.
    adopted,   ///< Somebody else moved the version row; the history caught up.
    repaired   ///< The row was dirty, and it was found out which version is there, clean.
};

/// Returns the name of an event, as the history table has it: "applied".
AETHER_MIGRATE_EXPORT std::string_view name_of(EventKind kind) noexcept;

/// A row of the history table.
struct HistoryEntry {
    std::int64_t id = 0;             ///< Counts the events; there may be gaps.
    std::optional<Version> version;  ///< Nothing: "no version" was forced.
    EventKind kind = EventKind::applied;
    Direction direction = Direction::up;  ///< Whether the version counts as applied afterwards.
    std::optional<Version> leads_to;      ///< The current version afterwards.
    std::string title;
    std::string checksum;  ///< SHA-256 of the file that ran, in hexadecimal; empty when none did.
    std::uint64_t statements = 0;
    std::chrono::system_clock::time_point started_at;  ///< By the clock of the machine that ran it.
    std::chrono::microseconds duration{0};
    std::string actor;   ///< The database user.
    std::string client;  ///< "deploy@web-3"
    std::string tool;    ///< "aether-migrate 0.1.0"
};

}  // namespace aether::migrate
