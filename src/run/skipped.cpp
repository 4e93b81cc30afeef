// SPDX-License-Identifier: MIT
// Files that were added late: below the current version, and never applied.
#include "skipped.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "../history/applied.hpp"
#include "../history/catch_up.hpp"
#include "../plan/planner.hpp"

namespace aether::migrate::run {

std::vector<Version> with_adoptions(const RunContext& context, const spi::Look& look,
                                    const VersionState& state, std::vector<Version> applied) {
    if (!history::moved_by_others(look))
        return applied;
    for (const history::Event& event :
         history::catch_up(context.catalog, look, applied, state.version, history::EventKind::adopted)) {
        if (event.direction == Direction::up && event.version)
            applied.push_back(*event.version);
    }
    std::sort(applied.begin(), applied.end());
    return applied;
}

std::vector<Version> find_skipped_by(const RunContext& context, const spi::Look& look,
                                     const VersionState& state, std::vector<Version> applied) {
    if (!look.history_rows)
        return {};
    return find_skipped(context.catalog, state, with_adoptions(context, look, state, std::move(applied)));
}

std::vector<Version> load_skipped(const RunContext& context, const spi::Look& look,
                                  const VersionState& state) {
    if (!look.history_rows || !state.version || history::all_applied(context.catalog, look, *state.version))
        return {};
    return find_skipped_by(
        context, look, state,
        history::load_applied(context.connection, context.start.tables, look, waiting(context)));
}

std::string describe_skipped(std::string_view file, const VersionState& state) {
    return fmt::format(
        "{} is below the current version {} and was never applied; "
        "it stays out until you go down below it and up again",
        file, to_string(state.version));
}

void warn_of_skipped(const RunContext& context, const VersionState& state,
                     const std::vector<Version>& skipped) {
    for (const Version version : skipped)
        context.observer.warning(describe_skipped(context.catalog.find(version)->up->file, state));
}

}  // namespace aether::migrate::run
