// SPDX-License-Identifier: MIT
// One row of the history, and the statement that appends it.
#include "event.hpp"

#include <algorithm>
#include <array>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "../base/utf8.hpp"
#include "placeholders.hpp"

namespace aether::migrate::history {

bool storable(std::string_view text, const spi::ServerFacts& facts) {
    if (find_utf8_fault(text) || text.find('\0') != std::string_view::npos)
        return false;
    return facts.unicode || std::all_of(text.begin(), text.end(),
                                        [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

std::string timestamp(std::chrono::system_clock::time_point moment) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(moment - seconds).count();
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06}+00:00",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), micros);
}

spi::BoundStatement insert_row(const std::string& table, std::vector<ColumnValue> columns,
                               const spi::Dialect& dialect) {
    spi::BoundStatement statement;
    std::string names;
    std::string marks;
    for (auto& [column, value] : columns) {
        names.append(names.empty() ? "" : ", ").append(column);
        statement.values.push_back(std::move(value));
        marks.append(marks.empty() ? "" : ", ").append(placeholder(dialect, statement.values.size()));
    }
    statement.sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, marks);
    return statement;
}

std::string_view name_of(EventKind kind) noexcept {
    switch (kind) {
        case EventKind::applied:
            return "applied";
        case EventKind::reverted:
            return "reverted";
        case EventKind::forced:
            return "forced";
        case EventKind::adopted:
            return "adopted";
        case EventKind::repaired:
            return "repaired";
    }
    return "";
}

spi::BoundStatement append_event(const std::string& table, const Event& event, const Author& author,
                                 const spi::Dialect& dialect) {
    const std::string statements = std::to_string(event.statements);
    return insert_row(table,
                      {{"version", to_string(event.version)},
                       {"event", std::string(name_of(event.kind))},
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
