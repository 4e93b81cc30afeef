// SPDX-License-Identifier: MIT
// The lock table of golang-migrate's pgx driver: its row as the mutex, and beside it a lease that says whose
// the row is and for how long.
#include "lease.hpp"

#include <array>
#include <random>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/client_name.hpp>
#include <aether/migrate/spi/lock_id.hpp>
#include <aether/migrate/spi/quote.hpp>

#include "backend.hpp"
#include "dialect.hpp"
#include "errors.hpp"
#include "lease_sql.hpp"
#include "rollback_guard.hpp"

namespace aether::migrate::postgres {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::string_view kSuffix = "_lease";
constexpr std::size_t kLongestName = 63;
// How long one heartbeat may take before its session is given up.
constexpr seconds kBeatLimit{10};
// How long unlocking may take: the row that stays then is taken over when its lease ends.
constexpr seconds kGiveBackLimit{10};

std::string random_token() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

// A name that gets too long is cut, between characters, and told apart by a number made of all of it.
std::string lease_name(const std::string& lock_table) {
    if (lock_table.size() + kSuffix.size() <= kLongestName)
        return lock_table + std::string(kSuffix);
    std::size_t kept = kLongestName - kSuffix.size() - 9;
    while (kept > 0 && (static_cast<unsigned char>(lock_table[kept]) & 0xC0U) == 0x80U) {
        --kept;
    }
    return fmt::format("{}_{:08x}{}", lock_table.substr(0, kept), spi::lock_id({}, lock_table), kSuffix);
}

}  // namespace

Lease::Obstacle Lease::obstacle_of(const PGresult* result) {
    const char* const field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string_view state = field == nullptr ? "" : field;
    if (state.empty())
        return Obstacle::none;
    // Somebody makes the same tables, or holds a lock on one: the caller asks again.
    for (const std::string_view passing : {"23505", "42P07", "42710", "XX000", "55P03", "40P01"}) {
        if (state == passing)
            return Obstacle::passing;
    }
    return state == "42P01" ? Obstacle::missing_table : Obstacle::none;
}

Lease::Block Lease::run_block(spi::BoundStatement statement, const spi::Wait& wait) {
    const std::array<spi::BoundStatement, 4> statements{
        spi::BoundStatement{std::string(lease_sql::kBegin), {}},
        spi::BoundStatement{std::string(lease_sql::kShortLocks), {}}, std::move(statement),
        spi::BoundStatement{"COMMIT", {}}};
    std::vector<ResultPointer> results = session_.run_pipeline(statements, wait);
    for (std::size_t index = 0; index < results.size(); ++index) {
        const ExecStatusType status = PQresultStatus(results[index].get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
            continue;
        const Obstacle obstacle = obstacle_of(results[index].get());
        if (obstacle == Obstacle::none)
            throw bookkeeping_error(results[index].get(), session_.error_style(), statements[index].sql);
        return {obstacle, nullptr, false};
    }
    return {Obstacle::none, std::move(results[2]),
            std::string_view(PQcmdStatus(results[3].get())) == "COMMIT"};
}

// golang-migrate makes the lock table in the current schema, even when the version table is elsewhere.
Lease::Tables Lease::tables(const spi::Look& look) const {
    const auto quote = [](std::string_view name) { return spi::quote_identifier(dialect(), name); };
    const std::string schema = quote(look.facts.schema) + ".";
    return {schema + quote(parameters_.lock_table), schema + quote(lease_name(parameters_.lock_table)),
            std::to_string(spi::lock_id({}, parameters_.lock_database.value_or(look.facts.database)))};
}

bool Lease::make_tables(const spi::Wait& wait) {
    const ResultPointer found = session_.run(
        {"SELECT pg_catalog.to_regclass($1) IS NOT NULL AND pg_catalog.to_regclass($2) IS NOT NULL",
         {tables_.lock, tables_.lease}},
        wait);
    if (PQresultStatus(found.get()) == PGRES_TUPLES_OK && text_at(found.get(), 0, 0) == "t")
        return true;
    const std::vector<spi::BoundStatement> statements{
        {fmt::format("CREATE TABLE IF NOT EXISTS {} (lock_id BIGINT NOT NULL PRIMARY KEY)", tables_.lock),
         {}},
        {fmt::format(R"sql(
CREATE TABLE IF NOT EXISTS {} (
    lock_id bigint NOT NULL PRIMARY KEY,
    token text NOT NULL,
    row_version text NOT NULL,
    owner text NOT NULL,
    session text NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
))sql",
                     tables_.lease),
         {}}};
    for (const spi::BoundStatement& statement : statements) {
        const RollbackGuard block(session_);
        if (run_block(statement, wait).obstacle != Obstacle::none)
            return false;
    }
    return true;
}

