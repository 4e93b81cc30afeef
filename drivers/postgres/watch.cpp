// SPDX-License-Identifier: MIT
// Looks, while a script waits, over a second session who stands in its way.
#include "watch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::postgres {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortest{100};
// Before deadlock_timeout (1 s unless somebody changed it), after which a deadlock is over.
constexpr milliseconds kFirstLook{900};
constexpr milliseconds kBetweenLooks{5'000};
// For connecting, and for each question.
constexpr milliseconds kPatience{1'000};
constexpr milliseconds kCancelPatience{200};
constexpr std::size_t kShownCharacters = 200;

// pg_blocking_pids() names holders and those who stand before us in the queue; 0 is a prepared transaction,
// whose locks have no process in pg_locks: there they are found by the lock's tag and a mode that conflicts.
// A lock of a prepared transaction is tied to its number by the lock on that number, which has the same
// virtualtransaction.
//
// A role that may not look into other sessions is shown neither type nor statement of an autovacuum worker.
// But of the processes that hold locks on tables only these have no user, and whether they prevent a
// wraparound follows from the table's age.
//
// No operator is applied to operands that it only fits by a cast: see look.cpp.
constexpr std::string_view kBlockers = R"sql(
WITH me AS MATERIALIZED (
    SELECT s.pid, pg_catalog.pg_blocking_pids(s.pid) AS blockers
    FROM pg_catalog.pg_stat_get_activity($1::integer) s
    WHERE $2::bigint IS NULL OR s.backend_start IS NULL
          OR (pg_catalog.date_part('epoch', s.backend_start) * 1000000::double precision)::bigint = $2::bigint
), wanted AS MATERIALIZED (
    SELECT l.* FROM me CROSS JOIN LATERAL (
        SELECT * FROM pg_catalog.pg_locks k
        WHERE k.pid = me.pid AND NOT k.granted AND pg_catalog.cardinality(me.blockers) > 0
        OFFSET 0) l
), prepared AS MATERIALIZED (
    SELECT l.* FROM me CROSS JOIN LATERAL (
        SELECT * FROM pg_catalog.pg_locks k WHERE k.pid IS NULL AND k.granted AND 0 = ANY (me.blockers)
        OFFSET 0) l
), conflicts (mode, held) AS (
    VALUES ('AccessShareLock', '{AccessExclusiveLock}'::text[]),
           ('RowShareLock', '{ExclusiveLock,AccessExclusiveLock}'),
           ('RowExclusiveLock', '{ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'),
           ('ShareUpdateExclusiveLock', '{ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,
             ExclusiveLock,AccessExclusiveLock}'),
           ('ShareLock', '{RowExclusiveLock,ShareUpdateExclusiveLock,ShareRowExclusiveLock,ExclusiveLock,
             AccessExclusiveLock}'),
           ('ShareRowExclusiveLock', '{RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,
             ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'),
           ('ExclusiveLock', '{RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,
             ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'),
           ('AccessExclusiveLock', '{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,
             ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}')
), found AS (
    SELECT coalesce(a.backend_type, CASE WHEN a.usesysid IS NULL THEN 'hidden' END) AS type, a.pid,
           a.usename::text AS who, a.application_name AS application,
           CASE WHEN a.client_port = -1 THEN 'local' ELSE pg_catalog.host(a.client_addr) END AS client,
           pg_catalog.left(a.query, 4000) AS query, a.state,
           pg_catalog.clock_timestamp() - a.xact_start AS age,
           a.usesysid IS NULL AND EXISTS (
               SELECT FROM wanted w JOIN pg_catalog.pg_class c ON c.oid = w.relation
               WHERE w.locktype = 'relation' AND c.relkind IN ('r', 'm', 't') AND (
                   pg_catalog.age(c.relfrozenxid) > least(
                       pg_catalog.current_setting('autovacuum_freeze_max_age')::integer,
                       (SELECT o.option_value::integer FROM pg_catalog.pg_options_to_table(c.reloptions) o
                        WHERE o.option_name = 'autovacuum_freeze_max_age'))
                   OR pg_catalog.mxid_age(c.relminmxid) > least(
                       pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::integer,
                       (SELECT o.option_value::integer FROM pg_catalog.pg_options_to_table(c.reloptions) o
                        WHERE o.option_name = 'autovacuum_multixact_freeze_max_age')))) AS overdue
    FROM (SELECT DISTINCT pg_catalog.unnest(blockers) AS pid FROM me) b
    JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
    UNION ALL
    SELECT 'prepared transaction', 0, p.owner::text, NULL, NULL, p.gid, 'prepared',
           pg_catalog.clock_timestamp() - p.prepared, false
    FROM pg_catalog.pg_prepared_xacts p
    WHERE p.transaction IN (
        SELECT n.transactionid
        FROM wanted w
        JOIN conflicts c ON c.mode = w.mode
        JOIN prepared h ON h.mode = ANY (c.held) AND h.locktype = w.locktype
             AND h.database IS NOT DISTINCT FROM w.database AND h.relation IS NOT DISTINCT FROM w.relation
             AND h.page IS NOT DISTINCT FROM w.page AND h.tuple IS NOT DISTINCT FROM w.tuple
             AND h.virtualxid IS NOT DISTINCT FROM w.virtualxid
             AND h.transactionid IS NOT DISTINCT FROM w.transactionid
             AND h.classid IS NOT DISTINCT FROM w.classid AND h.objid IS NOT DISTINCT FROM w.objid
             AND h.objsubid IS NOT DISTINCT FROM w.objsubid
        JOIN prepared n ON n.locktype = 'transactionid' AND n.virtualtransaction = h.virtualtransaction)
)
SELECT type, pid, who, application, client, query, state, pg_catalog.floor(pg_catalog.date_part('epoch', age)),
       overdue
FROM found
ORDER BY age DESC NULLS LAST, pid
LIMIT 20
)sql";

// The same server as the watched session's, also where the URL names several or a name has several addresses.
Parameters beside(const Session& watched, Parameters parameters) {
    std::erase_if(parameters.keywords, [](const auto& pair) {
        return pair.first == "host" || pair.first == "hostaddr" || pair.first == "port";
    });
    const auto add = [&parameters](const char* keyword, const char* value) {
        if (value != nullptr && *value != '\0')
            parameters.keywords.emplace_back(keyword, value);
    };
    add("host", PQhost(watched.raw()));
    add("hostaddr", PQhostaddr(watched.raw()));
    add("port", PQport(watched.raw()));
    return parameters;
}

spi::Blocker read_blocker(const PGresult* result, int row) {
    spi::Blocker blocker;
    const std::string_view query = text_at(result, row, 5);
    blocker.kind = kind_of(text_at(result, row, 0), query, text_at(result, row, 8) == "t");
    blocker.pid = std::strtoll(PQgetvalue(result, row, 1), nullptr, 10);
    blocker.user = text_at(result, row, 2);
    blocker.application = text_at(result, row, 3);
    blocker.client = text_at(result, row, 4);
    blocker.query = shown_query(query);
    blocker.state = text_at(result, row, 6);
    if (const std::string_view age = text_at(result, row, 7); !age.empty())
        blocker.age = fmt::format("{}s", age);
    return blocker;
}

std::string shown_duration(milliseconds duration) {
    return duration.count() % 1000 == 0 ? fmt::format("{} s", duration.count() / 1000)
                                        : fmt::format("{} ms", duration.count());
}

}  // namespace

spi::BlockerKind kind_of(std::string_view backend_type, std::string_view query, bool overdue) {
    if (backend_type == "prepared transaction")
        return spi::BlockerKind::prepared_transaction;
    const bool hidden = backend_type == "hidden";
    if (!hidden && backend_type != "autovacuum worker")
        return spi::BlockerKind::session;
    const bool says_so = query.find("(to prevent wraparound)") != std::string_view::npos;
    return says_so || (hidden && overdue) ? spi::BlockerKind::wraparound_vacuum
                                          : spi::BlockerKind::autovacuum;
}

std::string shown_query(std::string_view query) {
    std::string folded;
    for (const char character : query) {
        const bool blank = character == ' ' || (character >= '\t' && character <= '\r');
        if (!blank) {
            folded.push_back(character);
        } else if (!folded.empty() && folded.back() != ' ') {
            folded.push_back(' ');
        }
    }
    std::string shown = redact(folded);
    std::size_t characters = 0;
    const auto end = std::find_if(shown.begin(), shown.end(), [&characters](char byte) {
        const bool starts_character = (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
        return starts_character && ++characters > kShownCharacters;
    });
    shown.erase(end, shown.end());
    while (!shown.empty() && shown.back() == ' ') {
        shown.pop_back();
    }
    return shown;
}

void name_blockers(spi::ScriptFailure& failure, std::vector<spi::Blocker> blockers, milliseconds lock_timeout,
                   milliseconds deadlock_timeout) {
    // lock_not_available, deadlock_detected
    if (failure.sqlstate != "55P03" && failure.sqlstate != "40P01")
        return;
    failure.blockers = std::move(blockers);
    const bool autovacuum = std::ranges::any_of(failure.blockers, [](const spi::Blocker& blocker) {
        return blocker.kind == spi::BlockerKind::autovacuum;
    });
    if (autovacuum && lock_timeout > milliseconds{0} && lock_timeout < deadlock_timeout) {
        failure.hint.append(failure.hint.empty() ? "" : "; ")
            .append(
                fmt::format("a table-lock-timeout under deadlock_timeout ({}) never moves an autovacuum away",
                            shown_duration(deadlock_timeout)));
    }
}

void Watcher::start(WatchedScript script) {
    blockers_.clear();
    first_look_ = kFirstLook;
    if (script.lock_timeout > milliseconds{0})
        first_look_ = std::clamp(script.lock_timeout / 2, kShortest, kFirstLook);
    start_wait();
    script_.reset();
    if (script.backend)
        script_ = std::move(script);
}

void Watcher::start_wait() {
    look_at_ = first_look_;
    tell_at_ = first_look_;
}

void Watcher::stop() noexcept {
    session_.reset();
    script_.reset();
}

void Watcher::script_waits(milliseconds waited) {
    if (waited < std::exchange(waited_, waited))
        start_wait();
    if (!script_ || waited < look_at_)
        return;
    // A wait that ends by the limit must have been seen; a long text, which may wait for itself only, is
    // asked about less often.
    milliseconds pause = kBetweenLooks;
    if (script_->lock_timeout > milliseconds{0})
        pause = std::clamp(std::max(script_->lock_timeout / 2, waited / 20), kShortest, kBetweenLooks);
    look_at_ = waited + pause;
    blockers_ = look();
    if (blockers_.empty())
        return;
    const bool tell = waited >= tell_at_;
    if (tell)
        tell_at_ = waited + kBetweenLooks;
    look_at_ = std::min(look_at_, tell_at_);
    if (tell && listener_)
        listener_(blockers_);
}

std::vector<spi::Blocker> Watcher::look() {
    const auto bounded = [this] {
        spi::Wait wait = script_->wait;
        const auto limit = std::chrono::steady_clock::now() + kPatience;
        wait.deadline = std::min(wait.deadline.value_or(limit), limit);
        return wait;
    };
    std::vector<spi::Blocker> blockers;
    try {
        if (session_ == nullptr) {
            session_ = std::make_unique<Session>(beside(watched_, parameters_), bounded());
            session_->set_cancel_limit(kCancelPatience);
        }
        const Backend& backend = *script_->backend;
        const spi::Value began = backend.began ? spi::Value(std::to_string(*backend.began)) : std::nullopt;
        const ResultPointer result =
            session_->run({std::string(kBlockers), {std::to_string(backend.pid), began}}, bounded());
        if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
            stop();
            return {};
        }
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            blockers.push_back(read_blocker(result.get(), row));
        }
    } catch (const Error&) {
        // No connection left, a server that is too busy, a request to stop: the script goes on unwatched.
        stop();
    }
    return blockers;
}

}  // namespace aether::migrate::postgres
