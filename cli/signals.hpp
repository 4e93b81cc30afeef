// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM as requests to stop, taken by a thread of their own.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include <aether/migrate/stop.hpp>

#include "terminal.hpp"

namespace aether::migrate::cli {

/// Takes both signals for the whole process while it lives. Make it before any other thread.
///
/// While the database is opened a SIGINT stops at once, as it kills golang-migrate there. Later the first one
/// ends the run after the migration that runs, as golang-migrate does; the second one cancels the statement.
/// SIGTERM rolls back what can be rolled back, and otherwise lets the migration that runs finish.
class Signals {
public:
    explicit Signals(const Terminal& terminal);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    StopTokens tokens() const { return {finish_.get_token(), roll_back_.get_token(), abort_.get_token()}; }

    /// Tells that the database is open.
    void opened() { opened_ = true; }

    /// Waits until standard input can be read; returns false when a SIGTERM came first.
    bool wait_for_input() const;

    /// Returns the exit status after a run that ended early at a boundary: 143 after SIGTERM, 0 after one
    /// SIGINT (golang-migrate's way), 130 after a second one.
    int status_when_stopped() const;

    /// Returns the exit status of a command that was cut off before its end: 143 or 130.
    int status_when_cut_off() const;

private:
    void listen();
    void take(int number);

    const Terminal& terminal_;
    std::stop_source finish_;
    std::stop_source roll_back_;
    std::stop_source abort_;
    std::atomic<bool> opened_ = false;
    std::atomic<int> interrupts_ = 0;
    std::atomic<bool> terminated_ = false;
    int signals_ = -1;      // descriptor that delivers the signals
    int ended_ = -1;        // descriptor that ends the thread
    int termination_ = -1;  // descriptor that becomes readable with SIGTERM
    std::jthread listener_;
};

}  // namespace aether::migrate::cli
