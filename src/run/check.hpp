// SPDX-License-Identifier: MIT
// Makes a planned step ready to run: reads its file once and decides how it runs.
#pragma once

#include "context.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// Throws Error as check_script.
CheckedStep check_step(const RunContext& context, const PlannedStep& planned);

}  // namespace aether::migrate::run
