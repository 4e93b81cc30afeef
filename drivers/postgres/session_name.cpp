// SPDX-License-Identifier: MIT
// A name for a session that outlives it, and the question whether the session is still there.
#include "session_name.hpp"

#include <fmt/format.h>

#include "backend.hpp"

namespace aether::migrate::postgres {

std::string session_name(Session& session, const spi::Wait& wait) {
    const ResultPointer result = session.run({fmt::format("SELECT {}", kOwnSessionName), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        return {};
    return std::string(text_at(result.get(), 0, 0));
}

spi::SessionState probe(Session& session, std::string_view name, const spi::Wait& wait) {
    // The expression makes a number of the first word.
    const std::string_view pid = name.substr(0, name.find(' '));
    if (pid.empty() || pid.size() > 9 || pid.find_first_not_of("0123456789") != std::string_view::npos)
        return spi::SessionState::unknown;
    const ResultPointer result = session.run(
        {fmt::format("SELECT {}", fmt::format(kSessionState, "$1::text")), {std::string(name)}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        return spi::SessionState::unknown;
    const std::string_view state = text_at(result.get(), 0, 0);
    if (state == "alive")
        return spi::SessionState::alive;
    return state == "gone" ? spi::SessionState::gone : spi::SessionState::unknown;
}

}  // namespace aether::migrate::postgres
