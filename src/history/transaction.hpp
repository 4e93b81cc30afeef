// SPDX-License-Identifier: MIT
// A transaction block that ends in a checked COMMIT or in a ROLLBACK.
#pragma once

#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::history {

/// Opens a block; rolls it back when it is destroyed without a commit.
class Transaction {
public:
    /// Begins a block of the engine's own.
    Transaction(spi::Connection& connection, const spi::Wait& wait);
    /// Sends the statement that begins (the dialect's, or a file's own) and the first statements of the block
    /// with it.
    Transaction(spi::Connection& connection, std::string_view begin, std::vector<spi::BoundStatement> first,
                const spi::Wait& wait);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// Commits. A stop or a passed deadline asks the server to cancel; only its answer says what is true.
    /// Throws Error: what the server refused (a deferred constraint, say; the block is rolled back then), or
    /// outcome_unknown when the session was lost meanwhile.
    void commit(const spi::Wait& wait);

    /// Undoes the block now. Never throws; a lost session undoes it too.
    void roll_back() noexcept;

private:
    spi::Connection& connection_;
    bool open_ = true;
};

}  // namespace aether::migrate::history
