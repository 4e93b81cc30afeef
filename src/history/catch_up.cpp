// SPDX-License-Identifier: MIT
// Which versions the history must mark when the version row moved, or is moved, without their files being run
// by us.
#include "catch_up.hpp"

#include <algorithm>

namespace aether::migrate::history {

namespace {

Event make_event(const Catalog& catalog, const std::optional<Version>& version, Direction direction,
                 EventKind kind) {
    Event event;
    event.version = version;
    event.kind = kind;
    event.direction = direction;
    event.started_at = std::chrono::system_clock::now();
    const CatalogEntry* entry = version ? catalog.find(*version) : nullptr;
    if (entry != nullptr) {
        event.name = entry->up ? entry->up->title : entry->down->title;
    }
    return event;
}

}  // namespace

bool moved_by_others(const spi::Look& look) {
    const bool has_row = !look.version_rows.empty();
    if (look.journal_current)
        return false;  // the row is ours, and dirty because a migration of ours was cut off
    if (!look.history_rows)
        return has_row;
    const std::int64_t row_version = has_row ? look.version_rows.front().version : -1;
    return !look.same_write || row_version != look.history_version;
}

std::vector<Event> catch_up(const Catalog& catalog, const spi::Look& look,
                            const std::vector<Version>& applied, const std::optional<Version>& to,
                            EventKind kind) {
    const std::int64_t target = to ? to->number : -1;
    const std::int64_t known = look.history_rows ? look.history_version : -1;
    std::vector<Event> events;
    for (auto above = applied.rbegin(); above != applied.rend() && above->number > target; ++above) {
        events.push_back(make_event(catalog, *above, Direction::down, kind));
    }
    for (const CatalogEntry& entry : catalog.entries()) {
        const std::int64_t number = entry.version.number;
        if (number > known && number <= target &&
            !std::binary_search(applied.begin(), applied.end(), entry.version)) {
            events.push_back(make_event(catalog, entry.version, Direction::up, kind));
        }
    }
    const bool ends_at_target = !events.empty() && events.back().version == to;
    if (!ends_at_target) {
        events.push_back(make_event(catalog, to, to ? Direction::up : Direction::down, kind));
    }
    for (Event& event : events) {
        event.leads_to = to;
    }
    return events;
}

Event went_back(const Catalog& catalog, const std::optional<Version>& version) {
    Event event =
        make_event(catalog, version, version ? Direction::up : Direction::down, EventKind::repaired);
    event.leads_to = version;
    return event;
}

}  // namespace aether::migrate::history
