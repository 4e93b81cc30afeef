// SPDX-License-Identifier: MIT
// How far a file in segments came: the journal's entry, and what is true and to be done when it ends early.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "../history/journal.hpp"
#include "../history/transaction.hpp"
#include "patience.hpp"
#include "record.hpp"
#include "settle.hpp"

namespace aether::migrate::run {

/// The way of one file. Every change of the entry is durable before it counts.
class Progress {
public:
    Progress(const StepContext& context, const CheckedStep& step, Record& record,
             const std::optional<history::JournalEntry>& resumed);

    const history::JournalEntry& entry() const { return entry_; }

    /// Whether the done statements ran in a session that is gone, so that what they set must be set again.
    /// True for the first pass of a resumed file.
    bool replays() const { return replays_; }

    /// The tries of the segment after the done ones.
    Patience& patience(LockManner manner);
    /// After its failure: see Patience::wait_for_next.
    bool wait_for_next(SendFailure& failure);

    /// Commits a segment's transaction with the word that it is done, in it. Throws Error.
    void advance(history::Transaction& transaction, const history::JournalEntry& done);
    /// The same for the last segment: the step is done.
    void finish(history::Transaction& transaction, const history::JournalEntry& done);
    /// Writes the entry in a transaction of its own: a segment that no transaction guards is intended or
    /// done.
    void write(const history::JournalEntry& entry);
    /// Takes note of a bare segment that was the last one: finish() will write it.
    void note_done(const history::JournalEntry& done);
    /// Takes note of a setting of the session: nothing that lasts, so the next write will tell of it.
    void note_setting(const history::JournalEntry& done);
    /// Whether the done statements are settings of this session only, so that nothing of the file is applied.
    bool only_settings_done() const { return entry_.statements_done == leading_settings_; }
    /// Nothing of the file is applied: the version row goes back to what it was before, clean.
    void go_back();

    /// Throws Error (cancelled) when a stop was requested that need not wait for the file's end.
    void stop_at_boundary(const StopTokens& stop) const;

    /// Ends the step with a failure after which it is known what is applied.
    [[noreturn]] void fail(ErrorDetails details) const;
    /// Ends it with one after which remains are there: the next run removes them.
    [[noreturn]] void fail_unsettled(ErrorDetails details, const Settlement& settlement) const;
    /// Ends it with one after which only a person can tell what is applied.
    [[noreturn]] void fail_unknown(ErrorDetails details, const Settlement& settlement) const;
    /// Returns the details with what is true and what to do, when the done statements are applied and the
    /// others are not.
    ErrorDetails partly_applied(ErrorDetails details) const;
    /// Throws Error (migration_refused): statements that are applied were edited.
    [[noreturn]] void refuse_changed_head(const std::string& path) const;

private:
    void commit(history::Transaction& transaction);
    ErrorDetails unrecorded(ErrorDetails details) const;
    std::string marked() const;
    std::string force_commands() const;

    const StepContext& context_;
    const CheckedStep& step_;
    Record& record_;
    history::JournalEntry entry_;
    std::optional<Patience> patience_;
    bool begun_ = false;  // the version row is dirty because of this file
    bool replays_ = false;
    std::size_t leading_settings_ = 0;  // the first of this session's statements, that changed nothing else
};

/// Returns what is about to run, or was: "the statement in line 7", or "the C++ function".
std::string named(const history::NextSegment& segment);

/// Returns what to type when a person has looked whether a cut off statement is applied; `command` goes on
/// then.
std::string answer_commands(std::string_view command);

}  // namespace aether::migrate::run
