// SPDX-License-Identifier: MIT
// What a person types to go on with a run that ended early.
#pragma once

#include <string>

#include <aether/migrate/plan.hpp>
#include <aether/migrate/report.hpp>

namespace aether::migrate::run {

/// Returns the command that reaches a target: "migrate up", "migrate down 2", "migrate goto 7".
std::string command_for(const Target& target);

/// Returns a command that goes on with a migration which was cut off; after a down it undoes no other.
std::string command_to_end(Direction direction);

/// Returns what is left of a target after one step: a step in its direction counts against the limit of
/// `up N` and `down N`.
Target after_step(Target target, Direction direction);

/// Returns the target that a plan of at least one step reaches.
Target target_of(const Plan& plan);

}  // namespace aether::migrate::run
