// SPDX-License-Identifier: MIT
// What every connection has unless its driver knows better.
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::spi {

Connection::~Connection() = default;

std::vector<Rows> Connection::do_batch(std::span<const BoundStatement> statements, const Wait& wait) {
    std::vector<Rows> results;
    results.reserve(statements.size());
    for (const BoundStatement& statement : statements) {
        results.push_back(do_query(statement, wait));
    }
    return results;
}

std::vector<BoundStatement> Connection::do_write_guard(const std::string& /*role*/) const {
    return {};
}

void Connection::do_prepare(const Limits& /*limits*/, const Wait& /*wait*/) {}

std::vector<BoundStatement> Connection::do_limit_locks(std::optional<std::chrono::milliseconds> /*lock*/,
                                                       Scope /*scope*/) const {
    return {};
}

Intent Connection::do_note_intent(const StatementView& /*statement*/, const Wait& /*wait*/) {
    return {};
}

Finding Connection::do_find_effect(std::string_view /*note*/, Ending /*ending*/, const Wait& /*wait*/) {
    return {};
}

std::string Connection::do_session_name(const Wait& /*wait*/) {
    return {};
}

SessionState Connection::do_probe(std::string_view /*session_name*/, const Wait& /*wait*/) {
    return SessionState::unknown;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a driver that has blockers to tell keeps the listener
void Connection::do_on_blocked(std::function<void(const std::vector<Blocker>&)> /*listener*/) {}

}  // namespace aether::migrate::spi
