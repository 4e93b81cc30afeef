// SPDX-License-Identifier: MIT
// The journal's row: which migration is under way that can't be in one transaction, and how far it came.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/version.hpp>

#include "event.hpp"

namespace aether::migrate::history {

/// Whether a statement that no transaction guards is under way.
enum class JournalState {
    between,   ///< None is: the done statements are applied, the others are not.
    intended,  ///< One is about to run, runs, or was cut off.
    refused    ///< The server answered it with an error; remains may be there.
};

/// The segment that is about to run outside of a transaction.
struct NextSegment {
    std::size_t statements = 0;  ///< One, or all of a file that can only be sent as a whole.
    std::string checksum;        ///< JournalEntry::done_checksum as it will be after it.
    std::size_t line = 0;        ///< Of its first statement.
    std::string what;            ///< "CREATE INDEX CONCURRENTLY"; may be empty.
    std::string note;            ///< The driver's, see spi::Intent.
};

/// See layout.hpp for the columns.
struct JournalEntry {
    Version version;
    Direction direction = Direction::up;
    std::optional<Version> from;
    std::optional<Version> leads_to;
    std::string file;
    std::size_t statements_total = 0;
    std::size_t statements_done = 0;
    std::string done_checksum;
    JournalState state = JournalState::between;
    NextSegment next;
    std::string error;
    std::string session;
};

/// Returns the checksum of a file's first statements and one more: SHA-256 of `done` (empty at the beginning)
/// and the statement's text. Comments and blanks between statements don't count.
std::string chain(std::string_view done, std::string_view statement);

/// Counts the next segment as done.
void complete_next(JournalEntry& entry);

/// Counts the next segment as not begun.
void forget_next(JournalEntry& entry);

/// Returns the statements that put this row in the place of whatever is there.
std::vector<spi::BoundStatement> replace_journal(const std::string& table, const JournalEntry& entry,
                                                 const Author& author, const spi::Dialect& dialect);

/// Reads the row; nothing when there is none. Throws Error (bookkeeping_failed, connection_failed).
std::optional<JournalEntry> load_journal(spi::Connection& connection, const std::string& table,
                                         const spi::Wait& wait);

}  // namespace aether::migrate::history
