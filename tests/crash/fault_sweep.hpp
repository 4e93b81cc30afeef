// SPDX-License-Identifier: MIT
// Runs a scenario again and again, each time with a fault one call later, and gathers what is wrong
// afterwards.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "ground.hpp"
#include "judge.hpp"
#include "scenario.hpp"

namespace aether::migrate::crash {

/// Puts a connection between the engine and the one with the fault.
using Decorate = std::function<std::unique_ptr<spi::Connection>(spi::Connection& inner)>;

struct SweepOptions {
    std::vector<Loss> losses{Loss::session};
    std::vector<Batches> batches{Batches::whole};
    Decorate decorate{};  ///< Of the runs with a fault; empty: the engine as it is.
    std::string until{};  ///< Ends with the first violation that holds these words; empty: goes through all.
};

struct SweepResult {
    std::size_t points = 0;               ///< How many faults were tried.
    std::vector<std::string> violations;  ///< Each with scenario and call.
};

/// Returns what environment AETHER_CRASH_LONG asks for: lost sessions, or every kind of fault.
SweepOptions options_of_environment();

class FaultSweep {
public:
    FaultSweep(const Ground& ground, const Scenario& scenario, SweepOptions options);

    /// For each call, until a run ends without reaching it: fresh start, run with the fault, judge at once,
    /// run again without faults, compare with an undisturbed run.
    SweepResult run();

    /// Leads a fresh database to the scenario's start. Throws Error.
    void prepare() const;
    /// Runs an operation without faults; returns its account.
    Account run_healthily(const Operation& operation) const;
    /// Takes the pictures of the start, and of an undisturbed run: what every other one must come to.
    void take_patterns();
    /// Judges the database as it is after a run, then runs the operation again and compares. `where` begins
    /// each violation.
    Violations judge_and_repeat(const Account& account, const std::string& where) const;
    /// Runs the operation once, decorated and without a fault, and judges the database and the words of a
    /// failure.
    Violations run_decorated();

private:
    enum class Reached { yes, no };

    Reached try_fault(const Fault& fault);
    void sweep_calls(Fault fault);
    bool is_enough() const;
    Violations judge_now(const Account& account, const Picture& now) const;

    const Ground& ground_;
    const Scenario& scenario_;
    SweepOptions options_;
    SweepResult result_;
    Picture start_;
    Picture pattern_;
};

}  // namespace aether::migrate::crash
