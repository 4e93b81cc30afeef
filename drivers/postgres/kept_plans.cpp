// SPDX-License-Identifier: MIT
// Which of the engine's own statements a session has the server keep parsed and planned.
#include "kept_plans.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace aether::migrate::postgres {

namespace {

constexpr std::size_t kMostPlans = 32;

bool mentions(std::string_view text, std::string_view lower_word) {
    const auto same = [](char in_text, char in_word) {
        const bool upper = in_text >= 'A' && in_text <= 'Z';
        return (upper ? static_cast<char>(in_text - 'A' + 'a') : in_text) == in_word;
    };
    return std::search(text.begin(), text.end(), lower_word.begin(), lower_word.end(), same) != text.end();
}

}  // namespace

void KeptPlans::before_text(std::string_view text) {
    if (!plans_.empty() && (mentions(text, "deallocate") || mentions(text, "discard")))
        plans_.clear();
}

KeptPlans::Manner KeptPlans::manner_of(const spi::BoundStatement& statement) {
    if (!on_ || statement.values.empty())
        return {};
    const auto found = plans_.find(statement.sql);
    if (found == plans_.end()) {
        if (plans_.size() < kMostPlans)
            plans_.emplace(statement.sql, Plan{});
        return {};
    }
    Plan& plan = found->second;
    if (!plan.known)
        plan.name = fmt::format("aether_migrate_{}", ++given_);
    return {plan.name, !plan.known};
}

void KeptPlans::learned(const spi::BoundStatement& statement) {
    const auto found = plans_.find(statement.sql);
    if (found != plans_.end())
        found->second.known = true;
}

}  // namespace aether::migrate::postgres
