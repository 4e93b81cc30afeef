// SPDX-License-Identifier: MIT
// Makes a planned step ready to run: reads its file once and decides how it runs.
#include "check.hpp"

namespace aether::migrate::run {

CheckedStep check_step(const RunContext& context, const PlannedStep& planned) {
    CheckedStep step;
    step.plan = planned;
    const auto start = context.clock.now();
    if (!planned.file.empty()) {
        step.facts =
            check_script(context.source, planned.file, context.connection.dialect(), context.settings);
    }
    const CatalogEntry* entry = context.catalog.find(planned.version);
    if (planned.direction == Direction::up && entry != nullptr && entry->down) {
        step.down_file = entry->down->file;
    }
    step.read = context.clock.now() - start;
    return step;
}

}  // namespace aether::migrate::run
