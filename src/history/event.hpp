// SPDX-License-Identifier: MIT
// One row of the history, and the statement that appends it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/status.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate::history {

using aether::migrate::EventKind;

/// See layout.hpp for the columns.
struct Event {
    std::optional<Version> version;
    EventKind kind = EventKind::applied;
    Direction direction = Direction::up;
    std::optional<Version> leads_to;
    std::string applied;  ///< "42 903", see layout.hpp; the store fills it in.
    std::string name;
    std::optional<std::string> checksum;
    std::optional<std::string> down_sql;
    std::uint64_t statements = 0;
    std::chrono::system_clock::time_point started_at;
    std::chrono::microseconds duration{0};
};

/// Who writes: the same for all events of a run.
struct Author {
    std::string actor;   ///< The database user.
    std::string client;  ///< "deploy@web-3"
    std::string tool;    ///< "aether-migrate 0.1.0"
};

/// Returns the INSERT of an event into the (qualified) history table.
spi::BoundStatement append_event(const std::string& table, const Event& event, const Author& author,
                                 const spi::Dialect& dialect);

}  // namespace aether::migrate::history
