// SPDX-License-Identifier: MIT
// Calls the C++ function of a migration, and lets it at the database within bounds.
#pragma once

#include <optional>
#include <stop_token>

#include "record.hpp"
#include "sender.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// Calls the step's function, inside the transaction that the caller opened when the step's mode is one.
/// Counts the statements in the record's report. Returns why it failed, a stop being one of the reasons;
/// nothing when it returned and the session is still good. What it throws that is no std::exception goes
/// through. Throws Error: connection_failed.
std::optional<SendFailure> call_function(const StepContext& context, const CheckedStep& step, Record& record,
                                         const std::stop_token& stop);

}  // namespace aether::migrate::run
