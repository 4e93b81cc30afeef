// SPDX-License-Identifier: MIT
// The processes of a scratch server that already runs: which they are, and how to signal them and no others.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "scratch_file.hpp"
#include "scratch_lock.hpp"
#include "scratch_place.hpp"

namespace aether::migrate::postgres::scratch {

/// What PostgreSQL writes into data/postmaster.pid, one item a line: the process (1) … shared memory key and
/// id (7), state (8: starting, stopping, ready, standby).
struct PidFile {
    pid_t process = 0;
    int segment_key = 0;
    int segment = -1;  ///< The id of the System V segment; -1: not known yet.
    bool ready = false;
};

/// Returns what the file says; nothing when there is none. It outlives a server that was killed.
std::optional<PidFile> load_pid_file(const Place& place);
std::optional<PidFile> parse_pid_file(std::string_view text);

/// A running server's first process.
class ServerProcess {
public:
    /// Returns the process that the pid file names, if it still is this server: a number is used again some
    /// day, also by another process of the same user.
    static std::optional<ServerProcess> find(const Place& place);

    /// Sends a signal to it, and to no process that has its number later.
    void send(int signal) const noexcept;

    /// Waits until it has ended. Returns whether it has by `until`.
    bool is_gone_by(Deadline until) const;

private:
    ServerProcess(const Place& place, pid_t process, Descriptor handle);

    Place place_;
    pid_t process_;
    Descriptor handle_;  ///< A pidfd; empty on kernels before 5.3.
};

/// Removes what a killed server leaves and a new one stumbles over: processes that still work on the data,
/// shared memory, the pid file, the socket and its lock file. Call it with the lock held and no server
/// running.
void clear_remains(const Place& place);

}  // namespace aether::migrate::postgres::scratch
