// SPDX-License-Identifier: MIT
// Brings the schema to this build's version before anything is served.
#include "migrate_at_start.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include <aether/migrate/error.hpp>
#include <aether/migrate/log.hpp>
#include <aether/migrate/startup.hpp>

#include "preflight.hpp"
#include "schema.hpp"

namespace aether::server {

namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 200ms;
constexpr auto kLongestPause = 2s;

// A server that is not there yet, starts, or has no free session: time mends it. A wrong password stays
// wrong.
bool may_pass(const migrate::Error& error) {
    const std::string& state = error.details().sqlstate;
    return error.code() == migrate::ErrorCode::connection_failed &&
           (state.empty() || state == "57P03" || state == "53300");
}

/// Returns false when the stop came first.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

bool is_up_to_date(const migrate::Status& status) {
    return status.standing == migrate::Standing::up_to_date && !status.state.dirty;
}

// What is up to date needs no preflight: the one look is all that it costs.
void start_once(const migrate::Options& options, migrate::WhoMigrates who, JsonLog& log) {
    if (who == migrate::WhoMigrates::migrate) {
        const migrate::Status status = migrate::Migrator(options).status();
        if (is_up_to_date(status)) {
            log.write(LogLevel::info, "schema_up_to_date", version_text(status.state));
            return;
        }
        check_server(options.database, status);
    }
    migrate::StartPolicy policy;
    policy.who_migrates = who;
    const migrate::StartReport report = migrate::start_up(options, policy);
    log.write(LogLevel::info, "schema_ready", version_text(report.state),
              {{"applied", static_cast<std::int64_t>(report.steps.size())},
               {"standing", std::string(migrate::name_of(report.standing))}});
}

}  // namespace

migrate::Options migration_options(const Config& config) {
    migrate::Options options;
    options.database = config.database_url;
    options.path = config.migrations_path;
    if (options.path.empty())
        options.source = "embedded://aether";
    return options;
}

StartEnd migrate_at_start(const Config& config, JsonLog& log, const migrate::StopTokens& stop) {
    if (!config.migrations_path.empty())
        check_files(config.migrations_path);
    migrate::LogObserver observer([&log](const migrate::LogRecord& record) { log.write(record); });
    migrate::Options options = migration_options(config);
    options.stop = stop;
    options.observer = &observer;
    const auto deadline = std::chrono::steady_clock::now() + config.database_wait;
    for (std::chrono::milliseconds wait = kFirstPause;;
         wait = std::min<std::chrono::milliseconds>(2 * wait, kLongestPause)) {
        try {
            start_once(options, config.who_migrates, log);
            return StartEnd::ready;
        } catch (const migrate::Error& error) {
            if (error.code() == migrate::ErrorCode::cancelled && stop.finish.stop_requested())
                return StartEnd::stopped;
            if (!may_pass(error) || std::chrono::steady_clock::now() + wait > deadline)
                throw;
            log.write(LogLevel::warning, "waiting_for_database", error.what());
        }
        if (!pause(wait, stop.finish))
            return StartEnd::stopped;
    }
}

}  // namespace aether::server
