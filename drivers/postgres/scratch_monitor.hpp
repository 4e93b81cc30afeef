// SPDX-License-Identifier: MIT
// The two processes behind a Child, between fork and exec, where only async-signal-safe calls are allowed.
#pragma once

#include <cstdint>

#include "scratch_child.hpp"

namespace aether::migrate::postgres::scratch {

/// What the channel between a Child and its monitor carries: one of these, in the machine's byte order.
struct Report {
    /// `ended`: `value` is the status. Else what could not be done before the program ran: `value` is errno.
    enum class Kind : std::int32_t { ended, fork, groups, user, folder, descriptors, program };

    Kind kind = Kind::ended;
    std::int32_t value = 0;
};

/// All that is needed after fork, made before it: nothing may be allocated there.
struct Plan {
    const char* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    const char* folder = nullptr;
    const Identity* identity = nullptr;
    int input = -1;
    int output = -1;
    int ours = -1;        ///< This process's end of the channel.
    int theirs = -1;      ///< The monitor's.
    int descriptors = 0;  ///< How many a process may have.
    Abandoned abandoned = Abandoned::killed;
};

/// Is the monitor process, with all signals blocked: starts the program, reports its end, and ends itself.
[[noreturn]] void monitor(const Plan& plan) noexcept;

}  // namespace aether::migrate::postgres::scratch
