// SPDX-License-Identifier: MIT
// Runs a scenario again and again, each time with a fault one call later, and gathers what is wrong
// afterwards.
#include "fault_sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include <aether/migrate/error.hpp>
#include <aether/migrate/observer.hpp>

#include "../../src/history/layout.hpp"
#include "../../src/run/runner.hpp"
#include "../../src/source/memory.hpp"

namespace aether::migrate::crash {

namespace {

// More calls than any scenario has.
constexpr std::size_t kMostCalls = 1000;
// Nobody else is there: a lock that is not free is a violation.
constexpr std::chrono::seconds kLockTimeout{2};

class Listener final : public Observer {
public:
    std::vector<StepReport> finished;

private:
    void on_step_finished(const StepReport& step) override { finished.push_back(step); }
};

// What a process has besides its connection.
class Process {
public:
    Process(const Ground& ground, const Folder& folder, const spi::Dialect& dialect, spi::Settings settings)
        : source_(files_of(folder)),
          catalog_(make_catalog(source_.list(), source_.describe())),
          settings_(std::move(settings)),
          start_{history::table_names(settings_, dialect), std::nullopt},
          reopen_([&ground](const spi::Wait& wait) {
              return ground.database().driver->open(ground.url(), wait).connection;
          }) {}

    Account run(spi::Connection& connection, const Operation& operation) {
        Account account;
        try {
            account.report = dispatch(connection, operation);
            account.told = Told::success;
        } catch (const Error& error) {
            account.error = error.details();
            account.told = Told::failure;
        } catch (const Killed&) {
            account.told = Told::nothing;
        }
        account.finished = std::move(listener_.finished);
        return account;
    }

private:
    std::optional<Report> dispatch(spi::Connection& connection, const Operation& operation) {
        const run::RunContext context{connection, source_,      catalog_, settings_, start_, clock_,
                                      listener_,  kLockTimeout, {},       reopen_,   {}};
        if (const auto* target = std::get_if<Target>(&operation))
            return run::run_to(context, *target);
        if (const auto* force = std::get_if<Force>(&operation)) {
            run::force_to(context, force->version);
        } else {
            run::drop_all(context);
        }
        return std::nullopt;
    }

