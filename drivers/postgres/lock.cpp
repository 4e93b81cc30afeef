// SPDX-License-Identifier: MIT
// The migration lock: golang-migrate's advisory ids, or the row that its pgx driver can use instead, or both.
#include "lock.hpp"

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/lock_id.hpp>

#include "errors.hpp"
#include "rollback_guard.hpp"

namespace aether::migrate::postgres {

namespace {

constexpr std::chrono::seconds kUnlockLimit{10};

// Takes nothing in a backend that is not the expected one: a pooler stands in between.
constexpr std::string_view kTryBoth = R"sql(
SELECT CASE WHEN pg_catalog.pg_backend_pid() <> $3::integer THEN NULL
            WHEN NOT pg_catalog.pg_try_advisory_lock($1::bigint) THEN false
            WHEN $1::bigint = $2::bigint OR pg_catalog.pg_try_advisory_lock($2::bigint) THEN true
            ELSE NOT pg_catalog.pg_advisory_unlock($1::bigint) END
)sql";

constexpr std::string_view kUnlockBoth = R"sql(
SELECT pg_catalog.pg_advisory_unlock($1::bigint),
       $1::bigint = $2::bigint OR pg_catalog.pg_advisory_unlock($2::bigint)
)sql";

// Asks for both ids, which may be one.
constexpr std::string_view kIdsHeld = R"sql(
(pg_catalog.pg_backend_pid() = $3::integer
 AND (SELECT pg_catalog.count(*)
      FROM pg_catalog.pg_lock_status() l
      WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'advisory' AND l.granted
        AND l.classid = 0 AND l.objsubid = 1 AND l.objid::bigint IN ($1::bigint, $2::bigint))
     = CASE WHEN $1::bigint = $2::bigint THEN 1 ELSE 2 END)
)sql";

constexpr std::string_view kHolder = R"sql(
SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.client_addr::text, 'local'),
       coalesce(pg_catalog.left(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 200), ''),
       coalesce(pg_catalog.round(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.query_start))::text, '')
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid() AND {}
LIMIT 1
)sql";

constexpr std::string_view kHoldsId =
    "l.locktype = 'advisory' AND l.classid = 0 AND l.objsubid = 1 AND l.objid::bigint IN ($1::bigint, "
    "$2::bigint)";

// What nobody can insert a row beside.
constexpr std::string_view kHoldsTable =
    "l.locktype = 'relation' AND l.relation = pg_catalog.to_regclass($1)"
    " AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')";

spi::BoundStatement take_role(const std::string& role) {
    return {"SELECT pg_catalog.set_config('role', $1, true)", {role}};
}

}  // namespace

MigrationLock::MigrationLock(Session& session, const Parameters& parameters)
    : session_(session),
      parameters_(parameters),
      lease_(session, parameters),
      backend_(PQbackendPID(session.raw())) {
    if (parameters_.lock_strategy == LockStrategy::table)
        session_.on_wait([this](std::chrono::milliseconds /*waited*/) { lease_.pulse(); });
}

MigrationLock::Ids MigrationLock::ids(const spi::TableNames& tables, const spi::Look& look) const {
    const std::string& schema = tables.schema ? *tables.schema : look.facts.schema;
    const std::uint32_t library = spi::lock_id({schema, tables.version}, look.facts.database);
    if (!parameters_.lock_database)
        return {library, library};
    return {spi::lock_id({schema, tables.version}, *parameters_.lock_database), library};
}

// In a session that other clients share the ids would stay behind, and keep nobody out.
bool MigrationLock::uses_ids() const {
    return parameters_.lock_strategy == LockStrategy::advisory ||
           (parameters_.advisory_beside_table && !wanders());
}

void MigrationLock::meet_pooler(const spi::Wait& wait) {
    pooling_ = find_pooling(session_, parameters_, wait);
    if (pooling_ == Pooling::session)
        backend_ = backend_of(session_, wait);
    if (!wanders())
        return;
    if (parameters_.lock_strategy == LockStrategy::advisory) {
        pooling_.reset();
        throw transaction_pooler_error();
    }
    const char* const also = parameters_.advisory_beside_table
                                 ? "; golang-migrate, which knows the lock table with the scheme pgx only, "
                                   "is not kept out"
                                 : "";
    session_.tell({"WARNING",
                   fmt::format("a connection pooler in transaction mode stands in front of the database: the "
                               "lock is a row of {} alone{}",
                               parameters_.lock_table, also),
                   "what a file SETs for its session may reach the pooler's other clients, and the reverse",
                   ""});
}

bool MigrationLock::try_take(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait) {
    const bool by_row = parameters_.lock_strategy == LockStrategy::table;
    if (by_row && !pooling_)
        meet_pooler(wait);
    if (uses_ids() && !take_ids(ids(tables, look), wait))
        return false;
    if (!by_row)
        return true;
    try {
        if (lease_.try_take(look, wanders(), wait))
            return true;
    } catch (...) {  // whatever it was: half a lock must not stay
        free_ids();
        throw;
    }
    free_ids();
    return false;
}

