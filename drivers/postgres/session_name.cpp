// SPDX-License-Identifier: MIT
// A name for a session that outlives it, and the question whether the session is still there.
#include "session_name.hpp"

#include <cstddef>

namespace aether::migrate::postgres {

namespace {

// A server that was started again has other starts, also under the same numbers. Microseconds since 1970 fit
// the 53 bits of a double; a cast to numeric would keep 15 digits of them only.
constexpr std::string_view kName = R"sql(
SELECT pg_catalog.format('%s %s', a.pid, pg_catalog.round(
           EXTRACT(epoch FROM a.backend_start)::pg_catalog.float8 OPERATOR(pg_catalog.*) 1000000::pg_catalog.float8
       )::pg_catalog.int8)
FROM pg_catalog.pg_stat_activity a
WHERE a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND a.backend_start IS NOT NULL
)sql";

constexpr std::string_view kProbe = R"sql(
SELECT pg_catalog.round(
           EXTRACT(epoch FROM a.backend_start)::pg_catalog.float8 OPERATOR(pg_catalog.*) 1000000::pg_catalog.float8
       )::pg_catalog.int8 OPERATOR(pg_catalog.=) $2::pg_catalog.int8
FROM pg_catalog.pg_stat_activity a
WHERE a.pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4
)sql";

}  // namespace

std::string session_name(Session& session, const spi::Wait& wait) {
    const ResultPointer result = session.run({std::string(kName), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) == 0)
        return {};
    return std::string(text_at(result.get(), 0, 0));
}

spi::SessionState probe(Session& session, std::string_view name, const spi::Wait& wait) {
    const std::size_t blank = name.find(' ');
    if (blank == std::string_view::npos)
        return spi::SessionState::unknown;
    const ResultPointer result = session.run(
        {std::string(kProbe), {std::string(name.substr(0, blank)), std::string(name.substr(blank + 1))}},
        wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        return spi::SessionState::unknown;
    if (PQntuples(result.get()) == 0)
        return spi::SessionState::gone;
    if (PQgetisnull(result.get(), 0, 0) != 0)
        return spi::SessionState::unknown;
    return text_at(result.get(), 0, 0) == "t" ? spi::SessionState::alive : spi::SessionState::gone;
}

}  // namespace aether::migrate::postgres
