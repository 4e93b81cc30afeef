// SPDX-License-Identifier: MIT
// The lock by which one process at a time makes, starts, stops or drops a scratch server.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "scratch_file.hpp"
#include "scratch_place.hpp"

namespace aether::migrate::postgres::scratch {

using Deadline = std::chrono::steady_clock::time_point;

/// Holds a server's lock file by flock. The kernel frees it when the process is killed, and only then its
/// children that still make the server (see scratch_child.hpp).
class Lock {
public:
    /// Takes the lock if it is free. Returns nothing when it is held, or when the server's folder is not
    /// there.
    static std::optional<Lock> try_take(const Place& place);

    Lock(Lock&&) noexcept = default;
    Lock& operator=(Lock&&) noexcept = default;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

private:
    explicit Lock(Descriptor file) : file_(std::move(file)) {}

    Descriptor file_;
};

/// Waits a moment for a lock that is held. Throws Error (connection_failed), naming the holder, after the
/// deadline.
void await_lock(const Place& place, Deadline until);

}  // namespace aether::migrate::postgres::scratch
