// SPDX-License-Identifier: MIT
// What is behind the opaque handles of migrate.h.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include <aether/migrate/migrate.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/migrate.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/status.hpp>

#include "listener.hpp"

/// What is known of a failure, and all of it as one text.
struct aether_migrate_error {
    int code;
    aether::migrate::ErrorDetails details;
    std::string text;
};

/// One source of stops a kind.
struct aether_migrate_stop {
    std::stop_source finish;
    std::stop_source roll_back;
    std::stop_source abort;
};

/// The options, and who is to listen.
struct aether_migrate_options {
    aether::migrate::Options options;
    aether::migrate::c_api::Callbacks callbacks;
};

/// A step of a report, or the one that a callback hears of.
struct aether_migrate_step {
    aether::migrate::StepReport step;
};

/// What a run did.
struct aether_migrate_report {
    explicit aether_migrate_report(aether::migrate::Report given);

    aether::migrate::Report report;  ///< Without its steps.
    std::vector<aether_migrate_step> steps;
};

/// What a look found.
struct aether_migrate_status {
    aether::migrate::Status status;
};

/// A migrator and the observer that it calls, which therefore comes first.
struct aether_migrate {
    explicit aether_migrate(const aether_migrate_options& given);

    aether::migrate::c_api::Listener listener;
    aether::migrate::Migrator migrator;
};
