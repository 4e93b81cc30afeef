// SPDX-License-Identifier: MIT
// The engine's Connection over a libpq session.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "borrowed.hpp"
#include "limits.hpp"
#include "lock.hpp"
#include "parameters.hpp"
#include "session.hpp"
#include "watch.hpp"

namespace aether::migrate::postgres {

/// See spi::Connection for the contracts. Threads: one at a time.
class PostgresConnection final : public spi::Connection {
public:
    /// Connects. Throws Error (connection_failed, cancelled).
    PostgresConnection(Parameters parameters, const spi::Wait& wait);
    /// Uses a connection of the caller's, which is as it was afterwards. Throws Error (connection_failed,
    /// cancelled, invalid_argument).
    PostgresConnection(PGconn* borrowed, Parameters parameters, const spi::Wait& wait);
    ~PostgresConnection() override;
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

private:
    const spi::Dialect& do_dialect() const override;
    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override;
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override;
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override;
    std::vector<spi::Rows> do_batch(std::span<const spi::BoundStatement> statements,
                                    const spi::Wait& wait) override;
    bool do_try_lock(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait) override;
    std::optional<spi::BoundStatement> do_lock_check() const override;
    std::vector<spi::BoundStatement> do_write_guard(const std::string& role) const override;
    void do_unlock() noexcept override;
    std::optional<spi::LockHolder> do_lock_holder(const spi::TableNames& tables, const spi::Look& look,
                                                  const spi::Wait& wait) override;
    spi::DropPlan do_plan_drop(const spi::TableNames& tables, const spi::Wait& wait) override;
    void do_drop(const spi::TableNames& tables, const spi::Wait& wait) override;
    void do_prepare(const spi::Limits& limits, const spi::Wait& wait) override;
    std::vector<spi::BoundStatement> do_limit_locks(std::optional<std::chrono::milliseconds> lock,
                                                    spi::Scope scope) const override;
    spi::Intent do_note_intent(const spi::StatementView& statement, const spi::Wait& wait) override;
    spi::Finding do_find_effect(std::string_view note, spi::Ending ending, const spi::Wait& wait) override;
    std::string do_session_name(const spi::Wait& wait) override;
    spi::SessionState do_probe(std::string_view session_name, const spi::Wait& wait) override;
    spi::TransactionState do_transaction_state() const override;
    void do_on_notice(std::function<void(const spi::Notice&)> listener) override;
    void do_on_blocked(std::function<void(const std::vector<spi::Blocker>&)> listener) override;

    void listen_to_waits();
    WatchedScript watched(const spi::Wait& wait) const;

    Parameters parameters_;
    Session session_;
    MigrationLock lock_;
    mutable SessionLimits limits_;  // remembers what do_limit_locks() was asked for
    Watcher watcher_;
    KeptSettings kept_settings_;  // of a caller's connection
};

}  // namespace aether::migrate::postgres
