// SPDX-License-Identifier: MIT
// The conformance kit: proves that a driver keeps what spi::Connection and its Dialect promise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>
#include <aether/migrate/spi/driver.hpp>

// It is a library of its own, `aether::migrate-conformance` for CMake, and needs no test framework: run()
// returns values, and whoever calls it makes tests of them. docs/writing-a-driver.md shows how.

namespace aether::migrate::conformance {

/// An empty database that one check may do with as it likes.
struct Database {
    std::string url;  ///< Of a user who may do everything in it.
    /// Of a session in the same database that can't write; empty: there is none.
    std::string read_only_url;
    /// Of a user who may connect to the same database, and read nothing that the user of `url` makes; empty:
    /// there is none.
    std::string forbidden_url;
};

/// A statement whose kind the dialect claims, to be tried on the server.
struct StatementSample {
    std::string name;   ///< Ends the check's name: letters, digits and underscores.
    std::string setup;  ///< A text that is run before it; may be empty.
    std::string sql;    ///< Without the closing semicolon. It must succeed in its place.
};

/// What the author of a driver says about it.
struct Subject {
    const spi::DriverInfo* driver = nullptr;  ///< A guest that outlives the run.

    /// Makes a fresh and empty database for the check of this name. Throws what it likes: the check failed.
    std::function<Database(std::string_view check)> make_database;
    /// Removes it when the check is over and its sessions are gone. May be empty.
    std::function<void(const Database&)> remove_database;
    /// Ends all sessions of the database from outside, as an administrator would. May be empty.
    std::function<void(const Database&)> end_sessions;
    /// Returns a URL that leads to this port of 127.0.0.1, where somebody listens who never says a word. May
    /// be empty: the database has no network.
    std::function<std::string(std::uint16_t port)> silent_url;

    /// A statement that runs for minutes unless it is cancelled, and changes nothing.
    std::string slow =
        "WITH RECURSIVE kit_count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM kit_count WHERE n < "
        "2000000000) "
        "SELECT count(*) FROM kit_count";
    std::string text_type = "text";       ///< A column type that holds `large_bytes` of text.
    std::size_t large_bytes = 16u << 20;  ///< How long the long texts and values are.
    /// A script whose strings, quotes, comments and bodies are as hard to cut as this database allows. It
    /// runs in an empty database. May be empty.
    std::string hard_script;
    /// Statements that make objects of every kind that drop() is to remove, in an empty database.
    std::vector<std::string> objects;
    std::vector<StatementSample> statements;
};

/// How a check ended.
enum class Outcome {
    passed,
    failed,
    not_applicable  ///< The driver does not claim this ability, or the author gave nothing to try it with.
};

/// What one check found.
struct Result {
    std::string name;
    Outcome outcome = Outcome::passed;
    /// What was expected and what was seen; which claim is not made. Empty when it passed.
    std::string why;
    std::chrono::milliseconds took{0};
};

/// Which checks run, and for how long each.
struct Selection {
    /// Patterns between colons, in which `*` stands for any characters; a check runs that fits one of them.
    std::string filter = "*";
    std::chrono::seconds limit{120};                ///< A check that is not over by then failed.
    std::function<void(const Result&)> finished{};  ///< Is called after each check. May be empty.
};

/// Returns the names of all checks of this subject, in the order in which they run.
AETHER_MIGRATE_EXPORT std::vector<std::string> check_names(const Subject& subject);

/// Runs the checks that the filter selects, one after the other, each on a database of its own.
///
/// Each runs in a process of its own, which is forked and killed with all that it started when its time is
/// up: a driver that hangs or crashes fails one check. `make_database` and its like are called in this
/// process. Fork allows no other threads beside: call it from a program that has one only and no session
/// open. What a check needs and the driver does not claim is `not_applicable`, never `passed`.
/// Throws Error (invalid_argument) for a subject without driver or make_database and for a filter that
/// selects nothing, and Error (internal) when no process can be made.
AETHER_MIGRATE_EXPORT std::vector<Result> run(const Subject& subject, const Selection& selection = {});

/// Returns a line for people: "failed  lock_excludes_another_session: the second session …".
AETHER_MIGRATE_EXPORT std::string to_line(const Result& result);

}  // namespace aether::migrate::conformance
