// SPDX-License-Identifier: MIT
// Explains a dirty row that our journal knows nothing of: golang-migrate left it, or a person did.
#pragma once

#include <aether/migrate/report.hpp>

#include "context.hpp"

namespace aether::migrate::run {

/// The row (V, dirty) means that the up file of V was under way, or the down file of the version above it.
/// Tells of both what could be there, and marks the version clean only when no statement can have been run.
RepairReport repair_foreign(const RunContext& context, history::Store& store, RepairMode mode);

}  // namespace aether::migrate::run
