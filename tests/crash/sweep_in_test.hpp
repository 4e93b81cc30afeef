// SPDX-License-Identifier: MIT
// Sweeps scenarios in a test of GoogleTest: each violation is a failure.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fault_sweep.hpp"

namespace aether::migrate::crash {

inline void sweep_in_test(const Ground& ground, const std::vector<Scenario>& scenarios) {
    for (const Scenario& scenario : scenarios) {
        const SweepResult result = FaultSweep(ground, scenario, options_of_environment()).run();

        std::printf("%-36s %4zu faults\n", scenario.name.c_str(), result.points);
        std::fflush(stdout);
        EXPECT_GT(result.points, 0U);
        for (const std::string& violation : result.violations) {
            ADD_FAILURE() << violation;
        }
    }
}

inline Scenario up_of(Folder folder) {
    Scenario scenario;
    scenario.name = "broken";
    scenario.folder = std::move(folder);
    scenario.operation = Target{UpTarget{}};
    return scenario;
}

/// Returns what is wrong with an engine whose connection breaks a rule, as far as the first violation with
/// these words.
template <typename Broken>
std::vector<std::string> sweep_broken(const Ground& ground, const Scenario& scenario,
                                      const std::string& until) {
    SweepOptions options;
    options.until = until;
    options.decorate = [](spi::Connection& inner) { return std::make_unique<Broken>(inner); };
    return FaultSweep(ground, scenario, options).run().violations;
}

}  // namespace aether::migrate::crash
