// SPDX-License-Identifier: MIT
// A transaction block that ends in a checked COMMIT or in a ROLLBACK.
#include "transaction.hpp"

#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::history {

namespace {

Error unknown_outcome(const Error& lost) {
    ErrorDetails details = lost.details();
    details.code = ErrorCode::outcome_unknown;
    details.message = fmt::format("the session was lost while a commit was under way: {}", lost.what());
    return Error(std::move(details));
}

}  // namespace

Transaction::Transaction(spi::Connection& connection, const spi::Wait& wait)
    : Transaction(connection, connection.dialect().begin, {}, wait) {}

Transaction::Transaction(spi::Connection& connection, std::string_view begin,
                         std::vector<spi::BoundStatement> first, const spi::Wait& wait)
    : connection_(connection) {
    std::vector<spi::BoundStatement> statements;
    statements.reserve(first.size() + 1);
    statements.push_back({std::string(begin), {}});
    for (spi::BoundStatement& statement : first) {
        statements.push_back(std::move(statement));
    }
    try {
        connection_.batch(statements, wait);
    } catch (...) {  // whatever it was: the block must not stay open behind the constructor's back
        roll_back();
        throw;
    }
}

Transaction::~Transaction() {
    roll_back();
}

void Transaction::commit(const spi::Wait& wait) {
    spi::Rows answer;
    try {
        answer = connection_.query({"COMMIT", {}}, wait);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::connection_failed) {
            open_ = false;
            throw unknown_outcome(error);
        }
        throw;
    }
    open_ = false;
    // An aborted block answers COMMIT with the tag ROLLBACK and no error (PostgreSQL 15, observed).
    if (!answer.tag.empty() && answer.tag != "COMMIT") {
        throw Error(ErrorCode::bookkeeping_failed,
                    fmt::format("the server answered COMMIT with {}: nothing was committed", answer.tag));
    }
}

void Transaction::roll_back() noexcept {
    if (!std::exchange(open_, false))
        return;
    // Twice, because a cancel request that arrived late may hit the first ROLLBACK.
    for (int tries = 0; tries < 2 && connection_.transaction_state() != spi::TransactionState::idle;
         ++tries) {
        try {
            connection_.query({"ROLLBACK", {}}, {});
        } catch (...) {
            // Called by the destructor. A lost session, or one that is closed with the block open, undoes it
            // too.
        }
    }
}

}  // namespace aether::migrate::history
