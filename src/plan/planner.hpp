// SPDX-License-Identifier: MIT
// Decides which migrations a command runs, in golang-migrate's order and with its refusals.
#pragma once

#include <string>
#include <vector>

#include <aether/migrate/plan.hpp>

#include "../migration/catalog.hpp"

namespace aether::migrate {

/// Makes the plan that leads from a state to a target.
///
/// Throws Error: dirty ("Dirty database version V. Fix and force version.") before all else, except that a
/// limit of 0 asks nothing and gives an empty plan (golang-migrate 3.3); no_such_migration when the current
/// version (or goto's) has no file, when up N or down N finds nothing at all ("file does not exist"), or when
/// `up` finds no files at all from nothing ("first .: file does not exist"). `place` names the source in
/// messages.
Plan make_plan(const Catalog& catalog, const VersionState& state, const Target& target,
               std::string_view place);

/// Returns why the catalog no longer gives the steps of a plan, or nothing when it does: steps after its last
/// one, and what is in the files, are not looked at.
std::string find_difference(const Catalog& catalog, const Plan& plan);

/// Returns the versions below the current one that have an up file and are not in `applied` (sorted):
/// files that were added late and that golang-migrate skips in silence.
std::vector<Version> find_skipped(const Catalog& catalog, const VersionState& state,
                                  const std::vector<Version>& applied);

}  // namespace aether::migrate
