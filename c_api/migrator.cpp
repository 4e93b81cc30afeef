// SPDX-License-Identifier: MIT
// Opening a source and a database and leading the one along the other, for C.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <aether/migrate/startup.hpp>

#include "guarded.hpp"
#include "handles.hpp"

using aether::migrate::Error;
using aether::migrate::ErrorCode;
using aether::migrate::Report;
using aether::migrate::Version;
using aether::migrate::c_api::guarded;

namespace {

aether::migrate::Options with_observer(aether::migrate::Options options,
                                       aether::migrate::Observer& observer) {
    options.observer = &observer;
    return options;
}

// The other way round: -1 stands for nothing.
std::optional<std::int64_t> number_from(std::int64_t number, const char* what) {
    if (number < -1)
        throw Error(ErrorCode::invalid_argument,
                    std::string(what) + " " + std::to_string(number) + " is below -1");
    return number == -1 ? std::nullopt : std::optional(number);
}

aether::migrate::StartPolicy policy_of(int when_ahead, int who, std::int64_t wait_seconds) {
    using aether::migrate::WhenAhead;
    using aether::migrate::WhoMigrates;
    if (when_ahead < AETHER_MIGRATE_SERVE || when_ahead > AETHER_MIGRATE_REFUSE)
        throw Error(ErrorCode::invalid_argument, "when_ahead " + std::to_string(when_ahead) + " is unknown");
    if (who < AETHER_MIGRATE_MIGRATE || who > AETHER_MIGRATE_WAIT)
        throw Error(ErrorCode::invalid_argument, "who " + std::to_string(who) + " is unknown");
    if (wait_seconds < 0 || wait_seconds > aether::migrate::c_api::kLongestWait)
        throw Error(ErrorCode::invalid_argument,
                    "wait_seconds " + std::to_string(wait_seconds) + " is not between 0 and a year");
    constexpr WhenAhead kWhenAhead[] = {WhenAhead::serve, WhenAhead::warn, WhenAhead::refuse};
    constexpr WhoMigrates kWho[] = {WhoMigrates::migrate, WhoMigrates::verify_only, WhoMigrates::wait};
    return {kWhenAhead[when_ahead], kWho[who], std::chrono::seconds(wait_seconds)};
}

template <typename Run>
int report_of(aether_migrate_report** report, aether_migrate_error** error, const Run& run) {
    return guarded(error, [&] {
        auto done = std::make_unique<aether_migrate_report>(run());
        if (report != nullptr)
            *report = done.release();
    });
}

}  // namespace

aether_migrate::aether_migrate(const aether_migrate_options& given)
    : listener(given.callbacks), migrator(with_observer(given.options, listener)) {}

int aether_migrate_open(const aether_migrate_options* options, aether_migrate** migrator,
                        aether_migrate_error** error) {
    return guarded(error, [&] { *migrator = new aether_migrate(*options); });
}

void aether_migrate_free(aether_migrate* migrator) {
    delete migrator;
}

int aether_migrate_version(aether_migrate* migrator, int64_t* version, int* dirty,
                           aether_migrate_error** error) {
    return guarded(error, [&] {
        const aether::migrate::VersionState state = migrator->migrator.version();
        *version = aether::migrate::c_api::number_of(state.version);
        *dirty = state.dirty ? 1 : 0;
    });
}

int aether_migrate_up(aether_migrate* migrator, int64_t limit, aether_migrate_report** report,
                      aether_migrate_error** error) {
    return report_of(report, error, [&] { return migrator->migrator.up(number_from(limit, "limit")); });
}

int aether_migrate_down(aether_migrate* migrator, int64_t limit, aether_migrate_report** report,
                        aether_migrate_error** error) {
    return report_of(report, error, [&] { return migrator->migrator.down(number_from(limit, "limit")); });
}

int aether_migrate_go_to(aether_migrate* migrator, int64_t version, aether_migrate_report** report,
                         aether_migrate_error** error) {
    return report_of(report, error, [&]() -> Report {
        const std::optional<std::int64_t> number = number_from(version, "version");
        if (!number)
            throw Error(ErrorCode::invalid_argument, "no version is no place to go to; revert all instead");
        return migrator->migrator.go_to(Version{*number});
    });
}

int aether_migrate_force(aether_migrate* migrator, int64_t version, aether_migrate_error** error) {
    return guarded(error, [&] {
        const std::optional<std::int64_t> number = number_from(version, "version");
        migrator->migrator.force(number ? std::optional(Version{*number}) : std::nullopt);
    });
}

int aether_migrate_drop(aether_migrate* migrator, aether_migrate_error** error) {
    return guarded(error, [&] { migrator->migrator.drop(); });
}

int aether_migrate_start_up(const aether_migrate_options* options, int when_ahead, int who,
                            int64_t wait_seconds, aether_migrate_report** report,
                            aether_migrate_error** error) {
    return report_of(report, error, [&] {
        aether::migrate::c_api::Listener listener(options->callbacks);
        aether::migrate::StartReport started = aether::migrate::start_up(
            with_observer(options->options, listener), policy_of(when_ahead, who, wait_seconds));
        Report done;
        done.steps = std::move(started.steps);
        done.state = started.state;
        return done;
    });
}
