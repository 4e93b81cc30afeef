// SPDX-License-Identifier: MIT
// Does the certain part of what follows a migration that was cut off, and explains the rest.
#pragma once

#include <aether/migrate/report.hpp>

#include "context.hpp"

namespace aether::migrate::run {

/// See Migrator::repair.
RepairReport repair(const RunContext& context, RepairMode mode, Answer answer);

}  // namespace aether::migrate::run
