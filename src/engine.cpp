// SPDX-License-Identifier: MIT
// The facade: the only file that knows all folders.
#include <aether/migrate/migrate.hpp>

#include <algorithm>
#include <atomic>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <aether/migrate/drivers.hpp>
#include <aether/migrate/scratch.hpp>
#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>
#include <aether/migrate/url.hpp>

#include "../drivers/all.hpp"
#include "../sources/all.hpp"
#include "base/clock.hpp"
#include "history/layout.hpp"
#include "migration/catalog.hpp"
#include "migration/code.hpp"
#include "run/deadline.hpp"
#include "run/repair.hpp"
#include "run/runner.hpp"
#include "run/status.hpp"
#include "source/open.hpp"

namespace aether::migrate {

namespace {

[[noreturn]] void refuse_empty(std::string_view what, std::string_view remedy) {
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = "URL cannot be empty";
    details.state = fmt::format("no {} was given", what);
    details.next = remedy;
    throw Error(std::move(details));
}

std::unique_ptr<spi::Source> open_source_of(const Options& options) {
    if (!options.source.empty())
        return open_source(options.source, sources::all_sources());
    if (options.embedded != nullptr)
        return sources::open_constant(*options.embedded);
    if (options.path.empty())
        refuse_empty("source of migrations", "give -path DIR, or set MIGRATIONS_PATH");
    return sources::open_path(options.path);
}

Options checked(Options options) {
    const Limits& limits = options.limits;
    for (const auto& limit : {limits.table_lock_timeout, limits.retry_for, limits.statement_timeout,
                              limits.idle_timeout, limits.client_check_interval}) {
        if (limit && (*limit < std::chrono::milliseconds{0} || *limit > kLongestLimit)) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("a limit of {} ms: limits are from 0 to {} ms", limit->count(),
                                    kLongestLimit.count()));
        }
    }
    return options;
}

Catalog make_catalog_of(const Options& options, spi::Source& source) {
    Catalog catalog = make_catalog(source.list(), source.describe());
    check_code(options.code, catalog, source.describe());
    return catalog;
}

const spi::DriverInfo& driver_for(const Options& options, const std::string& scheme) {
    const spi::DriverInfo* driver = options.driver != nullptr ? options.driver : drivers::find_driver(scheme);
    if (driver == nullptr) {
        ErrorDetails details;
        details.code = ErrorCode::unknown_scheme;
        details.message = fmt::format("database driver: unknown driver {} (forgotten import?)", scheme);
        details.hint = fmt::format("this program knows: {}", fmt::join(database_schemes(), ", "));
        throw Error(std::move(details));
    }
    return *driver;
}

spi::Opened adopt_connection_of(const Options& options, const spi::Wait& wait) {
    const spi::DriverInfo& driver = driver_for(options, options.connection->scheme);
    if (driver.adopt == nullptr) {
        throw Error(ErrorCode::unsupported,
                    fmt::format("the driver {} can't use a connection that is open already: give a URL",
                                driver.name));
    }
    return driver.adopt(*options.connection, wait);
}

spi::Opened open_database_of(const Options& options, const spi::Wait& wait) {
    if (options.connection)
        return adopt_connection_of(options, wait);
    if (options.database.empty())
        refuse_empty("database", "give -database URL, or set DATABASE_URL");
    if (options.driver != nullptr)
        return options.driver->open(options.database, wait);
    return driver_for(options, scheme_of(options.database)).open(options.database, wait);
}

Observer& nobody() {
    static Observer silent;
    return silent;
}

const spi::ScratchServers& scratch_servers() {
    const spi::DriverInfo* driver = drivers::find_driver("scratch");
    if (driver == nullptr || driver->scratch == nullptr)
        throw Error(ErrorCode::unsupported, "no driver of this program can make scratch servers");
    return *driver->scratch;
}

}  // namespace

struct Migrator::Engine {
    explicit Engine(Options given)
        : options(checked(std::move(given))),
          source(open_source_of(options)),
          catalog(make_catalog_of(options, *source)),
          deadline(options.stop, options.deadline),
          reopen([this](const spi::Wait& wait) { return open_database_of(options, wait).connection; }),
          observer(options.observer == nullptr ? nobody() : *options.observer) {
        open();
        if (options.connection)
            database.connection.reset();  // seen to be usable; from here on it is the caller's again
    }

