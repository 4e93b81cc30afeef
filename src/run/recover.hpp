// SPDX-License-Identifier: MIT
// Looks what became of a migration that was cut off, before anything else is done.
#pragma once

#include <optional>
#include <string>

#include "../history/journal.hpp"
#include "context.hpp"
#include "settle.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// A step that goes on after what is done.
struct Resumed {
    CheckedStep step;
    history::JournalEntry entry;  ///< Between two statements: what is applied is known.
};

/// Under the lock. Nothing to do when the version row is clean, or dirty without a journal of ours.
///
/// Otherwise: waits until the session that was cut off is gone; asks the driver what is there of the
/// statement that was under way, and removes its remains. When nothing of the file is applied the version row
/// goes back to what it was, clean, and nothing is returned. Otherwise the step to go on with. `session` is
/// this session's name, `command` what goes on once a person has answered. Throws Error: dirty when only a
/// person can know; lock_timeout, no_such_migration (the file is gone), connection_failed,
/// bookkeeping_failed, cancelled.
std::optional<Resumed> recover(const RunContext& context, history::Store& store, const std::string& session,
                               const std::string& command);

/// Waits until the session of an entry is gone. Throws Error: lock_timeout, dirty (it can't be seen).
void await_end_of(const RunContext& context, const history::JournalEntry& entry, const std::string& session);

/// Returns the step of an entry, read anew; nothing when its file is gone.
std::optional<CheckedStep> step_of(const RunContext& context, const history::JournalEntry& entry);

/// For statements that remove remains: they may wait for others as long as a migration is tried again.
spi::Wait repairing(const RunContext& context);

/// Applies what was found out: the statement counts as done, or as not begun.
void decide(history::JournalEntry& entry, spi::Effect effect);

/// Writes a settled entry: back to clean when nothing of the file is applied, otherwise how far it came.
void write_settled(const RunContext& context, history::Store& store, const history::JournalEntry& entry);

/// Returns how far a file came, in words: "2 of the 5 statements of 5_x.up.sql are applied; the one in line 7
/// (CREATE INDEX CONCURRENTLY) was under way".
std::string describe(const history::JournalEntry& entry);

}  // namespace aether::migrate::run
