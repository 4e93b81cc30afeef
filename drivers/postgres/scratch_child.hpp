// SPDX-License-Identifier: MIT
// Runs PostgreSQL's programs as child processes: bounded, as the right user, with nothing of ours inherited.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "scratch_file.hpp"
#include "scratch_lock.hpp"
#include "scratch_user.hpp"

namespace aether::migrate::postgres::scratch {

/// A program to run.
struct Command {
    std::string program;                   ///< An absolute path.
    std::vector<std::string> arguments{};  ///< Without the program itself.
    std::string folder = "/";              ///< Where it runs.
    std::optional<Identity> identity{};    ///< Nothing: as this process's user.
    std::string input{};                   ///< What it reads, at most 4 KiB.
    const Descriptor* output = nullptr;    ///< Takes what it prints; nullptr: nobody does.
};

/// What becomes of the program when nobody waits for it any more.
enum class Abandoned { killed, left_running };

/// A running program. Between it and this process stands a small monitor process, a fork of this one, which
/// waits for the program, reports its end and then ends. So the program never is a child of this process: it
/// can outlive a `Child` without becoming a zombie, and a SIGCHLD handler of the application sees at most the
/// monitor.
///
/// The program gets a session of its own, default signal handling, PATH, TZ and LD_LIBRARY_PATH of the
/// environment with LC_ALL=C, and the descriptors 0, 1 and 2 only. The monitor keeps copies of all
/// descriptors of this process, so that a lock stays locked until a program that is to be killed is dead,
/// also when this process is killed.
class Child {
public:
    /// Throws Error (connection_failed) when no process can be made.
    Child(const Command& command, Abandoned abandoned);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    /// Abandons the program and waits for the monitor's end, a few milliseconds.
    ~Child();

    /// Waits for the end and returns the status as waitpid gives it; nothing when it still runs at `until`.
    /// The end is told once. Throws Error (connection_failed) when the program could not be started: who
    /// could not do what, and why.
    std::optional<int> wait(Deadline until);

private:
    std::string program_;
    std::string folder_;
    std::optional<Identity> identity_;
    Descriptor channel_;
    pid_t monitor_ = -1;
};

/// Runs a program to its end and returns its status. Throws Error (connection_failed) also after the
/// deadline; it is killed then.
int run(const Command& command, Deadline until);

/// Runs a program to its end and returns what it printed, its errors included, and its status.
struct Printed {
    int status = 0;
    std::string text;
};
Printed run_and_read(Command command, Deadline until);

/// Returns a status in words, as "exit status 1" or "signal 9".
std::string describe_status(int status);

}  // namespace aether::migrate::postgres::scratch