    MemorySource source_;
    Catalog catalog_;
    spi::Settings settings_;
    run::SessionStart start_;
    run::Reopen reopen_;
    SystemClock clock_;
    Listener listener_;
};

// A run of its own process and session, with a fault.
struct FaultyRun {
    Account account;
    std::string place;
    std::size_t locks_left = 0;  // while its session was still open
};

FaultyRun run_with_fault(const Ground& ground, const Folder& folder, const Operation& operation,
                         const Fault& fault, const Decorate& decorate) {
    const spi::Opened opened = ground.open();
    FaultyConnection faulty(*opened.connection, fault, ground.cut(*opened.connection));
    const std::unique_ptr<spi::Connection> decorated = decorate ? decorate(faulty) : nullptr;
    spi::Connection& connection = decorated ? *decorated : faulty;
    Process process(ground, folder, connection.dialect(), opened.settings);
    FaultyRun run;
    run.account = process.run(connection, operation);
    // Killed while it gave the lock back: nobody heard how it ended.
    if (faulty.killed()) {
        run.account.report.reset();
        run.account.told = Told::nothing;
    }
    run.place = faulty.place();
    // Here the connection of a process that was killed is still open; what it holds would end with the
    // process.
    if (!faulty.killed() || ground.has_sessions())
        run.locks_left = ground.count_locks();
    return run;
}

std::string words(const ErrorDetails& error) {
    return error.message + (error.state.empty() ? "" : " (" + error.state + ")");
}

}  // namespace

SweepOptions options_of_environment() {
    SweepOptions options;
    if (const char* asked = std::getenv("AETHER_CRASH_LONG"); asked != nullptr && *asked != '\0') {
        options.losses = {Loss::session, Loss::process};
        options.batches = {Batches::split};
    }
    return options;
}

FaultSweep::FaultSweep(const Ground& ground, const Scenario& scenario, SweepOptions options)
    : ground_(ground), scenario_(scenario), options_(std::move(options)) {
    if (!ground.has_sessions())
        options_.losses = {Loss::process};
}

Account FaultSweep::run_healthily(const Operation& operation) const {
    const spi::Opened opened = ground_.open();
    return Process(ground_, scenario_.folder, opened.connection->dialect(), opened.settings)
        .run(*opened.connection, operation);
}

void FaultSweep::prepare() const {
    ground_.clear();
    for (const Operation& operation : scenario_.before) {
        if (const Account account = run_healthily(operation); account.told != Told::success)
            throw std::runtime_error(scenario_.name + ": " + words(account.error));
    }
    if (!scenario_.interruption)
        return;
    Fault fault = *scenario_.interruption;
    if (!ground_.has_sessions())
        fault.loss = Loss::process;
    const FaultyRun run = run_with_fault(ground_, scenario_.folder, scenario_.interrupted, fault, {});
    if (run.place.empty())
        throw std::runtime_error(scenario_.name + ": the first run was not interrupted");
    if (scenario_.after_interruption)
        scenario_.after_interruption();
}

void FaultSweep::take_patterns() {
    prepare();
    start_ = ground_.look();
    if (const Account account = run_healthily(scenario_.operation); account.told != Told::success)
        throw std::runtime_error(scenario_.name + ", undisturbed: " + words(account.error));
    pattern_ = ground_.look();
}

Violations FaultSweep::judge_now(const Account& account, const Picture& now) const {
    if (scenario_.promise == Promise::recorded_is_applied) {
        Violations found = judge_records(ground_, scenario_.folder, now);
        for (std::string& violation : judge_account(account, start_, now)) {
            found.push_back(std::move(violation));
        }
        return found;
    }
    Violations half_done = compare(pattern_, now, Events::all);
    if (half_done.empty() || (account.told != Told::success && compare(start_, now, Events::all).empty()))
        return {};
    return half_done;
}

Violations FaultSweep::judge_and_repeat(const Account& account, const std::string& where) const {
    Violations found = judge_now(account, ground_.look());
    const Account again = run_healthily(scenario_.operation);
    if (again.told != Told::success)
        found.push_back("the next run needs a person: " + words(again.error));
    const Events events =
        std::holds_alternative<Force>(scenario_.operation) ? Events::last_of_each : Events::all;
    for (std::string& difference : compare(pattern_, ground_.look(), events)) {
        found.push_back(std::move(difference));
    }
    for (std::string& violation : found) {
        violation.insert(0, scenario_.name + ", " + where + ": ");
    }
    return found;
}

Violations FaultSweep::run_decorated() {
    take_patterns();
    prepare();
    const FaultyRun run =
        run_with_fault(ground_, scenario_.folder, scenario_.operation, {}, options_.decorate);
    const Picture now = ground_.look();
    Violations found = judge_records(ground_, scenario_.folder, now);
    for (const Violations& more :
         {judge_words(run.account.error, now), compare(pattern_, now, Events::all)}) {
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

FaultSweep::Reached FaultSweep::try_fault(const Fault& fault) {
    prepare();
    const FaultyRun run =
        run_with_fault(ground_, scenario_.folder, scenario_.operation, fault, options_.decorate);
    const std::string where = run.place.empty() ? "no fault" : run.place;
    for (std::string& violation : judge_and_repeat(run.account, where)) {
        result_.violations.push_back(std::move(violation));
    }
    if (run.locks_left > 0)
        result_.violations.push_back(scenario_.name + ", " + where + ": the run kept the lock");
    if (run.place.empty() && run.account.told != Told::success)
        result_.violations.push_back(scenario_.name + ", " + where + ": " + words(run.account.error));
    return run.place.empty() ? Reached::no : Reached::yes;
}

bool FaultSweep::is_enough() const {
    return !options_.until.empty() &&
           std::any_of(result_.violations.begin(), result_.violations.end(),
                       [this](const std::string& violation) {
                           return violation.find(options_.until) != std::string::npos;
                       });
}

void FaultSweep::sweep_calls(Fault fault) {
    for (fault.call = 1; fault.call <= kMostCalls; ++fault.call) {
        if (try_fault(fault) == Reached::no)
            return;
        ++result_.points;
        if (is_enough())
            return;
    }
    result_.violations.push_back(scenario_.name + ": there is no end of calls");
}

SweepResult FaultSweep::run() {
    result_ = {};
    take_patterns();
    for (const Loss loss : options_.losses) {
        for (const Batches batches : options_.batches) {
            for (const When when : {When::before, When::after}) {
                sweep_calls({.when = when, .loss = loss, .batches = batches});
                if (is_enough())
                    return std::move(result_);
            }
        }
    }
    return std::move(result_);
}

}  // namespace aether::migrate::crash
