// SPDX-License-Identifier: MIT
// A name for a session that outlives it, and the question whether the session is still there.
#include "session_name.hpp"

#include <cstddef>

#include <fmt/format.h>

namespace aether::migrate::postgres {

namespace {

// Two numbers; the server makes an integer of the first one.
bool is_name(std::string_view text) {
    const auto is_number = [](std::string_view word) {
        return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const std::size_t blank = text.find(' ');
    return blank <= 9 && is_number(text.substr(0, blank)) && is_number(text.substr(blank + 1));
}

}  // namespace

std::string name_of(const Backend& backend) {
    return backend.began ? fmt::format("{} {}", backend.pid, *backend.began) : std::string();
}

std::string session_name(Session& session, const spi::Wait& wait) {
    const ResultPointer result = session.run({fmt::format("SELECT {}", kOwnSessionName), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        return {};
    return std::string(text_at(result.get(), 0, 0));
}

spi::SessionState probe(Session& session, std::string_view name, const spi::Wait& wait) {
    if (!is_name(name))
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
