// SPDX-License-Identifier: MIT
// Files that were added late: below the current version, and never applied.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/version.hpp>

#include "context.hpp"

namespace aether::migrate::run {

/// Returns the applied versions (sorted) with what others did since the history's last event: the next write
/// will adopt it.
std::vector<Version> with_adoptions(const RunContext& context, const spi::Look& look,
                                    const VersionState& state, std::vector<Version> applied);

/// Returns the versions that were skipped, as far as the history tells; nothing without one. `applied`: as
/// Store::applied().
std::vector<Version> find_skipped_by(const RunContext& context, const spi::Look& look,
                                     const VersionState& state, std::vector<Version> applied);

/// Returns the same by the database. That takes a query only when the look shows that some may be.
std::vector<Version> load_skipped(const RunContext& context, const spi::Look& look,
                                  const VersionState& state);

/// Returns what a warning says of a skipped file.
std::string describe_skipped(std::string_view file, const VersionState& state);

/// Warns of each.
void warn_of_skipped(const RunContext& context, const VersionState& state,
                     const std::vector<Version>& skipped);

}  // namespace aether::migrate::run
