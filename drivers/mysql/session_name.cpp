// SPDX-License-Identifier: MIT
// A name for a session that outlives it, and the question whether the session is still there.
#include "session_name.hpp"

#include <chrono>
#include <random>
#include <vector>

#include <fmt/format.h>

namespace aether::migrate::mysql {

namespace {

constexpr std::string_view kMark = ", lock aether-";
constexpr std::size_t kDigits = 32;
constexpr std::chrono::seconds kForgetLimit{10};

// Nothing else may reach a statement: the journal is a table that others can write.
std::string_view lock_of(std::string_view name) {
    const std::size_t mark = name.find(kMark);
    if (mark == std::string_view::npos)
        return {};
    const std::string_view digits = name.substr(mark + kMark.size());
    if (digits.size() != kDigits || digits.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return {};
    return name.substr(mark + kMark.size() - std::string_view("aether-").size());
}

}  // namespace

std::string name_session(Session& session, const spi::Wait& wait) {
    std::random_device random;
    const std::string lock =
        fmt::format("aether-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
    const std::vector<spi::Rows> answers =
        session.ask(fmt::format("SELECT get_lock('{}', 0)", lock), "name the session", wait);
    const spi::Value& taken = answers.at(0).rows.at(0).at(0);
    return taken && *taken == "1" ? fmt::format("connection {}, lock {}", session.id(), lock) : std::string();
}

spi::SessionState probe(Session& session, std::string_view name, const spi::Wait& wait) {
    const std::string_view lock = lock_of(name);
    if (lock.empty())
        return spi::SessionState::unknown;
    const std::vector<spi::Rows> answers =
        session.ask(fmt::format("SELECT is_used_lock('{}')", lock), "ask for a session", wait);
    return answers.at(0).rows.at(0).at(0) ? spi::SessionState::alive : spi::SessionState::gone;
}

std::string renewal_of(std::string_view name) {
    return fmt::format("DO get_lock('{}', 0)", lock_of(name));
}

void forget_name(Session& session, std::string_view name) noexcept {
    const spi::Wait wait{{}, std::chrono::steady_clock::now() + kForgetLimit};
    try {
        session.ask(fmt::format("DO release_lock('{}')", lock_of(name)), "free the session's name", wait);
    } catch (...) {  // a lost session has lost its locks
    }
}

}  // namespace aether::migrate::mysql
