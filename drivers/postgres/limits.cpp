// SPDX-License-Identifier: MIT
// The server's own limits for this session: whose they are, and the statements that set ours.
#include "limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "errors.hpp"

namespace aether::migrate::postgres {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kIdleTimeout{60'000};
constexpr milliseconds kClientCheckInterval{1'000};

constexpr std::string_view kRead = R"sql(
SELECT s.name, s.setting, s.source, b.pid,
       (pg_catalog.date_part('epoch', b.backend_start) * 1000000::double precision)::bigint
FROM pg_catalog.pg_settings s
CROSS JOIN pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) b
WHERE s.name IN ('lock_timeout', 'idle_in_transaction_session_timeout', 'client_connection_check_interval',
                 'deadlock_timeout', 'DateStyle', 'extra_float_digits')
)sql";

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc{} && !text.empty() ? std::optional(number) : std::nullopt;
}

// The server's settings are 32-bit integers.
milliseconds bounded(milliseconds value) {
    return std::clamp(value, milliseconds{0}, milliseconds{std::numeric_limits<std::int32_t>::max()});
}

std::string set_text(std::string_view scope, std::string_view name, milliseconds value) {
    return fmt::format("SET {} {} = {}", scope, name, value.count());
}

}  // namespace

void SessionLimits::take(const PGresult* result, int row) {
    const std::string_view name = text_at(result, row, 0);
    take_format(name, text_at(result, row, 1), text_at(result, row, 2));
    const milliseconds value{number_of<std::int64_t>(text_at(result, row, 1)).value_or(0)};
    if (name == "deadlock_timeout")
        deadlock_timeout_ = value;
    for (Setting* setting : {&lock_, &idle_, &check_}) {
        if (name == setting->name) {
            setting->exists = true;
            setting->theirs = text_at(result, row, 2) != "default";
            setting->value = value;
        }
    }
    backend_ = Backend{number_of<int>(text_at(result, row, 3)).value_or(0),
                       number_of<std::int64_t>(text_at(result, row, 4))};
}

// lib/pq asks for both when it connects; libpq has no keyword for them, and poolers refuse its "options".
void SessionLimits::take_format(std::string_view name, std::string_view value, std::string_view source) {
    if (formats_ == Formats::of_the_server)
        return;
    if (name == "DateStyle" && value != "ISO, MDY")
        format_statements_.push_back({"SET SESSION datestyle = 'ISO, MDY'", {}});
    // From 1 on all are the same: as many digits as it takes. What the URL says is more than lib/pq's 2.
    if (name == "extra_float_digits" && source != "client" && number_of<int>(value).value_or(1) < 1)
        format_statements_.push_back({"SET SESSION extra_float_digits = 2", {}});
}

void SessionLimits::learn(Session& session, Binding binding, const spi::Wait& wait) {
    const ResultPointer result = session.run({std::string(kRead), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw bookkeeping_error(result.get(), session.error_style(), "read the session's limits");
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        take(result.get(), row);
    }
    wanders_ = binding == Binding::may_wander && backend_ && backend_->pid != PQbackendPID(session.raw());
    if (wanders_)
        backend_.reset();
    known_ = true;
}

void SessionLimits::prepare(Session& session, const spi::Limits& limits, Binding binding,
                            const spi::Wait& wait) {
    if (!known_)
        learn(session, binding, wait);
    explicit_lock_ = limits.table_lock_timeout.has_value();
    if (wanders_)
        return;
    const auto wanted = [](const Setting& setting, const std::optional<milliseconds>& given,
                           milliseconds fallback) -> std::optional<milliseconds> {
        if (given)
            return bounded(*given);
        return setting.theirs ? std::nullopt : std::optional(fallback);
    };
    struct Change {
        Setting* setting;
        std::optional<milliseconds> value;  ///< Nothing: as the session began.
    };
    // The one that a server may refuse is the last: what follows a refusal is not run.
    std::vector<Change> changes{
        {&idle_, wanted(idle_, limits.idle_timeout, kIdleTimeout)},
        {&check_, wanted(check_, limits.client_check_interval, kClientCheckInterval)}};
    // A limit on locks is set where it is needed; here only theirs comes back.
    if (lock_.theirs && !explicit_lock_)
        changes.insert(changes.begin(), {&lock_, std::nullopt});
    std::erase_if(changes, [](const Change& change) {
        const Setting& setting = *change.setting;
        return !setting.exists || change.value == setting.ours ||
               (!setting.ours && change.value == setting.value);
    });
    std::vector<spi::BoundStatement> statements = std::exchange(format_statements_, {});
    const std::size_t formats = statements.size();
    if (changes.empty() && formats == 0)
        return;
    for (const Change& change : changes) {
        const char* name = change.setting->name;
        statements.push_back(
            {change.value ? set_text("SESSION", name, *change.value) : fmt::format("RESET {}", name), {}});
    }
    const std::vector<ResultPointer> results = session.run_pipeline(statements, wait);
    for (std::size_t index = 0; index < results.size(); ++index) {
        const bool done = PQresultStatus(results[index].get()) == PGRES_COMMAND_OK;
        Change* change = index < formats ? nullptr : &changes[index - formats];
        if (done && change != nullptr) {
            change->setting->ours = change->value;
        } else if (change != nullptr && change->setting == &check_) {
            check_.exists = false;
        } else if (!done) {
            throw bookkeeping_error(results[index].get(), session.error_style(), statements[index].sql);
        }
    }
}

std::vector<spi::BoundStatement> SessionLimits::limit_locks(std::optional<milliseconds> lock,
                                                            spi::Scope scope) {
    const bool block = scope == spi::Scope::block;
    if (!known_ || (lock_.theirs && !explicit_lock_) || (wanders_ && !block)) {
        asked_.reset();
        return {};
    }
    const milliseconds value = bounded(lock.value_or(milliseconds{0}));
    asked_ = value;
    if (!block)
        lock_.ours = value;
    return {{set_text(block ? "LOCAL" : "SESSION", lock_.name, value), {}}};
}

}  // namespace aether::migrate::postgres
