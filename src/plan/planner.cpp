// SPDX-License-Identifier: MIT
// Decides which migrations a command runs, in golang-migrate's order and with its refusals.
#include "planner.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

constexpr std::string_view kCheckThePath = "check -path or MIGRATIONS_PATH";

[[noreturn]] void refuse(ErrorCode code, std::string message, std::string state, std::string next) {
    ErrorDetails details;
    details.code = code;
    details.message = std::move(message);
    details.state = std::move(state);
    details.next = std::move(next);
    throw Error(std::move(details));
}

std::string force_command(const CatalogEntry* entry) {
    return fmt::format("migrate force {}",
                       to_string(entry == nullptr ? std::nullopt : std::optional(entry->version)));
}

// The row names the version that the unfinished step leads to. Which step that was it does not tell: an up of
// that version, or a down of the one above it.
[[noreturn]] void refuse_dirty(const Catalog& catalog, const std::optional<Version>& version) {
    const std::string number = to_string(version);
    std::string state;
    std::string next;
    if (version) {
        state = fmt::format("version {} is marked dirty: an up of {} or a down to {} was not finished",
                            number, number, number);
        next = fmt::format(
            "look at what was applied, mend it by hand, then type \"migrate force {}\" if version {} is "
            "complete now, or \"{}\" if nothing of it is there",
            number, number, force_command(catalog.previous(*version)));
    } else {
        state = "version -1 (no migration) is marked dirty: the down of the first migration was not finished";
        next = fmt::format(
            "look at what was undone, mend it by hand, then type \"migrate force -1\" if all of it is "
            "undone now, or \"{}\" if nothing is",
            force_command(catalog.next(std::nullopt)));
    }
    refuse(ErrorCode::dirty, fmt::format("Dirty database version {}. Fix and force version.", number),
           std::move(state), std::move(next));
}

void check_exists(const Catalog& catalog, const Version& version, std::string_view place) {
    if (catalog.find(version) == nullptr) {
        const std::string number = to_string(version);
        refuse(
            ErrorCode::no_such_migration,
            fmt::format("no migration found for version {}: read down for version {} .: file does not exist",
                        number, number),
            fmt::format("in {}: there is no file of version {}", place, number), std::string(kCheckThePath));
    }
}

PlannedStep make_step(const CatalogEntry& entry, Direction direction, std::optional<Version> leads_to) {
    PlannedStep step;
    step.version = entry.version;
    step.direction = direction;
    step.leads_to = leads_to;
    if (const std::optional<Half>& half = entry.half(direction)) {
        step.title = half->title;
        step.file = half->file;
    } else {
        step.reason = StepReason::missing_file;
    }
    return step;
}

PlannedStep make_down_step(const Catalog& catalog, const CatalogEntry& entry) {
    const CatalogEntry* const previous = catalog.previous(entry.version);
    return make_step(entry, Direction::down,
                     previous == nullptr ? std::nullopt : std::optional(previous->version));
}

// The step in a direction from a version; nothing where there is none.
std::optional<PlannedStep> find_step(const Catalog& catalog, const std::optional<Version>& current,
                                     Direction direction) {
    if (direction == Direction::up) {
        const CatalogEntry* const entry = catalog.next(current);
        return entry == nullptr ? std::nullopt
                                : std::optional(make_step(*entry, Direction::up, entry->version));
    }
    const CatalogEntry* const entry = current ? catalog.find(*current) : nullptr;
    return entry == nullptr ? std::nullopt : std::optional(make_down_step(catalog, *entry));
}

// Makes the plans of one state; one function for each kind of target.
class Planner {
public:
    Planner(const Catalog& catalog, const VersionState& state, std::string_view place)
        : catalog_(catalog), current_(state.version), place_(place) {}

