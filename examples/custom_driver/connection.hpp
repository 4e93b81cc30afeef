// SPDX-License-Identifier: MIT
// The engine's Connection over a SQLite file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session.hpp"

namespace tiny {

/// See spi::Connection for the contracts.
class TinyConnection final : public spi::Connection {
public:
    /// Opens the file. Throws Error (connection_failed).
    TinyConnection(const std::string& path, int flags);
    ~TinyConnection() override;

private:
    const spi::Dialect& do_dialect() const override;
    spi::Look do_look(const spi::TableNames& tables, const spi::Wait& wait) override;
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override;
    spi::Rows do_query(const spi::BoundStatement& statement, const spi::Wait& wait) override;
    bool do_try_lock(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait) override;
    void do_unlock() noexcept override;
    std::optional<spi::LockHolder> do_lock_holder(const spi::TableNames& tables, const spi::Look& look,
                                                  const spi::Wait& wait) override;
    spi::DropPlan do_plan_drop(const spi::TableNames& tables, const spi::Wait& wait) override;
    void do_drop(const spi::TableNames& tables, const spi::Wait& wait) override;
    spi::TransactionState do_transaction_state() const override;
    void do_on_notice(std::function<void(const spi::Notice&)> listener) override;

    std::string path_;
    Session session_;
    int lock_ = -1;  // an open descriptor while the lock is held
};

}  // namespace tiny
