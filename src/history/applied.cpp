// SPDX-License-Identifier: MIT
// Which versions are applied, by the history's events.
#include "applied.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "layout.hpp"

namespace aether::migrate::history {

std::vector<Version> load_applied(spi::Connection& connection, const spi::TableNames& tables,
                                  const spi::Look& look, const spi::Wait& wait) {
    std::vector<Version> applied;
    if (!tables.history || !look.history_rows)
        return applied;
    const std::string table = qualified(tables, *tables.history, look, connection.dialect());
    const spi::Rows rows = connection.query({fmt::format(R"sql(
SELECT e.version
FROM {0} e
JOIN (SELECT max(id) AS id FROM {0} GROUP BY version) l ON l.id = e.id
WHERE e.direction = 'up' AND e.version >= 0
ORDER BY e.version)sql",
                                                         table),
                                             {}},
                                            wait);
    applied.reserve(rows.rows.size());
    for (const std::vector<spi::Value>& row : rows.rows) {
        const std::string& text = row.front().value();
        std::int64_t number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        applied.push_back(Version{number});
    }
    return applied;
}

void follow(std::vector<Version>& applied, const Event& event) {
    if (!event.version)
        return;
    const auto place = std::lower_bound(applied.begin(), applied.end(), *event.version);
    const bool there = place != applied.end() && *place == *event.version;
    if (event.direction == Direction::up && !there)
        applied.insert(place, *event.version);
    if (event.direction == Direction::down && there)
        applied.erase(place);
}

std::string digest(const std::vector<Version>& applied) {
    std::uint64_t sum = 0;
    for (const Version version : applied) {
        sum += static_cast<std::uint64_t>(version.number);
    }
    return fmt::format("{} {}", applied.size(), sum);
}

bool all_applied(const Catalog& catalog, const spi::Look& look, Version current) {
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    for (const CatalogEntry& entry : catalog.entries()) {
        if (entry.version > current)
            break;
        if (!entry.up)
            continue;
        ++count;
        sum += static_cast<std::uint64_t>(entry.version.number);
    }
    return count == look.applied_count && sum == look.applied_sum;
}

}  // namespace aether::migrate::history
