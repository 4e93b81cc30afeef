// SPDX-License-Identifier: MIT
// What a person types to go on with a run that ended early.
#include "command.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace aether::migrate::run {

namespace {

std::string with_limit(std::string_view verb, const std::optional<std::uint64_t>& limit) {
    return limit ? fmt::format("migrate {} {}", verb, *limit) : fmt::format("migrate {}", verb);
}

void count(std::optional<std::uint64_t>& limit) {
    if (limit.value_or(0) > 0)
        --*limit;
}

}  // namespace

std::string command_for(const Target& target) {
    if (const auto* up = std::get_if<UpTarget>(&target))
        return with_limit("up", up->limit);
    if (const auto* down = std::get_if<DownTarget>(&target))
        return with_limit("down", down->limit);
    return fmt::format("migrate goto {}", std::get<GotoTarget>(target).version.number);
}

std::string command_to_end(Direction direction) {
    return direction == Direction::up ? "migrate up" : "migrate down 1";
}

Target after_step(Target target, Direction direction) {
    if (auto* up = std::get_if<UpTarget>(&target); up != nullptr && direction == Direction::up)
        count(up->limit);
    if (auto* down = std::get_if<DownTarget>(&target); down != nullptr && direction == Direction::down)
        count(down->limit);
    return target;
}

Target target_of(const Plan& plan) {
    if (const std::optional<Version>& last = plan.steps.back().leads_to)
        return GotoTarget{*last};
    return DownTarget{plan.steps.size()};
}

}  // namespace aether::migrate::run
