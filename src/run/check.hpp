// SPDX-License-Identifier: MIT
// Makes a planned step ready to run: reads its file once and decides how it runs.
#pragma once

#include "context.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// Throws Error as check_script and find_function.
CheckedStep check_step(const RunContext& context, const PlannedStep& planned);

/// Throws Error (migration_refused) when the step's body is a function that this program does not have.
void require_function(const RunContext& context, const CheckedStep& step);

}  // namespace aether::migrate::run