bool MigrationLock::take_ids(const Ids& wanted, const spi::Wait& wait) {
    const auto ask = [&] {
        return session_.run(
            {std::string(kTryBoth),
             {std::to_string(wanted.command), std::to_string(wanted.library), std::to_string(backend_)}},
            wait);
    };
    ResultPointer result = ask();
    if (PQresultStatus(result.get()) == PGRES_TUPLES_OK && PQgetisnull(result.get(), 0, 0) != 0) {
        meet_pooler(wait);
        result = ask();
    }
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw bookkeeping_error(result.get(), session_.error_style(), "try lock");
    if (PQgetisnull(result.get(), 0, 0) != 0)
        throw transaction_pooler_error();
    if (text_at(result.get(), 0, 0) != "t")
        return false;
    held_ = wanted;
    if (!wanders())
        session_.keep_plans();
    return true;
}

std::vector<spi::Value> MigrationLock::held_values() const {
    return {std::to_string(held_->command), std::to_string(held_->library), std::to_string(backend_)};
}

std::optional<spi::BoundStatement> MigrationLock::check() const {
    if (lease_.held()) {
        return held_ ? lease_.check(std::string(kIdsHeld), held_values()) : lease_.check("true", {});
    }
    if (!held_)
        return std::nullopt;
    return spi::BoundStatement{fmt::format("SELECT 1 WHERE {}", kIdsHeld), held_values()};
}

std::vector<spi::BoundStatement> MigrationLock::guard(const std::string& role) const {
    if (lease_.held()) {
        lease_.pulse();  // where no statement lasts long enough to be waited for
        // The role in a statement of its own: the table's privileges are checked before the next one begins.
        return {take_role(role),
                held_ ? lease_.guard(std::string(kIdsHeld), held_values()) : lease_.guard("true", {})};
    }
    if (!held_)
        return {take_role(role)};
    // One statement for both: it is run for every migration.
    std::vector<spi::Value> values = held_values();
    values.emplace_back(role);
    return {{fmt::format("SELECT pg_catalog.set_config('role', $4, true) WHERE {}", kIdsHeld),
             std::move(values)}};
}

void MigrationLock::free_ids() {
    if (!held_)
        return;
    session_.run({std::string(kUnlockBoth), {std::to_string(held_->command), std::to_string(held_->library)}},
                 {{}, std::chrono::steady_clock::now() + kUnlockLimit});
    held_.reset();
}

void MigrationLock::give_back() noexcept {
    {
        // Inside a block that failed nothing can be unlocked.
        const RollbackGuard block(session_);
    }
    lease_.give_back();
    try {
        free_ids();
    } catch (...) {
        // The session is lost, and with it the advisory locks.
        held_.reset();
    }
}

std::optional<spi::LockHolder> MigrationLock::find_session(std::string_view condition,
                                                           std::vector<spi::Value> values,
                                                           const spi::Wait& wait) {
    const ResultPointer result = session_.run({fmt::format(kHolder, condition), std::move(values)}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) == 0)
        return std::nullopt;
    spi::LockHolder found;
    found.pid = std::strtoll(PQgetvalue(result.get(), 0, 0), nullptr, 10);
    found.user = text_at(result.get(), 0, 1);
    found.application = text_at(result.get(), 0, 2);
    found.client = text_at(result.get(), 0, 3);
    // What the server shows to a role that may not look into another role's session.
    if (const std::string_view query = text_at(result.get(), 0, 4); query != "<insufficient privilege>")
        found.query = query;
    if (const std::string_view age = text_at(result.get(), 0, 5); !age.empty())
        found.age = fmt::format("{}s", age);
    return found;
}

std::optional<spi::LockHolder> MigrationLock::row_holder(const spi::Look& look, const spi::Wait& wait) {
    const std::optional<LeaseHolder> row = lease_.find_holder(look, wait);
    if (!row)
        return find_session(kHoldsTable, {lease_.lock_table(look)}, wait);
    spi::LockHolder found;
    if (!row->leased) {
        found.query = fmt::format("a row in {} that is not ours; if no migration runs any more: {}",
                                  parameters_.lock_table, lease_.clearing(look));
        return found;
    }
    found.pid = std::strtoll(row->session.c_str(), nullptr, 10);
    found.application = row->owner;
    found.query =
        fmt::format("its last heartbeat in {} was {} s ago", parameters_.lock_table, row->heartbeat_age);
    if (!row->expired)
        return found;
    if (row->session_state == "alive")
        found.query +=
            ", but its session with the server is still there; it is waited for, or end that session";
    if (row->session_state == "unknown") {
        found.query += fmt::format(
            ", but this role may not see whether its session is still there; "
            "if no migration runs any more: {}",
            lease_.clearing(look));
    }
    return found;
}

std::optional<spi::LockHolder> MigrationLock::holder(const spi::TableNames& tables, const spi::Look& look,
                                                     const spi::Wait& wait) {
    std::optional<spi::LockHolder> found;
    if (uses_ids()) {
        const Ids wanted = ids(tables, look);
        found =
            find_session(kHoldsId, {std::to_string(wanted.command), std::to_string(wanted.library)}, wait);
    }
    if (!found && parameters_.lock_strategy == LockStrategy::table)
        found = row_holder(look, wait);
    return found;
}

}  // namespace aether::migrate::postgres
