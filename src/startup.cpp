// SPDX-License-Identifier: MIT
// How a server starts: decides by one look where it can, and otherwise migrates, waits or refuses.
#include <aether/migrate/startup.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/text.hpp>

#include "base/clock.hpp"
#include "run/skipped.hpp"

namespace aether::migrate {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Moment = std::chrono::steady_clock::time_point;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1000};
constexpr seconds kFirstReport{1};
constexpr seconds kReportEvery{10};

[[noreturn]] void refuse(ErrorCode code, std::string message, std::string state, std::string next) {
    ErrorDetails details;
    details.code = code;
    details.message = std::move(message);
    details.state = std::move(state);
    details.next = std::move(next);
    throw Error(std::move(details));
}

std::string describe_ahead(const Status& status) {
    return fmt::format("the database is at version {}, and the newest migration here is {}",
                       to_string(status.state.version), to_string(status.newest));
}

std::string describe_pending(const Status& status) {
    const std::size_t count = status.pending.size();
    return fmt::format("{} migration{} missing: the database is at {}, and the newest migration here is {}",
                       count, count == 1 ? " is" : "s are", in_words(status.state.version),
                       to_string(status.newest));
}

void check_source(const Status& status) {
    if (!status.newest) {
        refuse(ErrorCode::no_such_migration, "the source holds no migration", "nothing was changed",
               "check where the migrations are: -path, or MIGRATIONS_PATH");
    }
}

// Whether the look is enough to serve: clean, and nothing is missing.
bool is_ready(const Status& status) {
    return !status.state.dirty &&
           (status.standing == Standing::up_to_date || status.standing == Standing::ahead);
}

[[noreturn]] void refuse_unready(const Status& status, const std::string& waited) {
    if (status.state.dirty) {
        refuse(
            ErrorCode::dirty,
            fmt::format("Dirty database version {}. Fix and force version.", to_string(status.state.version)),
            "a migration is under way in another process, or was cut off" + waited,
            "wait for its end; if there is none: migrate repair -explain");
    }
    if (status.standing == Standing::strayed) {
        refuse(ErrorCode::no_such_migration,
               fmt::format("the database is at version {}, which has no file here, though newer ones are",
                           to_string(status.state.version)),
               "nothing was changed", "put the missing file back, or start a build that has it");
    }
    refuse(ErrorCode::schema_outdated, describe_pending(status),
           "this process was told not to migrate" + waited, "migrate up");
}

class Start {
public:
    Start(Options options, const StartPolicy& policy)
        : observer_(options.observer),
          stop_(options.stop.finish),
          deadline_(options.deadline),
          policy_(policy),
          migrator_(std::move(options)) {}

    StartReport run() {
        const Status status = migrator_.status();
        check_source(status);
        if (is_ready(status))
            return accept(status);
        switch (policy_.who_migrates) {
            case WhoMigrates::migrate:
                return migrate(status);
            case WhoMigrates::wait:
                return accept(wait(status));
            case WhoMigrates::verify_only:
                break;
        }
        refuse_unready(status, "");
    }

private:
    StartReport accept(const Status& status) {
        for (const PendingMigration& skipped : status.skipped)
            warn(run::describe_skipped(skipped.file, status.state));
        if (status.standing == Standing::ahead)
            judge_ahead(status);
        return {status.state, status.newest, status.standing, {}};
    }

    void judge_ahead(const Status& status) const {
        switch (policy_.when_ahead) {
            case WhenAhead::serve:
                return;
            case WhenAhead::warn:
                warn(describe_ahead(status) + ": a newer build has migrated it");
                return;
            case WhenAhead::refuse:
                refuse(ErrorCode::no_such_migration, "this build is too old: " + describe_ahead(status),
                       "nothing was changed", "start a build that has the missing files");
        }
    }

    void warn(const std::string& text) const {
        if (observer_ != nullptr)
            observer_->warning(text);
    }

    StartReport migrate(const Status& status) {
        Report report;
        try {
            report = migrator_.up();
        } catch (const Error& error) {
            // Under the lock it may turn out that a newer build has just migrated.
            if (error.code() != ErrorCode::no_such_migration)
                throw;
            const Status now = migrator_.status();
            if (!is_ready(now))
                throw;
            return accept(now);
        }
        if (report.end == RunEnd::stopped) {
            refuse(ErrorCode::cancelled, "stopped before all migrations were run",
                   fmt::format("the database is at {}, clean", in_words(report.state.version)), "migrate up");
        }
        return {report.state, status.newest, Standing::up_to_date, std::move(report.steps)};
    }

    Status wait(Status status) {
        const Moment start = clock_.now();
        const seconds limit = std::min(policy_.wait_for, kLongestWait);
        const Moment end = start + limit;
        Moment next_report = start + kFirstReport;
        milliseconds pause = kFirstPause;
        while (!is_ready(status)) {
            const Moment now = clock_.now();
            const bool hopeless = status.standing == Standing::strayed && !status.state.dirty;
            if (hopeless || now >= end)
                refuse_unready(status, fmt::format("; waited {}", to_text(limit)));
            if (now >= next_report) {
                warn(describe_wait(status, std::chrono::floor<seconds>(now - start)));
                next_report = now + kReportEvery;
            }
            const Moment wake_up = std::min({now + pause, end, deadline_.value_or(end)});
            clock_.sleep(std::chrono::ceil<milliseconds>(wake_up - now), stop_);
            if (stop_.stop_requested() || clock_.now() >= deadline_.value_or(Moment::max())) {
                refuse(ErrorCode::cancelled, "stopped while waiting for another process to migrate",
                       "nothing was changed", "");
            }
            pause = std::min(pause * 2, kLongestPause);
            status = migrator_.status();
        }
        return status;
    }

    static std::string describe_wait(const Status& status, seconds waited) {
        return fmt::format("waiting for another process to migrate for {}: {}", to_text(waited),
                           status.state.dirty ? "the version row is dirty" : describe_pending(status));
    }

    Observer* observer_;
    std::stop_token stop_;
    std::optional<Moment> deadline_;
    StartPolicy policy_;
    SystemClock clock_;
    Migrator migrator_;
};

}  // namespace

StartReport start_up(Options options, const StartPolicy& policy) {
    return Start(std::move(options), policy).run();
}

}  // namespace aether::migrate
