// SPDX-License-Identifier: MIT
// The only writer of the version table and the history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "../migration/catalog.hpp"
#include "catch_up.hpp"
#include "event.hpp"
#include "journal.hpp"

namespace aether::migrate::history {

/// Writes under the migration lock. Use: look, lock, look again, then make a Store of that second look.
class Store {
public:
    /// Reads the applied versions when there is a history. Throws Error (bookkeeping_failed,
    /// connection_failed).
    /// `role` is the session's at its start, see Connection::write_guard.
    Store(spi::Connection& connection, spi::TableNames tables, spi::Look look, const Catalog& catalog,
          std::string role, const spi::Wait& wait);

    /// What the version row says now, by the look and the moves since.
    const VersionState& state() const { return state_; }

    /// The versions whose last event applied them, sorted.
    const std::vector<Version>& applied() const { return applied_; }

    /// Makes our tables that are missing where the database commits by itself before a CREATE TABLE; does
    /// nothing elsewhere, for there the first write makes them. To be called outside of a transaction block,
    /// once it is certain that something will be written. Throws Error (bookkeeping_failed).
    void make_tables(const spi::Wait& wait);

    /// Moves the row inside the caller's open transaction and appends the event, if there is one. The first
    /// write also makes missing tables, and lets the history adopt what others did. The journal is empty
    /// afterwards. All of it runs in the session's first role. Throws Error (bookkeeping_failed), also when
    /// the row is not what it was under the lock, or the lock is gone.
    void write(const VersionState& to, const std::optional<Event>& event, const spi::Wait& wait);

    /// The migration that was cut off, when the journal tells of one and nobody moved the version row since.
    const std::optional<JournalEntry>& journal() const { return journal_; }

    /// See went_back().
    Event went_back_to(const std::optional<Version>& version) const { return went_back(catalog_, version); }

    /// Whether a journal can be kept (x-history).
    bool keeps_journal() const { return tables_.journal.has_value(); }

    /// Marks the version row dirty at the entry's target and writes the entry, inside the caller's open
    /// transaction; without a journal only the former. Throws as write().
    void write_journal(const JournalEntry& entry, const spi::Wait& wait);

    /// Takes the migration lock again when a file that ran bare gave it away (DISCARD ALL does).
    /// Throws Error (bookkeeping_failed) when another process has it meanwhile.
    void keep_lock(const spi::Wait& wait);

    /// Tells that the caller's transaction with write() in it was committed.
    void committed();

    /// Replaces whatever the row is, inside the caller's open transaction; the history says how (forced or
    /// repaired). Throws as write().
    void force(const std::optional<Version>& version, EventKind kind, const spi::Wait& wait);

private:
    std::string version_table() const;
    std::string journal_table() const;
    std::vector<spi::Rows> run_guarded(const std::vector<spi::BoundStatement>& statements,
                                       const spi::Wait& wait);
    void send(const VersionState& to, const std::optional<Event>& event, const JournalEntry* entry,
              const spi::Wait& wait);
    std::vector<spi::BoundStatement> journal_writes(const JournalEntry* entry);
    std::vector<spi::BoundStatement> preparation();
    std::string stored(const std::string& text) const;
    [[noreturn]] void fail(std::string message, std::string hint, std::string state = {}) const;
    std::vector<spi::BoundStatement> appends(std::vector<Event> events);

    spi::Connection& connection_;
    spi::TableNames tables_;
    spi::Look look_;
    const Catalog& catalog_;
    std::string role_;
    std::vector<Version> applied_;
    std::vector<Version> written_applied_;
    Author author_;
    VersionState state_;
    VersionState written_;
    std::optional<JournalEntry> journal_;
    std::optional<JournalEntry> written_journal_;
    bool journal_exists_ = false;
    bool journal_used_ = false;  // it holds a row, ours or a stale one
    bool replace_ = false;       // the rows are such that a plain move can't describe them
    bool prepared_ = false;
};

}  // namespace aether::migrate::history
