// SPDX-License-Identifier: MIT
// Drivers that break one promise each around a good one: the kit must see it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/forwarding_connection.hpp>

namespace aether::migrate::conformance {

using spi::ForwardingConnection;

/// Replaces one statement by another and answers as if it had been the first.
class Swaps : public ForwardingConnection {
public:
    Swaps(spi::Connection& inner, std::string from, std::string into)
        : ForwardingConnection(inner), from_(std::move(from)), into_(std::move(into)) {}

private:
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override {
        if (statement.sql != from_)
            return inner().query(statement, wait);
        spi::Rows rows = inner().query({into_, {}}, wait);
        rows.tag = from_;
        return rows;
    }

    std::string from_;
    std::string into_;
};

class CommitLies : public Swaps {
public:
    explicit CommitLies(spi::Connection& inner) : Swaps(inner, "COMMIT", "ROLLBACK") {}
};

class RollbackLies : public Swaps {
public:
    explicit RollbackLies(spi::Connection& inner) : Swaps(inner, "ROLLBACK", "COMMIT") {}
};

/// Gives positions in bytes.
class PositionInBytes : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        spi::ScriptResult result = inner().execute(text, wait);
        if (!result.failure || result.failure->position == 0)
            return result;
        std::size_t characters = 0;
        std::size_t bytes = 0;
        for (; bytes < text.size() && characters < result.failure->position; ++bytes) {
            if ((static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U)
                ++characters;
        }
        result.failure->position = bytes;
        return result;
    }
};

/// Counts every statement of a text as done, also those after the one that failed.
class CountsTooMany : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        spi::ScriptResult result = inner().execute(text, wait);
        if (result.failure)
            ++result.completed;
        return result;
    }
};

/// Changes what look() is asked for or answers.
template <void (*Ask)(spi::TableNames&), void (*Answer)(spi::Look&)>
class LooksAmiss : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override {
        spi::TableNames asked = tables;
        Ask(asked);
        spi::Look look = inner().look(asked, wait);
        Answer(look);
        return look;
    }
};

inline void ask_truly(spi::TableNames&) {}
inline void answer_truly(spi::Look&) {}

// What becomes of a name without its quotes.
inline void fold_names(spi::TableNames& tables) {
    for (char& letter : tables.version) {
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
}
inline void stop_at_quote(spi::TableNames& tables) {
    tables.version.resize(std::min(tables.version.find('"'), tables.version.size()));
}
inline void never_moved(spi::Look& look) {
    look.same_write = true;
}
inline void never_current(spi::Look& look) {
    look.journal_current = false;
}
inline void never_dirty(spi::Look& look) {
    for (spi::VersionRow& row : look.version_rows) {
        row.dirty = false;
    }
}

using FoldsNames = LooksAmiss<fold_names, answer_truly>;
using StopsAtQuotes = LooksAmiss<stop_at_quote, answer_truly>;
using NeverMoved = LooksAmiss<ask_truly, never_moved>;
using NeverCurrent = LooksAmiss<ask_truly, never_current>;
using NeverDirty = LooksAmiss<ask_truly, never_dirty>;

/// Makes the version table when it only looks.
class LookWrites : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override {
        inner().execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint NOT NULL PRIMARY KEY, "
            "dirty boolean NOT NULL)",
            wait);
        return inner().look(tables, wait);
    }
};

/// Locks the version table when it only looks.
class LookLocks : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override {
        if (inner().look(tables, wait).version_table)
            inner().execute("BEGIN; LOCK TABLE schema_migrations; COMMIT", wait);
        return inner().look(tables, wait);
    }
};

/// Changes values on their way.
template <void (*Change)(spi::Value&)>
class ChangesValues : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override {
        spi::BoundStatement changed = statement;
        for (spi::Value& value : changed.values) {
            Change(value);
        }
        return inner().query(changed, wait);
    }
};

inline void cut_at_zero(spi::Value& value) {
    if (value)
        value = value->c_str();
}
inline void forget_null(spi::Value& value) {
    value = value.value_or("");
}
inline void trim(spi::Value& value) {
    while (value && value->ends_with(' ')) {
        value->pop_back();
    }
}
inline void shorten(spi::Value& value) {
    if (value)
        value->resize(std::min<std::size_t>(value->size(), 1u << 20));
}

/// Ignores stops, or deadlines, or both.
template <bool KeepsStop, bool KeepsDeadline>
class Deaf : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    static spi::Wait heard(const spi::Wait& wait) {
        spi::Wait left;
        if (KeepsStop)
            left.stop = wait.stop;
        if (KeepsDeadline)
            left.deadline = wait.deadline;
        return left;
    }
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        return inner().execute(text, heard(wait));
    }
};

/// Leaves our own tables when it drops the rest.
class DropSparesUs : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    void do_drop(const spi::TableNames& tables, const spi::Wait& wait) override {
        inner().drop(tables, wait);
        inner().execute(
            "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, "
            "dirty boolean NOT NULL)",
            wait);
    }
};

/// Drops when it is only asked what it would drop.
class PlanDrops : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::DropPlan do_plan_drop(const spi::TableNames& tables, const spi::Wait& wait) override {
        spi::DropPlan plan = inner().plan_drop(tables, wait);
        inner().drop(tables, wait);
        return plan;
    }
};

/// Says of every statement that its effect is there.
class AlwaysThere : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::Finding do_find_effect(std::string_view, spi::Ending, const spi::Wait&) override {
        spi::Finding finding;
        finding.effect = spi::Effect::present;
        return finding;
    }
};

/// Finds every session alive.
class AllAlive : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::SessionState do_probe(std::string_view, const spi::Wait&) override {
        return spi::SessionState::alive;
    }
};

/// Counts only rows that change, as a client of MySQL does unless it is told otherwise.
class CountsChangedRows : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override {
        spi::Rows rows = inner().query(statement, wait);
        const bool repeated = statement.sql == last_.sql && statement.values == last_.values;
        if (repeated && statement.sql.starts_with("UPDATE"))
            rows.affected = 0;
        last_ = statement;
        return rows;
    }

    spi::BoundStatement last_;
};

/// Goes on after a failure in a batch.
class BatchGoesOn : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    std::vector<spi::Rows> do_batch(std::span<const spi::BoundStatement> statements,
                                    const spi::Wait& wait) override {
        std::vector<spi::Rows> answers;
        std::exception_ptr problem;
        for (const spi::BoundStatement& statement : statements) {
            try {
                answers.push_back(inner().query(statement, wait));
            } catch (const Error&) {
                problem = std::current_exception();
            }
        }
        if (problem)
            std::rethrow_exception(problem);
        return answers;
    }
};

}  // namespace aether::migrate::conformance
