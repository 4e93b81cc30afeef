// SPDX-License-Identifier: MIT
// Runs a file that can't be in one transaction: segment after segment, with a journal of what is done.
#pragma once

#include <optional>

#include "record.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// Runs a file's segments in order, each with its right mode, or those after what `resumed` says is done.
///
/// The version row is (target, dirty) from the first segment's end (or beginning, when no transaction guards
/// it) to the last one's. A transaction's statements and the journal's word that they are done are one
/// commit. Of a bare statement the journal says before that it is intended, and after it that it is done;
/// what of it is there is seen in the catalogue when it fails. When nothing of the file is applied the
/// version row goes back to what it was, clean. Throws Error as run_step.
void run_segments(const StepContext& context, const CheckedStep& step, Record& record,
                  const std::optional<history::JournalEntry>& resumed);

}  // namespace aether::migrate::run
