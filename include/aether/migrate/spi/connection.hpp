// SPDX-License-Identifier: MIT
// A session with a database, as the engine sees it: the narrow interface that the author of a driver writes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>
#include <aether/migrate/spi/dialect.hpp>
#include <aether/migrate/spi/effect.hpp>
#include <aether/migrate/spi/limits.hpp>

namespace aether::migrate::spi {

/// How long a call may take, and who may end it early.
struct Wait {
    std::stop_token stop;  ///< Requested: cancel on the server.
    std::optional<std::chrono::steady_clock::time_point>
        deadline;  ///< Nothing: the server's own limits hold.
};

/// A value to bind; nothing is NULL. Text form: the database converts it to the type that the place needs.
using Value = std::optional<std::string>;

/// A statement with its values.
struct BoundStatement {
    std::string sql;
    std::vector<Value> values;
};

/// The rows of one statement, as text.
struct Rows {
    std::vector<std::vector<Value>> rows;
    std::uint64_t affected = 0;  ///< Rows inserted, updated or deleted.
    std::string tag;             ///< What the server says it did ("COMMIT"); empty where it says nothing.
};

/// What the server said besides results.
struct Notice {
    std::string severity;  ///< "WARNING"
    std::string message;
    std::string detail;
    std::string hint;
};

/// Where the engine's tables are: names raw, to be quoted where they are used.
struct TableNames {
    std::optional<std::string> schema;   ///< Nothing: the session's current schema.
    std::string version;                 ///< "schema_migrations"
    std::optional<std::string> history;  ///< Nothing: the history is switched off.
    std::optional<std::string> journal;  ///< Nothing: the history is switched off.
};

/// Facts of the session.
struct ServerFacts {
    std::string database;  ///< The name that the server gives.
    std::string schema;    ///< Where unqualified names are made; empty when there is none.
    std::string user;
    std::string role;        ///< What write_guard() takes; empty where there are no roles.
    bool unicode = true;     ///< The database can store every character.
    bool read_only = false;  ///< A standby, or a session that can't write.
};

/// A row of the version table as it is stored.
struct VersionRow {
    std::int64_t version = -1;
    bool dirty = false;
};

/// What one look at the database shows. Made in one round trip where the database can; never locks or writes.
struct Look {
    ServerFacts facts;
    bool version_table = false;             ///< It exists.
    bool history_table = false;             ///< It exists.
    std::string tables_schema;              ///< Where the tables are or would be; empty: nowhere.
    bool schema_missing = false;            ///< That schema does not exist.
    bool schema_forbidden = false;          ///< It exists, and the role may not look into it.
    bool version_forbidden = false;         ///< The version table exists and may not be read.
    bool history_forbidden = false;         ///< The same of the history.
    std::optional<std::string> unwritable;  ///< A table of ours that exists and that the role may not write.
    std::vector<VersionRow> version_rows;   ///< At most two are read: more than one is a fault.
    bool history_rows = false;              ///< The history has at least one row.
    std::int64_t history_version = -1;      ///< The current version after the last event; -1: none.
    bool same_write = true;                 ///< Version row and last event were written in one transaction.
    std::uint64_t applied_count = 0;        ///< How many versions' last event applied them,
    std::uint64_t applied_sum = 0;          ///< and the sum of these versions, modulo 2^64.
    bool journal_table = false;             ///< It exists, and may be read.
    bool journal_row = false;               ///< The journal tells of a migration under way,
    bool journal_current = false;           ///< and the version row was last written together with it.
};

/// Whoever holds the migration lock.
struct LockHolder {
    std::int64_t pid = 0;
    std::string user;
    std::string application;
    std::string client;  ///< Address, or "local".
    std::string query;   ///< Its current or last statement, shortened by the driver to 200 characters.
    std::string age;     ///< Since when it has been at it, as "12s".
};

/// Why the server refused a text.
struct ScriptFailure {
    std::string message;
    std::string sqlstate;
    std::string detail;
    std::string hint;
    std::string context;       ///< The function and line inside it.
    std::string original;      ///< The text as golang-migrate's client library shows it: "pq: …".
    std::size_t position = 0;  ///< Where in the text, in characters from 1; 0: unknown.
    /// The same text may pass a moment later: a lock was not given in time, a deadlock, a race.
    bool passing = false;
    /// The database did not even understand the text, so it ran nothing of it.
    bool unread = false;
    std::vector<Blocker> blockers;  ///< Whom it waited for at last, as far as seen.
};

/// How a text of several statements ended.
struct ScriptResult {
    std::size_t completed = 0;             ///< Statements of the text that completed, in order.
    std::optional<ScriptFailure> failure;  ///< Nothing: all of them completed.
};

/// How far a setting reaches.
enum class Scope {
    block,   ///< To the end of the transaction block.
    session  ///< To the end of the session, or until it is set again.
};

/// Whether a session of another process is still there.
enum class SessionState { alive, gone, unknown };

/// Whether the session is inside a transaction block.
enum class TransactionState { idle, open, failed, unknown };

/// What `drop` would remove or leave.
struct DropPlan {
    std::vector<std::string> removes;   ///< "table app.users", in the order of removal.
    std::vector<std::string> cascades;  ///< Objects elsewhere that would go with them: "view other.v".
    std::vector<std::string> keeps;     ///< Left in place, with the reason: "table t (owned by bob)".
};

/// A session. Public functions are checked wrappers around private hooks, which a driver writes.
///
/// Errors: every function throws Error only. A driver translates its client library's errors at its own
/// border: connection_failed when the session is gone, cancelled when `wait.stop` ended the call,
/// bookkeeping_failed otherwise, with sqlstate, detail and hint. Threads: one at a time.
class AETHER_MIGRATE_EXPORT Connection {
public:
    virtual ~Connection();
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const Dialect& dialect() const { return do_dialect(); }

