// SPDX-License-Identifier: MIT
// Another process: for a check as a whole, and for the other owners of a lock inside of one.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace aether::migrate::conformance {

using Deadline = std::chrono::steady_clock::time_point;

/// One end of a line between two processes; messages are single bytes and, at the end, a text.
class Line {
public:
    explicit Line(int descriptor = -1) : descriptor_(descriptor) {}
    ~Line();
    Line(Line&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Line& operator=(Line&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// Sends a text; the other end's death is no error here.
    void send(const std::string& text) const;
    /// Waits for one byte; nothing when the other end is gone or the time is over.
    std::optional<char> receive(Deadline deadline) const;
    /// Reads until the other end is closed; nothing when the time is over before.
    std::optional<std::string> receive_all(Deadline deadline) const;

private:
    int descriptor_;
};

/// A forked process that is killed when this object is destroyed; what it forked itself dies with it. Make it
/// before any session is opened: a session must not be shared with it.
class Process {
public:
    /// Runs `work` in the new process, which ends with it. What it throws is swallowed there: the line
    /// breaks. Throws Error (internal) when no process can be made.
    explicit Process(const std::function<void(Line&)>& work);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    Line& line() { return line_; }
    pid_t pid() const { return pid_; }
    /// Kills it at once and waits until it is gone. Returns its wait status.
    int kill();

private:
    pid_t pid_ = -1;
    std::optional<int> status_;
    Line line_;
};

/// Describes how a process ended: "exit 3", "signal 11".
std::string describe_status(int status);

}  // namespace aether::migrate::conformance