    Plan operator()(const UpTarget& target) {
        check_current();
        if (!current_ && catalog_.entries().empty()) {
            refuse(ErrorCode::no_such_migration, "first .: file does not exist",
                   fmt::format("in {}: there are no migration files", place_), std::string(kCheckThePath));
        }
        const CatalogEntry* entry = catalog_.next(current_);
        if (entry == nullptr && target.limit) {
            refuse(ErrorCode::no_such_migration, "file does not exist",
                   fmt::format("in {}: version {} is the last one", place_, to_string(current_)),
                   std::string(kCheckThePath));
        }
        while (entry != nullptr && is_below(target.limit)) {
            step_up(*entry);
            entry = catalog_.next(current_);
        }
        return finish(target.limit);
    }

    Plan operator()(const DownTarget& target) {
        check_current();
        if (!current_ && target.limit) {
            refuse(ErrorCode::no_such_migration, "file does not exist",
                   fmt::format("in {}: no migration is applied, so there is none to undo", place_),
                   "migrate up");
        }
        while (current_ && is_below(target.limit)) {
            step_down();
        }
        return finish(target.limit);
    }

    Plan operator()(const GotoTarget& target) {
        check_current();
        check_exists(catalog_, target.version, place_);
        while (!current_ || *current_ < target.version) {
            step_up(*catalog_.next(current_));
        }
        while (*current_ > target.version) {
            step_down();
        }
        return std::move(plan_);
    }

private:
    void check_current() const {
        if (current_) {
            check_exists(catalog_, *current_, place_);
        }
    }

    bool is_below(const std::optional<std::uint64_t>& limit) const {
        return !limit || plan_.steps.size() < *limit;
    }

    void step_up(const CatalogEntry& entry) { add(make_step(entry, Direction::up, entry.version)); }
    void step_down() { add(make_down_step(catalog_, *catalog_.find(*current_))); }

    void add(PlannedStep step) {
        current_ = step.leads_to;
        plan_.steps.push_back(std::move(step));
    }

    Plan finish(const std::optional<std::uint64_t>& limit) {
        plan_.short_by = limit ? *limit - plan_.steps.size() : 0;
        return std::move(plan_);
    }

    const Catalog& catalog_;
    std::optional<Version> current_;  // Where the plan has come to.
    std::string_view place_;          // Belongs to the caller of make_plan, which outlives this object.
    Plan plan_;
};

// golang-migrate answers "no change" to a limit of 0 before it looks at anything.
bool asks_nothing(const Target& target) {
    const auto* const up = std::get_if<UpTarget>(&target);
    const auto* const down = std::get_if<DownTarget>(&target);
    return (up != nullptr && up->limit == 0U) || (down != nullptr && down->limit == 0U);
}

}  // namespace

Plan make_plan(const Catalog& catalog, const VersionState& state, const Target& target,
               std::string_view place) {
    if (asks_nothing(target)) {
        return {};
    }
    if (state.dirty) {
        refuse_dirty(catalog, state.version);
    }
    return std::visit(Planner(catalog, state, place), target);
}

std::string find_difference(const Catalog& catalog, const Plan& plan) {
    std::optional<Version> current = plan.from.version;
    for (const PlannedStep& step : plan.steps) {
        const std::optional<PlannedStep> now = find_step(catalog, current, step.direction);
        const std::string planned =
            fmt::format("the {} of {}", name_of(step.direction), in_words(step.version));
        if (!now)
            return fmt::format("{} is planned, and there is no such file now", planned);
        if (now->version != step.version || now->leads_to != step.leads_to) {
            return fmt::format("{} is planned, and now that of {} comes first", planned,
                               in_words(now->version));
        }
        if (now->file != step.file) {
            return fmt::format("the file of {} was {}, and now it is {}", planned,
                               step.file.empty() ? "missing" : step.file,
                               now->file.empty() ? "missing" : now->file);
        }
        current = step.leads_to;
    }
    return "";
}

std::vector<Version> find_skipped(const Catalog& catalog, const VersionState& state,
                                  const std::vector<Version>& applied) {
    std::vector<Version> skipped;
    if (!state.version) {
        return skipped;
    }
    for (const CatalogEntry& entry : catalog.entries()) {
        if (entry.version >= *state.version) {
            break;
        }
        if (entry.up && !std::ranges::binary_search(applied, entry.version)) {
            skipped.push_back(entry.version);
        }
    }
    return skipped;
}

}  // namespace aether::migrate
