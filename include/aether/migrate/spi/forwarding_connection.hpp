// SPDX-License-Identifier: MIT
// A connection that hands everything on to another one: derive from it to watch, to count or to disturb.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::spi {

/// Override the hooks that matter and call the base class's to go on. The inner connection is a guest that
/// outlives this one.
class ForwardingConnection : public Connection {
public:
    explicit ForwardingConnection(Connection& inner) : inner_(inner) {}

protected:
    Connection& inner() const { return inner_; }

    const Dialect& do_dialect() const override { return inner_.dialect(); }
    Look do_look(const TableNames& tables, const Wait& wait) override { return inner_.look(tables, wait); }
    ScriptResult do_execute(std::string_view text, const Wait& wait) override {
        return inner_.execute(text, wait);
    }
    Rows do_query(const BoundStatement& statement, const Wait& wait) override {
        return inner_.query(statement, wait);
    }
    std::vector<Rows> do_batch(std::span<const BoundStatement> statements, const Wait& wait) override {
        return inner_.batch(statements, wait);
    }
    bool do_try_lock(const TableNames& tables, const Look& look, const Wait& wait) override {
        return inner_.try_lock(tables, look, wait);
    }
    std::optional<BoundStatement> do_lock_check() const override { return inner_.lock_check(); }
    std::vector<BoundStatement> do_write_guard(const std::string& role) const override {
        return inner_.write_guard(role);
    }
    void do_unlock() noexcept override { inner_.unlock(); }
    std::optional<LockHolder> do_lock_holder(const TableNames& tables, const Look& look,
                                             const Wait& wait) override {
        return inner_.lock_holder(tables, look, wait);
    }
    DropPlan do_plan_drop(const TableNames& tables, const Wait& wait) override {
        return inner_.plan_drop(tables, wait);
    }
    void do_drop(const TableNames& tables, const Wait& wait) override { inner_.drop(tables, wait); }
    void do_prepare(const Limits& limits, const Wait& wait) override { inner_.prepare(limits, wait); }
    std::vector<BoundStatement> do_limit_locks(std::optional<std::chrono::milliseconds> lock,
                                               Scope scope) const override {
        return inner_.limit_locks(lock, scope);
    }
    Intent do_note_intent(const StatementView& statement, const Wait& wait) override {
        return inner_.note_intent(statement, wait);
    }
    Finding do_find_effect(std::string_view note, Ending ending, const Wait& wait) override {
        return inner_.find_effect(note, ending, wait);
    }
    std::string do_session_name(const Wait& wait) override { return inner_.session_name(wait); }
    SessionState do_probe(std::string_view session_name, const Wait& wait) override {
        return inner_.probe(session_name, wait);
    }
    TransactionState do_transaction_state() const override { return inner_.transaction_state(); }
    void do_on_notice(std::function<void(const Notice&)> listener) override {
        inner_.on_notice(std::move(listener));
    }
    void do_on_blocked(std::function<void(const std::vector<Blocker>&)> listener) override {
        inner_.on_blocked(std::move(listener));
    }

private:
    Connection& inner_;
};

}  // namespace aether::migrate::spi
