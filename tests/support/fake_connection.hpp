// SPDX-License-Identifier: MIT
// A database that exists in memory only: it keeps the version row, notes what it was asked, and fails on
// demand.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::testing {

/// Speaks the dialect that it is given. The engine's statements are noted, not understood, except that COMMIT
/// and ROLLBACK end a transaction. Files run as scripts; `fails` says which text the server refuses.
class FakeConnection final : public spi::Connection {
public:
    explicit FakeConnection(const spi::Dialect& dialect) : dialect_(dialect) {}

    spi::Look look_result;          ///< What every look sees.
    std::function<void()> looked;   ///< Is called at the end of every look.
    std::deque<bool> lock_answers;  ///< Of the next tries; true when none is left.
    std::function<std::optional<spi::ScriptFailure>(std::string_view)> fails;
    std::uint64_t affected = 1;  ///< Rows that every write says it changed.
    std::string commit_tag = "COMMIT";

    std::vector<std::string> log;  ///< Everything that was asked, in order.
    bool locked = false;

private:
    const spi::Dialect& do_dialect() const override { return dialect_; }

    spi::Look do_look(const spi::TableNames&, const spi::Wait&) override {
        log.emplace_back("look");
        if (looked)
            looked();
        return look_result;
    }

    spi::ScriptResult do_execute(std::string_view text, const spi::Wait&) override {
        log.push_back("script " + std::string(text));
        spi::ScriptResult result;
        if (fails)
            result.failure = fails(text);
        if (result.failure) {
            if (state_ == spi::TransactionState::open)
                state_ = spi::TransactionState::failed;
        } else {
            result.completed = 1;
        }
        return result;
    }

    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait&) override {
        const std::string verb = statement.sql.substr(0, statement.sql.find_first_of(" \n;", 1));
        log.push_back(verb.starts_with('\n') ? verb.substr(1) : verb);
        spi::Rows rows;
        rows.affected = affected;
        if (statement.sql.starts_with("BEGIN"))
            state_ = spi::TransactionState::open;
        if (statement.sql == "COMMIT" || statement.sql == "ROLLBACK")
            state_ = spi::TransactionState::idle;
        if (statement.sql == "COMMIT")
            rows.tag = commit_tag;
        return rows;
    }

    bool do_try_lock(const spi::TableNames&, const spi::Look&, const spi::Wait&) override {
        bool answer = true;
        if (!lock_answers.empty()) {
            answer = lock_answers.front();
            lock_answers.pop_front();
        }
        log.emplace_back(answer ? "lock" : "lock refused");
        locked = answer;
        return answer;
    }

    void do_unlock() noexcept override {
        locked = false;
        log.emplace_back("unlock");
    }

    std::optional<spi::LockHolder> do_lock_holder(const spi::TableNames&, const spi::Look&,
                                                  const spi::Wait&) override {
        spi::LockHolder holder;
        holder.pid = 4711;
        holder.application = "other";
        holder.query = "ALTER ROLE bob PASSWORD 's3cret'";
        return holder;
    }

    spi::DropPlan do_plan_drop(const spi::TableNames&, const spi::Wait&) override { return {}; }
    void do_drop(const spi::TableNames&, const spi::Wait&) override { log.emplace_back("drop"); }
    spi::TransactionState do_transaction_state() const override { return state_; }
    void do_on_notice(std::function<void(const spi::Notice&)>) override {}

    const spi::Dialect& dialect_;
    spi::TransactionState state_ = spi::TransactionState::idle;
};

}  // namespace aether::migrate::testing
