// SPDX-License-Identifier: MIT
// Which versions are applied, by the history's events.
#pragma once

#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/version.hpp>

#include "../migration/catalog.hpp"
#include "event.hpp"

namespace aether::migrate::history {

/// Returns the versions whose last event applied them, sorted; nothing without a history.
/// Throws Error (bookkeeping_failed, connection_failed).
std::vector<Version> load_applied(spi::Connection& connection, const spi::TableNames& tables,
                                  const spi::Look& look, const spi::Wait& wait);

/// Adds an event to a sorted list of applied versions.
void follow(std::vector<Version>& applied, const Event& event);

/// Returns number and sum of the versions, as the history's column `applied` has them.
std::string digest(const std::vector<Version>& applied);

/// Whether the applied versions are, by number and sum, those of the catalog up to `current` that have an up
/// file: then no file below it was skipped, and their list need not be loaded. A wrong yes takes two sets of
/// equal size and sum.
bool all_applied(const Catalog& catalog, const spi::Look& look, Version current);

}  // namespace aether::migrate::history
