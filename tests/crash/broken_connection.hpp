// SPDX-License-Identifier: MIT
// Connections that break one rule of the protocol each, as an engine with that defect would: the sweep must
// see it.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/spi/forwarding_connection.hpp>

namespace aether::migrate::crash {

inline bool holds(const spi::BoundStatement& statement, std::string_view part) {
    return statement.sql.find(part) != std::string::npos;
}

/// What the server says to a statement that moved one row.
inline spi::Rows one_row() {
    spi::Rows rows;
    rows.affected = 1;
    return rows;
}

/// Appends to the history only after the commit.
class LateHistory final : public spi::ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    std::vector<spi::Rows> do_batch(std::span<const spi::BoundStatement> statements,
                                    const spi::Wait& wait) override {
        std::vector<spi::BoundStatement> sent;
        for (const spi::BoundStatement& statement : statements) {
            const bool appends =
                holds(statement, "INSERT INTO") && holds(statement, "schema_migrations_history");
            (appends ? late_ : sent).push_back(statement);
        }
        std::vector<spi::Rows> answers = inner().batch(sent, wait);
        answers.resize(statements.size(), one_row());
        return answers;
    }

    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override {
        spi::Rows answer = inner().query(statement, wait);
        if (statement.sql == "COMMIT" && !late_.empty())
            inner().batch(std::exchange(late_, {}), wait);
        return answer;
    }

    std::vector<spi::BoundStatement> late_;
};

/// Keeps the migration lock.
class ForgottenUnlock final : public spi::ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    void do_unlock() noexcept override {}
};

/// Writes that a bare statement is intended only after it ran.
class LateIntent final : public spi::ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    std::vector<spi::Rows> do_batch(std::span<const spi::BoundStatement> statements,
                                    const spi::Wait& wait) override {
        const auto intends = [](const spi::BoundStatement& statement) {
            return holds(statement, "schema_migrations_journal") &&
                   std::find(statement.values.begin(), statement.values.end(), "intended") !=
                       statement.values.end();
        };
        if (std::none_of(statements.begin(), statements.end(), intends))
            return inner().batch(statements, wait);
        late_.assign(statements.begin(), statements.end());
        return std::vector<spi::Rows>(statements.size(), one_row());
    }

    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        spi::ScriptResult result = inner().execute(text, wait);
        if (late_.empty())
            return result;
        inner().query({"BEGIN", {}}, wait);
        inner().batch(std::exchange(late_, {}), wait);
        inner().query({"COMMIT", {}}, wait);
        return result;
    }

    std::vector<spi::BoundStatement> late_;
};

/// Commits a file before the version row moves.
class LateVersionRow final : public spi::ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    std::vector<spi::Rows> do_batch(std::span<const spi::BoundStatement> statements,
                                    const spi::Wait& wait) override {
        const auto moves = [](const spi::BoundStatement& statement) {
            return holds(statement, "INTO \"public\".\"schema_migrations\" ") ||
                   holds(statement, "UPDATE \"public\".\"schema_migrations\" ");
        };
        if (std::any_of(statements.begin(), statements.end(), moves)) {
            inner().query({"COMMIT", {}}, wait);
            inner().query({"BEGIN", {}}, wait);
        }
        return inner().batch(statements, wait);
    }
};

/// Whether a write asks first if the lock is still there.
enum class Guard { asks, is_left_out };

/// Loses the migration lock in the middle of the first file, as one that resets its session does, and another
/// process takes over.
class TakenOver final : public spi::ForwardingConnection {
public:
    TakenOver(spi::Connection& inner, Guard guard, std::function<void()> take_over)
        : ForwardingConnection(inner), guard_(guard), take_over_(std::move(take_over)) {}

private:
    std::vector<spi::BoundStatement> do_write_guard(const std::string& role) const override {
        return guard_ == Guard::asks ? inner().write_guard(role) : std::vector<spi::BoundStatement>{};
    }

    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        if (const std::function<void()> take_over = std::exchange(take_over_, nullptr)) {
            inner().query({"SELECT pg_catalog.pg_advisory_unlock_all()", {}}, wait);
            take_over();
        }
        return inner().execute(text, wait);
    }

    Guard guard_;
    std::function<void()> take_over_;
};

}  // namespace aether::migrate::crash
