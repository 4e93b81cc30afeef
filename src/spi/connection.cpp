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

}  // namespace aether::migrate::spi
