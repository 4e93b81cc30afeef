// SPDX-License-Identifier: MIT
// The migration lock: a lock on a file beside the database, between processes and between sessions.
#pragma once

#include <optional>
#include <string>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::sqlite {

/// The file is the database's name with "-migrate-lock" behind it; it is there while a session holds the
/// lock, and after a crash. Locked as an open file description (F_OFD_SETLK): such a lock belongs to the
/// session, so that two sessions of one process exclude each other too, and ends with the process however
/// that ends.
///
/// The text in it says who holds it, in lines: "pid N", "client USER@HOST", "since SECONDS" (since 1970).
/// The database file itself is never opened here: closing any descriptor of it would drop SQLite's own locks.
class MigrationLock {
public:
    MigrationLock() = default;
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;
    ~MigrationLock() { give_back(); }

    /// Takes the lock of a database file without waiting. Returns whether it is held now. An empty name is a
    /// database in memory, which nobody else has. Throws Error (bookkeeping_failed) when the lock file can't
    /// be made.
    bool try_take(const std::string& database);

    /// Whether it is still held: nobody removed the file, or put another in its place.
    bool is_held() const;

    /// Removes the file and ends the lock.
    void give_back() noexcept;

    /// Returns who holds the lock of a database file, as its text says.
    static std::optional<spi::LockHolder> holder(const std::string& database);

private:
    int descriptor_ = -1;
    std::string file_;
    bool in_memory_ = false;
};

}  // namespace aether::migrate::sqlite