    /// Reads the version row, the history's end and the session's facts.
    Look look(const TableNames& tables, const Wait& wait) { return do_look(tables, wait); }

    /// Runs a text as it is, of any number of statements, in one message where the database can.
    /// The server's refusal is a value (ScriptFailure), a passed deadline too; a lost session or a stop
    /// throws.
    ScriptResult execute(std::string_view text, const Wait& wait) { return do_execute(text, wait); }

    /// Runs one statement with bound values.
    Rows query(const BoundStatement& statement, const Wait& wait) { return do_query(statement, wait); }

    /// Runs statements in order and stops at the first failure. Where the database can they travel without
    /// waiting for each other. Returns tag and affected rows of each; rows that they return are dropped. A
    /// driver may keep back a batch that only opens a block, and send it with the next call.
    std::vector<Rows> batch(std::span<const BoundStatement> statements, const Wait& wait) {
        return do_batch(statements, wait);
    }

    /// Takes the migration lock of these tables for the session, without waiting: all the ids that
    /// golang-migrate uses for them, or none. Returns whether it holds them now.
    bool try_lock(const TableNames& tables, const Look& look, const Wait& wait) {
        return do_try_lock(tables, look, wait);
    }
    /// Returns a query that gives one row as long as the session holds the lock, for databases in which a
    /// file can give it away; nothing elsewhere.
    std::optional<BoundStatement> lock_check() const { return do_lock_check(); }
    /// Returns the statements that begin each of the engine's writes inside a transaction block. They give
    /// the block the role back that the session had at its start (ServerFacts::role), for a file may have
    /// left another one; and the last one gives one row only while this session holds the migration lock, and
    /// keeps it so until the block ends where the lock is a lease. Empty where neither can be lost.
    std::vector<BoundStatement> write_guard(const std::string& role) const { return do_write_guard(role); }
    /// Gives the lock back, rolling back first what is still open. Never throws: a lost session has lost its
    /// locks.
    void unlock() noexcept { do_unlock(); }
    /// Returns who holds the lock, if anybody is seen.
    std::optional<LockHolder> lock_holder(const TableNames& tables, const Look& look, const Wait& wait) {
        return do_lock_holder(tables, look, wait);
    }

