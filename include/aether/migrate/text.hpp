// SPDX-License-Identifier: MIT
// Errors and reports as text for people, in golang-migrate's forms where it has one.
#pragma once

#include <chrono>
#include <string>

#include <aether/migrate/error.hpp>
#include <aether/migrate/export.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/limits.hpp>

namespace aether::migrate {

/// Returns the message and, on lines of their own, indented by two blanks, whatever else is known: place,
/// excerpt with a caret, SQLSTATE, detail, hint, context, state, next command. No line end at the end.
AETHER_MIGRATE_EXPORT std::string to_text(const Error& error);

/// Returns a finished step in one line: "1/u create_users (12.345678ms)".
AETHER_MIGRATE_EXPORT std::string to_text(const StepReport& step);

/// Returns version, direction and title of a step: "1/u create_users"; "1/d <empty>" when it has no file.
AETHER_MIGRATE_EXPORT std::string label_of(const StepReport& step);

/// Returns in one line who stands in the way:
/// "pid 123 (user app, 10.0.0.7), application psql, idle in transaction for 12s: UPDATE …".
AETHER_MIGRATE_EXPORT std::string to_text(const spi::Blocker& blocker);

/// Returns in one line who holds the migration lock, as far as it is seen:
/// "pid 123 (psql, app from 10.0.0.7), 12s in: UPDATE …"; of what is no process, as a lock table's row that
/// nobody's lease belongs to, what the driver says about it.
AETHER_MIGRATE_EXPORT std::string to_text(const spi::LockHolder& holder);

/// Returns a duration as Go prints it: "1.5s", "12.345678ms", "1m0.5s".
AETHER_MIGRATE_EXPORT std::string to_text(std::chrono::nanoseconds duration);

}  // namespace aether::migrate
