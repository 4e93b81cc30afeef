// SPDX-License-Identifier: MIT
// What a run found and did, as values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// What the version row says.
struct VersionState {
    std::optional<Version> version;  ///< Nothing: no row, or a row with -1.
    bool dirty = false;              ///< (nothing, dirty) is a real row with -1: a first down was cut off.

    friend bool operator==(const VersionState&, const VersionState&) = default;
};

/// How a step ran.
enum class StepMode {
    transaction,  ///< The file, the version row and the history row in one transaction.
    bare,         ///< The file by itself, under golang-migrate's dirty protocol.
    version_only  ///< No file for this direction: only the version moved.
};

/// One migration that was applied or reverted.
struct StepReport {
    Version version;
    Direction direction = Direction::up;
    std::optional<Version> leads_to;  ///< The current version afterwards.
    std::string title;                ///< From the file's name; empty when there is no file.
    std::string file;                 ///< Empty when there is no file.
    StepMode mode = StepMode::transaction;
    std::size_t statements = 0;
    std::chrono::nanoseconds read{0};  ///< Reading and checking the file.
    std::chrono::nanoseconds ran{0};   ///< From then until the step was durable.
};

/// Why a run ended.
enum class RunEnd {
    done,         ///< The target is reached, by these steps or without any ("no change").
    short_of_it,  ///< Fewer migrations exist than were asked for; `short_by` says how many.
    stopped       ///< The caller asked to stop; what is reported is done, the rest is not.
};

/// What a run did. Every step in it is durable.
struct Report {
    std::vector<StepReport> steps;
    VersionState state;  ///< Afterwards.
    RunEnd end = RunEnd::done;
    std::uint64_t short_by = 0;
    std::uint64_t left =
        0;  ///< Planned steps that were not run because of a stop; 0 when it came before the plan.
};

/// What a person saw when they looked whether the statement that was cut off is applied.
enum class Answer {
    none,        ///< Nobody looked: only what the catalogue tells is repaired.
    applied,     ///< It is complete.
    not_applied  ///< Nothing of it is there.
};

/// Whether a repair acts.
enum class RepairMode {
    act,     ///< Does what is certain.
    explain  ///< Only tells it: without a lock and without a write.
};

/// What a repair found and did.
struct RepairReport {
    VersionState before;
    VersionState after;                ///< The same as `before` when it only explains.
    std::vector<std::string> known;    ///< What was found, one line each.
    std::vector<std::string> actions;  ///< What was done, or (explaining) would be.
    bool settled = true;               ///< Nothing is left to find out.
    std::string look_at;               ///< What only a person can decide; empty when nothing is left.
    std::string next;                  ///< The next command; empty when none is needed.
};

}  // namespace aether::migrate
