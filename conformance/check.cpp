// SPDX-License-Identifier: MIT
// How a check ends early.
#include "check.hpp"

#include <fmt/format.h>

namespace aether::migrate::conformance {

namespace {

constexpr std::size_t kShownBytes = 200;

std::string shown(std::string_view text) {
    if (text.size() <= kShownBytes)
        return fmt::format("\"{}\"", text);
    return fmt::format("\"{}…\" ({} bytes)", text.substr(0, kShownBytes), text.size());
}

}  // namespace

void fail(const std::string& why) {
    throw Ending(Outcome::failed, why);
}

void not_claimed(const std::string& claim) {
    throw Ending(Outcome::not_applicable, claim);
}

void require(bool is_true, const std::string& what) {
    if (!is_true)
        fail(what);
}

void require_same(std::string_view seen, std::string_view expected, std::string_view what) {
    if (seen != expected)
        fail(fmt::format("{} is {}, expected {}", what, shown(seen), shown(expected)));
}

void require_same(std::uint64_t seen, std::uint64_t expected, std::string_view what) {
    if (seen != expected)
        fail(fmt::format("{}: {}, expected {}", what, seen, expected));
}

}  // namespace aether::migrate::conformance
