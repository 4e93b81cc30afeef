// SPDX-License-Identifier: MIT
// The statements of the lock table and its lease, for fmt: {lock} and {lease} are the tables' quoted names.
#pragma once

#include <string_view>

namespace aether::migrate::postgres::lease_sql {

// Nobody holds these tables' locks for long but a `drop`; a statement that waits in the server hinders
// others.
inline constexpr std::string_view kShortLocks = "SET LOCAL lock_timeout = '1s'";
inline constexpr std::string_view kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

// golang-migrate's INSERT names no columns.
inline constexpr std::string_view kTake = R"sql(
WITH taken AS (
    INSERT INTO {lock} VALUES ($1::bigint)
    ON CONFLICT DO NOTHING
    RETURNING lock_id
)
INSERT INTO {lease} (lock_id, token, row_version, owner, session, heartbeat_at, expires_at)
SELECT t.lock_id, $2::text, (pg_catalog.txid_current() % 4294967296::bigint)::text, $3::text,
       CASE WHEN $4::boolean THEN '' ELSE {session} END,
       pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp() + $5::interval
FROM taken t
ON CONFLICT (lock_id) DO UPDATE
SET token = excluded.token, row_version = excluded.row_version, owner = excluded.owner,
    session = excluded.session, heartbeat_at = excluded.heartbeat_at, expires_at = excluded.expires_at
RETURNING row_version
)sql";

// The row first: whoever fences with it finishes before us, and fails after us. It stays, but gets a new
// xmin.
inline constexpr std::string_view kTakeOver = R"sql(
WITH mutex AS (
    SELECT l.lock_id
    FROM {lock} l
    WHERE l.lock_id = $1::bigint AND l.xmin = $6::xid
    FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE {lease} e
    SET token = $2::text, row_version = (pg_catalog.txid_current() % 4294967296::bigint)::text,
        owner = $3::text, session = CASE WHEN $4::boolean THEN '' ELSE {session} END,
        heartbeat_at = pg_catalog.clock_timestamp(), expires_at = pg_catalog.clock_timestamp() + $5::interval
    FROM mutex m
    WHERE e.lock_id = m.lock_id AND e.token = $7::text AND e.expires_at <= pg_catalog.clock_timestamp()
    RETURNING e.lock_id, e.row_version
)
UPDATE {lock} l
SET lock_id = l.lock_id
FROM moved m
WHERE l.lock_id = m.lock_id
RETURNING m.row_version
)sql";

// The row's version binds a lease to it: golang-migrate may have taken a row that a person cleared, beside a
// lease that is left from before.
inline constexpr std::string_view kHolder = R"sql(
SELECT l.xmin::text, coalesce(e.token, ''), coalesce(e.expires_at <= pg_catalog.clock_timestamp(), false),
       coalesce(e.owner, ''), coalesce(e.session, ''),
       CASE WHEN e.session = '' THEN 'wanders' ELSE {state} END,
       coalesce(pg_catalog.round(pg_catalog.date_part('epoch',
                    pg_catalog.clock_timestamp() - e.heartbeat_at))::text, '')
FROM {lock} l
LEFT JOIN {lease} e ON e.lock_id = l.lock_id AND e.row_version = l.xmin::text
WHERE l.lock_id = $1::bigint
)sql";

inline constexpr std::string_view kGiveBack = R"sql(
WITH mine AS (
    DELETE FROM {lease} e
    WHERE e.lock_id = $1::bigint AND e.token = $2::text
    RETURNING e.lock_id
)
DELETE FROM {lock} l
USING mine m
WHERE l.lock_id = m.lock_id AND l.xmin = $3::xid
)sql";

// Must never wait for our own open transaction, which may hold the lease's lock or the whole table's.
inline constexpr std::string_view kBeatText = R"sql(
{limit};
WITH mine AS (
    SELECT e.lock_id
    FROM {lease} e
    WHERE e.lock_id = {id} AND e.token = '{token}'
    FOR UPDATE SKIP LOCKED
)
UPDATE {lease} e
SET heartbeat_at = pg_catalog.clock_timestamp(),
    expires_at = pg_catalog.clock_timestamp() + '{length} milliseconds'::interval
FROM mine m
WHERE e.lock_id = m.lock_id
)sql";

}  // namespace aether::migrate::postgres::lease_sql
