// SPDX-License-Identifier: MIT
// Explains a dirty row that our journal knows nothing of: golang-migrate left it, or a person did.
#include "foreign.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/transaction.hpp"
#include "check.hpp"

namespace aether::migrate::run {

namespace {

// A file that may have been under way.
struct Candidate {
    CheckedStep step;
    std::optional<Version> untouched;  // the version when nothing of it is applied
};

std::optional<CheckedStep> checked(const RunContext& context, const CatalogEntry& entry,
                                   Direction direction) {
    PlannedStep step;
    step.version = entry.version;
    step.direction = direction;
    if (const std::optional<Half>& half = entry.half(direction)) {
        step.title = half->title;
        step.file = half->file;
    }
    return read_step(context, step);
}

std::vector<Candidate> find_candidates(const RunContext& context, const std::optional<Version>& current) {
    std::vector<Candidate> candidates;
    if (current) {
        if (const CatalogEntry* entry = context.catalog.find(*current)) {
            const CatalogEntry* previous = context.catalog.previous(*current);
            candidates.push_back({*checked(context, *entry, Direction::up),
                                  previous == nullptr ? std::nullopt : std::optional(previous->version)});
        }
    }
    if (const CatalogEntry* above = context.catalog.next(current))
        candidates.push_back({*checked(context, *above, Direction::down), above->version});
    return candidates;
}

std::string describe(const Candidate& candidate) {
    const CheckedStep& step = candidate.step;
    const std::string what =
        fmt::format("the {} of version {}", name_of(step.plan.direction), to_string(step.plan.version));
    if (step.facts.statements == 0)
        return fmt::format("{}: it has no statement, so nothing can be half done", what);
    if (step.facts.directives.code) {
        return fmt::format("{} ({}): written in C++, and {}", what, step.plan.file,
                           step.facts.mode == ScriptMode::transaction
                               ? "run as one transaction, so all of it is applied, or none"
                               : "not run as one transaction, so any part of it may be applied");
    }
    if (step.facts.mode == ScriptMode::transaction) {
        return fmt::format(
            "{} ({}): the database runs such a file as one transaction, so all of its {} statements "
            "are applied, or none",
            what, step.plan.file, step.facts.statements);
    }
    return fmt::format("{} ({}): not one transaction, so any of its {} statements may be applied", what,
                       step.plan.file, step.facts.statements);
}

}  // namespace

RepairReport repair_foreign(const RunContext& context, history::Store& store, RepairMode mode) {
    RepairReport report;
    report.before = report.after = store.state();
    const std::optional<Version> current = store.state().version;
    report.known.push_back(
        fmt::format("{} is marked dirty, and our journal knows nothing of it: "
                    "golang-migrate or a person marked it",
                    in_words(current)));
    const std::vector<Candidate> candidates = find_candidates(context, current);
    std::size_t empty = 0;
    std::string forces;
    for (const Candidate& candidate : candidates) {
        report.known.push_back("what may have been under way is " + describe(candidate));
        empty += candidate.step.facts.statements == 0 ? 1 : 0;
        forces += fmt::format(", \"migrate force {}\" if nothing of the {} of version {} is there",
                              to_string(candidate.untouched), name_of(candidate.step.plan.direction),
                              to_string(candidate.step.plan.version));
    }
    if (candidates.empty() || empty != candidates.size()) {
        report.settled = false;
        report.look_at = "what these files change, and what of it is there";
        report.next = fmt::format("\"migrate force {}\" if it is complete{}", to_string(current), forces);
        return report;
    }
    report.actions.push_back(fmt::format("mark {} clean: no statement can have been run", in_words(current)));
    if (mode == RepairMode::explain)
        return report;
    store.make_tables(waiting(context));
    history::Transaction transaction(context.connection, waiting(context));
    store.force(current, history::EventKind::repaired, waiting(context));
    transaction.commit(waiting(context));
    store.committed();
    report.after = store.state();
    return report;
}

}  // namespace aether::migrate::run
