// SPDX-License-Identifier: MIT
// The migration lock: golang-migrate's advisory ids, or the row that its pgx driver can use instead.
#include "lock.hpp"

#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/lock_id.hpp>

#include "errors.hpp"
#include "quote.hpp"

namespace aether::migrate::postgres {

namespace {

constexpr std::string_view kTryBoth = R"sql(
SELECT CASE WHEN NOT pg_catalog.pg_try_advisory_lock($1::bigint) THEN false
            WHEN $1::bigint = $2::bigint OR pg_catalog.pg_try_advisory_lock($2::bigint) THEN true
            ELSE NOT pg_catalog.pg_advisory_unlock($1::bigint) END
)sql";

constexpr std::string_view kUnlockBoth = R"sql(
SELECT pg_catalog.pg_advisory_unlock($1::bigint),
       $1::bigint = $2::bigint OR pg_catalog.pg_advisory_unlock($2::bigint)
)sql";

// Asks for both ids, which may be one.
constexpr std::string_view kHeld = R"sql(
SELECT {}
WHERE (SELECT pg_catalog.count(*)
       FROM pg_catalog.pg_lock_status() l
       WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'advisory' AND l.granted
         AND l.classid = 0 AND l.objsubid = 1 AND l.objid::bigint IN ($1::bigint, $2::bigint))
      = CASE WHEN $1::bigint = $2::bigint THEN 1 ELSE 2 END
)sql";

constexpr std::string_view kHolder = R"sql(
SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.client_addr::text, 'local'),
       coalesce(pg_catalog.left(pg_catalog.regexp_replace(a.query, '\s+', ' ', 'g'), 200), ''),
       coalesce(pg_catalog.round(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.query_start))::text, '')
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objsubid = 1
  AND l.objid::bigint IN ($1::bigint, $2::bigint) AND l.pid <> pg_catalog.pg_backend_pid()
LIMIT 1
)sql";

}  // namespace

MigrationLock::Ids MigrationLock::ids(const spi::TableNames& tables, const spi::Look& look) const {
    const std::string& schema = tables.schema ? *tables.schema : look.facts.schema;
    const std::uint32_t library = spi::lock_id({schema, tables.version}, look.facts.database);
    if (!parameters_.lock_database)
        return {library, library};
    return {spi::lock_id({schema, tables.version}, *parameters_.lock_database), library};
}

bool MigrationLock::try_take(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait) {
    if (parameters_.lock_strategy == LockStrategy::table)
        return try_take_row(look, wait);
    const Ids wanted = ids(tables, look);
    const spi::BoundStatement statement{std::string(kTryBoth),
                                        {std::to_string(wanted.command), std::to_string(wanted.library)}};
    const ResultPointer result = session_.run(statement, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
        throw bookkeeping_error(result.get(), session_.error_style(), "try lock");
    }
    if (text_at(result.get(), 0, 0) != "t")
        return false;
    held_ = wanted;
    return true;
}

// golang-migrate makes it in the current schema, even when the version table is elsewhere.
std::string MigrationLock::lock_table(const spi::Look& look) const {
    return quote(look.facts.schema) + "." + quote(parameters_.lock_table);
}

void MigrationLock::require(const ResultPointer& result, std::string_view statement) const {
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw bookkeeping_error(result.get(), session_.error_style(), statement);
}

// golang-migrate's table has this one column; its INSERT names no columns, so there can't be another.
void MigrationLock::make_lock_table(const std::string& table, const spi::Wait& wait) {
    const ResultPointer found = session_.run({"SELECT pg_catalog.to_regclass($1)", {table}}, wait);
    const bool missing =
        PQresultStatus(found.get()) == PGRES_TUPLES_OK && PQgetisnull(found.get(), 0, 0) != 0;
    if (missing) {
        const std::string make =
            fmt::format("CREATE TABLE IF NOT EXISTS {} (lock_id BIGINT NOT NULL PRIMARY KEY)", table);
        require(session_.run({make, {}}, wait), make);
    }
    row_table_exists_ = true;
}

bool MigrationLock::try_take_row(const spi::Look& look, const spi::Wait& wait) {
    const std::string table = lock_table(look);
    if (!row_table_exists_)
        make_lock_table(table, wait);
    const std::uint32_t id = spi::lock_id({}, parameters_.lock_database.value_or(look.facts.database));
    const std::string take = fmt::format("INSERT INTO {} VALUES ({}) ON CONFLICT DO NOTHING", table, id);
    const ResultPointer taken = session_.run({take, {}}, wait);
    require(taken, take);
    if (std::string_view(PQcmdTuples(taken.get())) != "1")
        return false;
    held_row_ = fmt::format("DELETE FROM {} WHERE lock_id = {}", table, id);
    return true;
}

std::optional<spi::BoundStatement> MigrationLock::check() const {
    if (!held_)
        return std::nullopt;
    return spi::BoundStatement{fmt::format(kHeld, "1"),
                               {std::to_string(held_->command), std::to_string(held_->library)}};
}

std::vector<spi::BoundStatement> MigrationLock::guard(const std::string& role) const {
    if (!held_)
        return {{"SELECT pg_catalog.set_config('role', $1, true)", {role}}};
    // One statement for both: it is run for every migration.
    return {{fmt::format(kHeld, "pg_catalog.set_config('role', $3, true)"),
             {std::to_string(held_->command), std::to_string(held_->library), role}}};
}

void MigrationLock::give_back() noexcept {
    try {
        // Inside a block that failed nothing can be unlocked.
        if (PQtransactionStatus(session_.raw()) != PQTRANS_IDLE)
            session_.run({"ROLLBACK", {}}, {});
        if (held_) {
            session_.run(
                {std::string(kUnlockBoth), {std::to_string(held_->command), std::to_string(held_->library)}},
                {});
        }
        if (held_row_)
            session_.run({*held_row_, {}}, {});
    } catch (...) {
        // The session is lost, and with it the advisory locks; a row of the lock table stays, as with
        // golang-migrate.
    }
    held_.reset();
    held_row_.reset();
}

std::optional<spi::LockHolder> MigrationLock::holder(const spi::TableNames& tables, const spi::Look& look,
                                                     const spi::Wait& wait) {
    if (parameters_.lock_strategy == LockStrategy::table) {
        spi::LockHolder row;
        row.query = fmt::format("a row in {}; if no migration runs any more, delete it", lock_table(look));
        return row;
    }
    const Ids wanted = ids(tables, look);
    const ResultPointer result = session_.run(
        {std::string(kHolder), {std::to_string(wanted.command), std::to_string(wanted.library)}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) == 0)
        return std::nullopt;
    spi::LockHolder found;
    found.pid = std::strtoll(PQgetvalue(result.get(), 0, 0), nullptr, 10);
    found.user = text_at(result.get(), 0, 1);
    found.application = text_at(result.get(), 0, 2);
    found.client = text_at(result.get(), 0, 3);
    found.query = text_at(result.get(), 0, 4);
    if (const std::string_view age = text_at(result.get(), 0, 5); !age.empty())
        found.age = fmt::format("{}s", age);
    return found;
}

}  // namespace aether::migrate::postgres