    /// Of a connection of the caller's anew for each operation: the caller may have changed its schema.
    void open() {
        spi::Opened opened = open_database_of(options, {deadline.tokens().roll_back, std::nullopt});
        start = {history::table_names(opened.settings, opened.connection->dialect()), std::nullopt};
        opened.connection->on_notice([this](const spi::Notice& notice) {
            observer.notice(
                {notice.severity, redact(notice.message), redact(notice.detail), redact(notice.hint)});
        });
        opened.connection->on_blocked(
            [this](const std::vector<spi::Blocker>& blockers) { observer.blocked(blockers); });
        database = std::move(opened);
    }

    run::RunContext context() {
        return {*database.connection,
                *source,
                catalog,
                database.settings,
                start,
                clock,
                observer,
                options.lock_timeout,
                options.limits,
                options.connection ? database.reopen : reopen,
                deadline.tokens(),
                options.code};
    }

    Options options;
    std::unique_ptr<spi::Source> source;
    Catalog catalog;
    run::Deadline deadline;
    spi::Opened database;  ///< Without a connection between two operations on a connection of the caller's.
    run::Reopen reopen;
    run::SessionStart start;
    SystemClock clock;
    Observer& observer;
    std::atomic<bool> at_work{false};
};

// Keeps the engine for as long as an operation lasts, and others away from it. A connection of the caller's
// is taken for that time, and given back at its end.
class Migrator::Operation {
public:
    explicit Operation(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
        if (engine_ == nullptr)
            throw Error(ErrorCode::invalid_argument, "this migrator was moved from: it can do nothing");
        if (engine_->at_work.exchange(true)) {
            throw Error(ErrorCode::invalid_argument,
                        "this migrator is at work: an operation of it has not ended");
        }
        if (engine_->options.connection)
            take_connection();
    }
    ~Operation() {
        if (engine_->options.connection)
            engine_->database.connection.reset();
        engine_->at_work = false;
    }
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    run::RunContext context() const { return engine_->context(); }

private:
    void take_connection() {
        try {
            engine_->open();
        } catch (...) {  // no destructor runs after a constructor that throws
            engine_->at_work = false;
            throw;
        }
    }

    std::shared_ptr<Engine> engine_;
};

Migrator::Migrator(Options options) : engine_(std::make_shared<Engine>(std::move(options))) {}
Migrator::~Migrator() = default;
Migrator::Migrator(Migrator&&) noexcept = default;
Migrator& Migrator::operator=(Migrator&&) noexcept = default;

VersionState Migrator::version() {
    return run::read_state(Operation(engine_).context());
}

Status Migrator::status() {
    return run::read_status(Operation(engine_).context());
}

std::vector<HistoryEntry> Migrator::history(std::size_t limit) {
    return run::read_history(Operation(engine_).context(), limit);
}

Report Migrator::up(std::optional<std::uint64_t> limit) {
    return run::run_to(Operation(engine_).context(), UpTarget{limit});
}

Report Migrator::down(std::optional<std::uint64_t> limit) {
    return run::run_to(Operation(engine_).context(), DownTarget{limit});
}

Report Migrator::go_to(Version version) {
    return run::run_to(Operation(engine_).context(), GotoTarget{version});
}

Plan Migrator::plan(const Target& target) {
    return run::preview(Operation(engine_).context(), target);
}

Report Migrator::run(const Plan& plan) {
    return run::run_plan(Operation(engine_).context(), plan);
}

void Migrator::force(std::optional<Version> version) {
    run::force_to(Operation(engine_).context(), version);
}

RepairReport Migrator::repair(RepairMode mode, Answer answer) {
    return run::repair(Operation(engine_).context(), mode, answer);
}

spi::DropPlan Migrator::plan_drop() {
    return run::plan_drop(Operation(engine_).context());
}

void Migrator::drop() {
    run::drop_all(Operation(engine_).context());
}

std::vector<std::string> database_schemes() {
    return drivers::known_schemes();
}

std::vector<Driver> list_drivers() {
    return drivers::list();
}

std::vector<std::string> source_schemes() {
    std::vector<std::string> schemes;
    for (const spi::SourceInfo& source : sources::all_sources()) {
        schemes.insert(schemes.end(), source.schemes.begin(), source.schemes.end());
    }
    std::sort(schemes.begin(), schemes.end());
    return schemes;
}

namespace scratch {

std::vector<Cluster> list() {
    return scratch_servers().list();
}

std::string url(std::string_view name) {
    return scratch_servers().url(name);
}

bool stop(std::string_view name) {
    return scratch_servers().stop(name);
}

void drop(std::string_view name) {
    scratch_servers().drop(name);
}

}  // namespace scratch

}  // namespace aether::migrate
