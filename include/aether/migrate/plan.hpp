// SPDX-License-Identifier: MIT
// What a run will do, as values: the state it starts from, the target, the steps and the reason of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <aether/migrate/report.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// Go up by `limit` migrations, or by all.
struct UpTarget {
    std::optional<std::uint64_t> limit;
};
/// Go down by `limit` migrations, or by all.
struct DownTarget {
    std::optional<std::uint64_t> limit;
};
/// Go up or down until this version is the current one.
struct GotoTarget {
    Version version;
};

/// What a run is to reach.
using Target = std::variant<UpTarget, DownTarget, GotoTarget>;

/// Why a step is in the plan, or does what it does.
enum class StepReason {
    pending,      ///< Its file is there and not yet applied (up), or applied and to be undone (down).
    missing_file  ///< No file for this direction: only the version moves, as in golang-migrate.
};

/// One migration in one direction.
struct PlannedStep {
    Version version;  ///< Whose file runs.
    Direction direction = Direction::up;
    std::optional<Version> leads_to;  ///< The current version afterwards; nothing after the first down.
    StepReason reason = StepReason::pending;
    std::string title;     ///< Empty also when the file is missing.
    std::string file;      ///< Empty when the file is missing.
    std::string checksum;  ///< SHA-256 of the file, in hexadecimal; empty when it is missing.
    StepMode mode = StepMode::transaction;  ///< How it will run, by what its statements allow.
    std::size_t statements = 0;
};

/// A plan is a value: it can be shown, asked about, and then run. No steps and no shortfall: nothing to do.
struct Plan {
    VersionState from;               ///< What the version row says where it begins.
    std::vector<PlannedStep> steps;  ///< In order.
    std::uint64_t short_by =
        0;  ///< How many of the asked-for steps do not exist (golang-migrate: "limit N short").
};

}  // namespace aether::migrate