bool Lease::try_take(const spi::Look& look, bool wanders, const spi::Wait& wait) {
    if (held()) {
        if (is_still_ours(wait))
            return true;
        row_version_.clear();
    }
    tables_ = tables(look);
    role_ = look.facts.role;
    wanders_ = wanders;
    tables_exist_ = tables_exist_ || make_tables(wait);
    if (!tables_exist_)
        return false;
    if (take_free(wait))
        return true;
    const std::optional<LeaseHolder> holder = find_holder(look, wait);
    if (!holder || !holder->leased || !holder->expired)
        return false;
    // A live session may still be at work, and one that can't be seen too. One that wanders has no session to
    // ask for: its transactions fail at the row, and whatever else it began stands in the journal.
    if (holder->session_state != "gone" && holder->session_state != "wanders")
        return false;
    return take_over(*holder, wait);
}

bool Lease::is_still_ours(const spi::Wait& wait) const {
    const ResultPointer result = session_.run(check("true", {}), wait);
    return PQresultStatus(result.get()) == PGRES_TUPLES_OK && PQntuples(result.get()) == 1;
}

std::vector<spi::Value> Lease::new_lease() const {
    const char* const application = PQparameterStatus(session_.raw(), "application_name");
    return {tables_.id, token_,
            fmt::format("{}, {}", spi::client_name(), application == nullptr ? "" : application),
            std::string(wanders_ ? "true" : "false"),
            fmt::format("{} milliseconds", parameters_.lock_lease.count())};
}

bool Lease::take_free(const spi::Wait& wait) {
    token_ = random_token();
    return take_with({fmt::format(lease_sql::kTake, fmt::arg("lock", tables_.lock),
                                  fmt::arg("lease", tables_.lease), fmt::arg("session", kOwnSessionName)),
                      new_lease()},
                     wait);
}

bool Lease::take_over(const LeaseHolder& old, const spi::Wait& wait) {
    token_ = random_token();
    std::vector<spi::Value> values = new_lease();
    values.emplace_back(old.row_version);
    values.emplace_back(old.token);
    return take_with({fmt::format(lease_sql::kTakeOver, fmt::arg("lock", tables_.lock),
                                  fmt::arg("lease", tables_.lease), fmt::arg("session", kOwnSessionName)),
                      std::move(values)},
                     wait);
}

bool Lease::take_with(spi::BoundStatement statement, const spi::Wait& wait) {
    const RollbackGuard guard(session_);
    const Block block = run_block(std::move(statement), wait);
    tables_exist_ = block.obstacle != Obstacle::missing_table;
    if (!block.committed || PQntuples(block.result.get()) != 1)
        return false;
    row_version_ = text_at(block.result.get(), 0, 0);
    beat_ = Beat::resting;
    next_beat_ = steady_clock::now() + parameters_.lock_lease / 3;
    return true;
}

// An old lease that nobody took over is still ours: a takeover locks the row first, so it waits for this
// block. That is why the time does not count here, and a serializable block, which sees no heartbeat, may
// last longer than a lease.
spi::BoundStatement Lease::guard(const std::string& condition, std::vector<spi::Value> values) const {
    const std::size_t next = values.size() + 1;
    values.emplace_back(tables_.id);
    values.emplace_back(row_version_);
    return {
        fmt::format("SELECT 1 FROM {} l WHERE l.lock_id = ${}::bigint AND l.xmin = ${}::xid AND {} FOR SHARE",
                    tables_.lock, next, next + 1, condition),
        std::move(values)};
}

