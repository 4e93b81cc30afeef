// SPDX-License-Identifier: MIT
// Runs what is one segment that nobody can look into.
#pragma once

#include <optional>

#include "progress.hpp"
#include "record.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// Runs a file that only the server can take apart (it ends its transactions in other ways than COMMIT): one
/// bare segment of which nobody can tell how far it came. Returns and throws as run_bare.
std::optional<SendFailure> run_whole(const StepContext& context, const CheckedStep& step, Record& record,
                                     Progress& progress);

/// The same for a C++ function that is in no transaction.
std::optional<SendFailure> run_function(const StepContext& context, const CheckedStep& step, Record& record,
                                        Progress& progress);

}  // namespace aether::migrate::run
