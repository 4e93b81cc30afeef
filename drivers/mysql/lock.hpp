// SPDX-License-Identifier: MIT
// The migration lock: the user lock that golang-migrate takes, by its name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::mysql {

/// Taken by polling GET_LOCK(name, 0): who waits inside the server can be neither told of nor stopped. The
/// server frees it when the session ends, which it notices at the end of the statement that runs.
///
/// A session may hold several user locks since MySQL 5.7.5 and MariaDB 10.0.2; before, each new one freed the
/// last.
class MigrationLock {
public:
    MigrationLock(Session& session, const Parameters& parameters)
        : session_(session), parameters_(parameters) {}

    bool try_take(const spi::TableNames& tables, const spi::Wait& wait);
    /// Returns a query that gives one row while the lock is ours; nothing when there is none to hold.
    std::optional<spi::BoundStatement> check() const;
    void give_back() noexcept;
    std::optional<spi::LockHolder> holder(const spi::TableNames& tables, const spi::Wait& wait);

private:
    std::string name_of(const spi::TableNames& tables) const;

    Session& session_;
    const Parameters& parameters_;
    std::optional<std::string> held_;
};

}  // namespace aether::migrate::mysql