// The role counts when ts_stat() runs its text, not when the query is planned; see look.cpp for ts_stat().
spi::BoundStatement Lease::check(const std::string& condition, std::vector<spi::Value> values) const {
    const std::size_t next = values.size() + 1;
    values.emplace_back(role_);
    values.emplace_back(
        fmt::format("SELECT pg_catalog.array_to_tsvector(ARRAY['held']) FROM {} l"
                    " WHERE l.lock_id = {}::bigint AND l.xmin = '{}'::xid",
                    tables_.lock, tables_.id, row_version_));
    return {fmt::format("SELECT 1 FROM pg_catalog.ts_stat(CASE WHEN pg_catalog.set_config('role', ${}, true)"
                        " IS NOT NULL THEN ${}::text END) WHERE {}",
                        next, next + 1, condition),
            std::move(values)};
}

std::string Lease::heartbeat_text() const {
    return fmt::format(lease_sql::kBeatText, fmt::arg("limit", lease_sql::kShortLocks),
                       fmt::arg("lease", tables_.lease), fmt::arg("id", tables_.id),
                       fmt::arg("token", token_), fmt::arg("length", parameters_.lock_lease.count()));
}

void Lease::pulse() noexcept {
    const auto now = steady_clock::now();
    if (!held() || (beat_ == Beat::resting && now < next_beat_))
        return;
    try {
        if (beat_ == Beat::resting) {
            if (heartbeat_ == nullptr)
                heartbeat_ = std::make_unique<SideSession>(parameters_);
            beat_ = Beat::connecting;
            beat_limit_ = now + kBeatLimit;
        }
        SideSession::State state = heartbeat_->advance();
        if (beat_ == Beat::connecting && state == SideSession::State::idle) {
            heartbeat_->send(heartbeat_text());
            beat_ = Beat::sent;
            state = heartbeat_->advance();
        }
        const bool answered = beat_ == Beat::sent && state == SideSession::State::idle;
        if (!answered && state != SideSession::State::lost && now < beat_limit_)
            return;
        const bool renewed = answered && PQresultStatus(heartbeat_->result()) == PGRES_COMMAND_OK;
        if (!answered)
            heartbeat_.reset();
        beat_ = Beat::resting;
        next_beat_ = now + parameters_.lock_lease / (renewed ? 3 : 12);
    } catch (...) {
        // No memory: the lease may run out, and the guard sees whether anybody took it.
    }
}

void Lease::give_back() noexcept {
    heartbeat_.reset();
    if (!held())
        return;
    try {
        const RollbackGuard block(session_);
        const std::array<spi::BoundStatement, 4> statements{
            spi::BoundStatement{std::string(lease_sql::kBegin), {}},
            spi::BoundStatement{"SELECT pg_catalog.set_config('role', $1, true)", {role_}},
            spi::BoundStatement{fmt::format(lease_sql::kGiveBack, fmt::arg("lock", tables_.lock),
                                            fmt::arg("lease", tables_.lease)),
                                {tables_.id, token_, row_version_}},
            spi::BoundStatement{"COMMIT", {}}};
        session_.run_pipeline(statements, {{}, steady_clock::now() + kGiveBackLimit});
    } catch (...) {
        // The session is lost or the table is: what stays of the lease runs out.
    }
    row_version_.clear();
}

std::optional<LeaseHolder> Lease::find_holder(const spi::Look& look, const spi::Wait& wait) {
    const Tables names = tables(look);
    const RollbackGuard guard(session_);
    const Block block = run_block(
        {fmt::format(lease_sql::kHolder, fmt::arg("lock", names.lock), fmt::arg("lease", names.lease),
                     fmt::arg("state", fmt::format(kSessionState, "e.session"))),
         {names.id}},
        wait);
    if (block.obstacle != Obstacle::none || PQntuples(block.result.get()) == 0)
        return std::nullopt;
    const auto cell = [&block](int column) { return std::string(text_at(block.result.get(), 0, column)); };
    LeaseHolder holder;
    holder.row_version = cell(0);
    holder.token = cell(1);
    holder.leased = !holder.token.empty();
    holder.expired = cell(2) == "t";
    holder.owner = cell(3);
    holder.session = cell(4);
    holder.session_state = cell(5);
    holder.heartbeat_age = cell(6);
    return holder;
}

std::string Lease::clearing(const spi::Look& look) const {
    const Tables names = tables(look);
    return fmt::format("DELETE FROM {} WHERE lock_id = {}", names.lock, names.id);
}

}  // namespace aether::migrate::postgres
