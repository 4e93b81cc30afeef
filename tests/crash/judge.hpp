// SPDX-License-Identifier: MIT
// Says where what is recorded differs from what is applied, and from what a run reported.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/report.hpp>

#include "ground.hpp"
#include "scenario.hpp"

namespace aether::migrate::crash {

/// Whether a run told how it ended.
enum class Told { success, failure, nothing };

/// How one run ended, by its own account.
struct Account {
    Told told = Told::nothing;
    std::optional<Report> report;      ///< Of a successful run to a target.
    ErrorDetails error;                ///< Of a failure.
    std::vector<StepReport> finished;  ///< What it said to be durable.
};

/// One line for each difference; empty when all is true.
using Violations = std::vector<std::string>;

/// At any moment: version row, history, journal and schema agree.
Violations judge_records(const Ground& ground, const Folder& folder, const Picture& picture);

/// What a failed run said to be true now is not contradicted by the database.
Violations judge_words(const ErrorDetails& error, const Picture& picture);

/// What a run said that began at `before` and ended just now is not contradicted by the database.
Violations judge_account(const Account& account, const Picture& before, const Picture& picture);

/// Two pictures show the same; for an operation that may be done twice (force) only the last event of each
/// version counts.
enum class Events { all, last_of_each };
Violations compare(const Picture& wanted, const Picture& found, Events events);

}  // namespace aether::migrate::crash