    /// Lists what drop() would do.
    DropPlan plan_drop(const TableNames& tables, const Wait& wait) { return do_plan_drop(tables, wait); }
    /// Removes everything of the current schema that plan_drop lists, in one transaction where the database
    /// can.
    void drop(const TableNames& tables, const Wait& wait) { do_drop(tables, wait); }

    /// Readies the session for a run, once, under the migration lock: what lets the server notice that this
    /// process is gone. Never overrides what the URL, the role or the database sets.
    void prepare(const Limits& limits, const Wait& wait) { do_prepare(limits, wait); }
    /// Returns the statements that give the following ones of a block `lock` to wait for a lock on a table
    /// (nothing: without a limit), until the block ends. Outside of a block: until the next ones. Empty when
    /// the URL, the role or the database sets such a limit, or there is no such thing.
    std::vector<BoundStatement> limit_locks(std::optional<std::chrono::milliseconds> lock,
                                            Scope scope) const {
        return do_limit_locks(lock, scope);
    }

    /// Notes what find_effect() will need of a statement that is to run outside of a transaction.
    Intent note_intent(const StatementView& statement, const Wait& wait) {
        return do_note_intent(statement, wait);
    }
    /// Looks what is there of a noted statement's effect. Waits for nobody.
    Finding find_effect(std::string_view note, Ending ending, const Wait& wait) {
        return do_find_effect(note, ending, wait);
    }

    /// Returns a name of this session by which another one can ask for it, also when a process number is used
    /// again; empty where there is none. At most 200 bytes.
    std::string session_name(const Wait& wait) { return do_session_name(wait); }
    /// Asks whether a session with such a name is still there. Unknown also when the role may not see it.
    SessionState probe(std::string_view session_name, const Wait& wait) {
        return do_probe(session_name, wait);
    }

    TransactionState transaction_state() const { return do_transaction_state(); }

    /// Is called for everything that the server says besides results. May be empty.
    void on_notice(std::function<void(const Notice&)> listener) { do_on_notice(std::move(listener)); }

    /// Is called while a call waits for others: once soon after the wait began, then every few seconds. On
    /// the thread that waits; must not use the connection. May be empty.
    void on_blocked(std::function<void(const std::vector<Blocker>&)> listener) {
        do_on_blocked(std::move(listener));
    }

private:
    virtual const Dialect& do_dialect() const = 0;
    virtual Look do_look(const TableNames& tables, const Wait& wait) = 0;
    virtual ScriptResult do_execute(std::string_view text, const Wait& wait) = 0;
    virtual Rows do_query(const BoundStatement& statement, const Wait& wait) = 0;
    virtual std::vector<Rows> do_batch(std::span<const BoundStatement> statements, const Wait& wait);
    virtual bool do_try_lock(const TableNames& tables, const Look& look, const Wait& wait) = 0;
    virtual std::optional<BoundStatement> do_lock_check() const { return std::nullopt; }
    virtual std::vector<BoundStatement> do_write_guard(const std::string& role) const;
    virtual void do_unlock() noexcept = 0;
    virtual std::optional<LockHolder> do_lock_holder(const TableNames& tables, const Look& look,
                                                     const Wait& wait) = 0;
    virtual DropPlan do_plan_drop(const TableNames& tables, const Wait& wait) = 0;
    virtual void do_drop(const TableNames& tables, const Wait& wait) = 0;
    virtual void do_prepare(const Limits& limits, const Wait& wait);
    virtual std::vector<BoundStatement> do_limit_locks(std::optional<std::chrono::milliseconds> lock,
                                                       Scope scope) const;
    virtual Intent do_note_intent(const StatementView& statement, const Wait& wait);
    virtual Finding do_find_effect(std::string_view note, Ending ending, const Wait& wait);
    virtual std::string do_session_name(const Wait& wait);
    virtual SessionState do_probe(std::string_view session_name, const Wait& wait);
    virtual TransactionState do_transaction_state() const = 0;
    virtual void do_on_notice(std::function<void(const Notice&)> listener) = 0;
    virtual void do_on_blocked(std::function<void(const std::vector<Blocker>&)> listener);
};

}  // namespace aether::migrate::spi
