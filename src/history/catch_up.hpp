// SPDX-License-Identifier: MIT
// Which versions the history must mark when the version row moved, or is moved, without their files being run
// by us.
#pragma once

#include <optional>
#include <vector>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/version.hpp>

#include "../migration/catalog.hpp"
#include "event.hpp"

namespace aether::migrate::history {

/// Whether somebody else moved the version row since the history's last event, even back to the same number.
bool moved_by_others(const spi::Look& look);

/// Returns the events that make the history agree with the current version `to`. Upwards: every version of
/// the catalog between the history's end and `to` that is not in `applied`. Downwards: every version of
/// `applied` above `to`. `applied` is sorted. The last event always leads to `to`; there is one even when no
/// version changes.
std::vector<Event> catch_up(const Catalog& catalog, const spi::Look& look,
                            const std::vector<Version>& applied, const std::optional<Version>& to,
                            EventKind kind);

/// Returns the event of a version row that goes back to `version`, clean, because nothing is applied of the
/// migration that was cut off. Without an event in the same write the row would look moved by others.
Event went_back(const Catalog& catalog, const std::optional<Version>& version);

}  // namespace aether::migrate::history
