// SPDX-License-Identifier: MIT
// Makes a planned step ready to run: reads its file once and decides how it runs.
#pragma once

#include "context.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// For a step that is to run. Throws Error as read_step, and migration_refused when its body is a function
/// that this program does not have.
CheckedStep check_step(const RunContext& context, const PlannedStep& planned);

/// For one of which something is to be found out. Throws Error as check_script and find_function.
CheckedStep read_step(const RunContext& context, const PlannedStep& planned);

}  // namespace aether::migrate::run
