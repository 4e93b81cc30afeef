// SPDX-License-Identifier: MIT
// The engine's Connection over a SQLite database.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "lock.hpp"
#include "look.hpp"
#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::sqlite {

/// See spi::Connection for the contracts. Threads: one at a time.
class SqliteConnection final : public spi::Connection {
public:
    /// Opens the file, unless it is still to be made. Throws Error (connection_failed, cancelled).
    SqliteConnection(Parameters parameters, const spi::Wait& wait);
    /// Uses a connection of the caller's, which is as it was afterwards. Throws Error (invalid_argument,
    /// cancelled).
    SqliteConnection(sqlite3* borrowed, Parameters parameters, const spi::Wait& wait);

private:
    const spi::Dialect& do_dialect() const override;
    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override;
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override;
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override;
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
    spi::TransactionState do_transaction_state() const override;
    void do_on_notice(std::function<void(const spi::Notice&)> listener) override;
    void do_on_blocked(std::function<void(const std::vector<spi::Blocker>&)> listener) override;

    void set_up(const spi::Wait& wait);
    void back_up_once(const spi::Wait& wait);
    std::optional<std::chrono::milliseconds> busy_limit(std::string_view sql) const;

    Parameters parameters_;
    // Before the session, whose function for the guard asks it.
    MigrationLock lock_;
    Session session_;
    spi::Limits limits_;
    mutable std::optional<std::chrono::milliseconds> lock_limit_;  // what do_limit_locks() was asked for
    std::string version_table_;
    FlagForm flag_ = FlagForm::number;
    bool backup_is_due_ = false;
    bool backup_is_made_ = false;
    std::function<void(const spi::Notice&)> on_notice_;
};

}  // namespace aether::migrate::sqlite
