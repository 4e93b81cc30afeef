// SPDX-License-Identifier: MIT
// The process behind a session, and its name, which outlives it: a process number is used again, its start
// time is not.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aether::migrate::postgres {

/// The server's process that answers a session, by its real number: a pooler tells its clients another one.
struct Backend {
    int pid = 0;
    /// When it began, in microseconds of Unix time, for numbers are used again. Nothing: it is not shown.
    std::optional<std::int64_t> began;
};

/// An expression: the name of the session that runs it, "PID START" with the start in microseconds. Double
/// precision on every server, so that one start always gives one number.
inline constexpr std::string_view kOwnSessionName = R"sql(
(SELECT pg_catalog.format('%s %s', s.pid,
            (pg_catalog.date_part('epoch', s.backend_start) * 1000000::double precision)::bigint)
 FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) s)
)sql";

/// An expression over a name, {0}: 'alive', 'gone', or 'unknown' when the role may not see that session
/// or there is no name.
inline constexpr std::string_view kSessionState = R"sql(
CASE WHEN coalesce({0}, '') = '' THEN 'unknown'
     ELSE coalesce((SELECT CASE WHEN s.backend_start IS NULL THEN 'unknown'
                                WHEN (pg_catalog.date_part('epoch', s.backend_start)
                                      * 1000000::double precision)::bigint::text
                                     = pg_catalog.split_part({0}, ' ', 2) THEN 'alive'
                                ELSE 'gone' END
                    FROM pg_catalog.pg_stat_get_activity(pg_catalog.split_part({0}, ' ', 1)::integer) s), 'gone')
     END
)sql";

}  // namespace aether::migrate::postgres
