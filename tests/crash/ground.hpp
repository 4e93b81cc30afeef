// SPDX-License-Identifier: MIT
// The database that is swept: made anew for each fault, and looked at by a session that has no part in the
// run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "database.hpp"
#include "scenario.hpp"

namespace aether::migrate::crash {

/// The journal's row.
struct JournalPicture {
    std::int64_t version = -1;
    Direction direction = Direction::up;
    std::int64_t from = -1;
    std::int64_t leads_to = -1;
    std::size_t done = 0;
    std::string state;
    std::size_t next_line = 0;
    bool same_write =
        false;  ///< It and the version row were written in one transaction, as far as can be seen.
};

/// One event of the history, without times and numbers that differ from run to run.
struct EventPicture {
    std::int64_t version = -1;
    std::string event;
    std::string direction;
    std::string rest;  ///< What else must be the same in every run.

    friend bool operator==(const EventPicture&, const EventPicture&) = default;
};

struct RowPicture {
    std::int64_t version = -1;
    bool dirty = false;

    friend bool operator==(const RowPicture&, const RowPicture&) = default;
};

/// All that one look shows.
struct Picture {
    std::vector<RowPicture> rows;  ///< golang-migrate reads one at most.
    std::optional<JournalPicture> journal;
    std::vector<EventPicture> events;
    std::vector<std::string> invalid;  ///< Indexes that are there and of no use.
    std::size_t locks = 0;             ///< Migration locks that anybody holds.
    std::string schema;                ///< Tables, columns, indexes, constraints.
    std::string content;               ///< How often each mark was made.
};

class Ground {
public:
    /// `database` is a guest that outlives this. Throws Error.
    Ground(const Database& database, std::string url);

    const Database& database() const { return database_; }
    const std::string& url() const { return url_; }
    /// Whether a server has the sessions; without one a session is lost with its process only.
    bool has_sessions() const { return !database_.sessions.own.empty(); }
    /// Opens another session, as a process of its own would. Throws Error.
    spi::Opened open() const;

    /// Removes everything and makes what the scenarios expect.
    void clear() const;
    Picture look() const;
    /// Returns how many migration locks anybody holds.
    std::size_t count_locks() const;
    /// Tells of each condition whether it is true.
    std::vector<bool> ask(const std::vector<std::string>& conditions) const;
    /// Returns what ends a session and waits until it is gone; without a server it does nothing.
    std::function<void()> cut(spi::Connection& session) const;
    /// Runs one statement; returns its rows. Throws Error.
    std::vector<std::vector<std::string>> run(const std::string& sql) const;

private:
    void end_session(const std::string& name) const;

    const Database& database_;
    std::string url_;
    std::unique_ptr<spi::Connection> connection_;
};

}  // namespace aether::migrate::crash
