// SPDX-License-Identifier: MIT
// Makes a planned step ready to run: reads its file once and decides how it runs.
#include "check.hpp"

#include <string>

#include "../migration/code.hpp"

namespace aether::migrate::run {

namespace {

CodeFile code_file(const CheckedStep& step, const std::string& path) {
    return {path, step.plan.version, step.plan.direction, step.facts.directives.code, step.facts.first_line};
}

}  // namespace

CheckedStep read_step(const RunContext& context, const PlannedStep& planned) {
    CheckedStep step;
    step.plan = planned;
    const auto start = context.clock.now();
    if (!planned.file.empty()) {
        step.facts =
            check_script(context.source, planned.file, context.connection.dialect(), context.settings);
        step.function = find_function(context.code, code_file(step, context.source.path_of(planned.file)));
    }
    const CatalogEntry* entry = context.catalog.find(planned.version);
    if (planned.direction == Direction::up && entry != nullptr && entry->down) {
        step.down_file = entry->down->file;
    }
    step.read = context.clock.now() - start;
    return step;
}

CheckedStep check_step(const RunContext& context, const PlannedStep& planned) {
    CheckedStep step = read_step(context, planned);
    if (step.facts.directives.code && step.function == nullptr)
        refuse_without_function(code_file(step, context.source.path_of(planned.file)));
    return step;
}

}  // namespace aether::migrate::run
