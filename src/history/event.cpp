// SPDX-License-Identifier: MIT
// One row of the history, and the statement that appends it.
#include "event.hpp"

#include "row.hpp"

namespace aether::migrate::history {

spi::BoundStatement append_event(const std::string& table, const Event& event, const Author& author,
                                 const spi::Dialect& dialect) {
    const std::string statements = std::to_string(event.statements);
    return insert_row(table,
                      {{"version", to_string(event.version)},
                       {"event", std::string(migrate::name_of(event.kind))},
                       {"direction", std::string(migrate::name_of(event.direction))},
                       {"leads_to", to_string(event.leads_to)},
                       {"applied", event.applied},
                       {"name", event.name},
                       {"checksum", event.checksum},
                       {"down_sql", event.down_sql},
                       {"statements_done", statements},
                       {"statements_total", statements},
                       {"started_at", timestamp(event.started_at)},
                       {"duration_us", std::to_string(event.duration.count())},
                       {"actor", author.actor},
                       {"client", author.client},
                       {"tool", author.tool}},
                      dialect);
}

}  // namespace aether::migrate::history
