// SPDX-License-Identifier: MIT
// Does the certain part of what follows a migration that was cut off, and explains the rest.
#include "repair.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/compat.hpp"
#include "command.hpp"
#include "foreign.hpp"
#include "progress.hpp"
#include "recover.hpp"

namespace aether::migrate::run {

namespace {

void refuse_answer(Answer answer) {
    if (answer == Answer::none)
        return;
    ErrorDetails details;
    details.code = ErrorCode::invalid_argument;
    details.message = "there is no open question that -applied or -not-applied could answer";
    details.state = "nothing was changed";
    details.next = "migrate repair -explain";
    throw Error(std::move(details));
}

// Of a migration that our journal tells of.
class JournalRepair {
public:
    JournalRepair(const RunContext& context, history::Store& store, RepairMode mode, Answer answer)
        : context_(context), store_(store), mode_(mode), answer_(answer), entry_(*store.journal()) {
        report_.before = report_.after = store.state();
    }

    RepairReport run() {
        report_.known.push_back(describe(entry_));
        if (mode_ == RepairMode::act) {
            session_ = context_.connection.session_name(waiting(context_));
            await_end_of(context_, entry_, session_);
        }
        if (entry_.state == history::JournalState::between) {
            refuse_answer(answer_);
        } else if (!settle_next()) {
            report_.settled = false;
            return std::move(report_);
        }
        conclude();
        return std::move(report_);
    }

private:
    // Returns false when it stays unknown what became of the statement.
    bool settle_next() {
        if (answer_ != Answer::none) {
            decide(entry_, answer_ == Answer::applied ? spi::Effect::present : spi::Effect::absent);
            report_.known.emplace_back(answer_ == Answer::applied
                                           ? "a person says that the statement is applied"
                                           : "a person says that it is not applied");
            return true;
        }
        const std::optional<CheckedStep> step = step_of(context_, entry_);
        const Settlement settlement =
            settle(context_.connection, entry_, step && step->facts.directives.idempotent,
                   mode_ == RepairMode::act ? Touch::repair : Touch::look_only, repairing(context_));
        report_.known.push_back(settlement.facts);
        for (const std::string& repair : settlement.repairs) {
            report_.actions.push_back(repair);
        }
        switch (settlement.effect) {
            case spi::Effect::partial:
                if (mode_ == RepairMode::act) {
                    report_.actions.clear();
                    report_.next = "see to that, and \"migrate repair\" again";
                    return false;
                }
                [[fallthrough]];
            case spi::Effect::absent:
            case spi::Effect::present:
                decide(entry_, settlement.effect);
                return true;
            case spi::Effect::running:
                report_.next = "wait for it, or end it, and \"migrate repair\" again";
                return false;
            case spi::Effect::unknown:
                break;
        }
        report_.look_at = settlement.look_at;
        report_.next = answer_commands(command_to_end(entry_.direction));
        return false;
    }

    void conclude() {
        if (entry_.statements_done == 0) {
            report_.actions.push_back(fmt::format("mark the version clean at {}: nothing of {} is applied",
                                                  to_string(entry_.from), entry_.file));
        } else {
            report_.actions.push_back(fmt::format("note in the journal: {}", describe(entry_)));
            report_.next = command_to_end(entry_.direction);
        }
        if (mode_ == RepairMode::explain)
            return;
        entry_.session = session_;
        write_settled(context_, store_, entry_);
        report_.after = store_.state();
    }

    const RunContext& context_;
    history::Store& store_;
    RepairMode mode_;
    Answer answer_;
    history::JournalEntry entry_;
    RepairReport report_;
    std::string session_;
};

RepairReport repair_under(const RunContext& context, const spi::Look& look, RepairMode mode, Answer answer) {
    history::Store store = make_store(context, look);
    if (!store.state().dirty) {
        refuse_answer(answer);
        RepairReport report;
        report.before = report.after = store.state();
        report.known.push_back(fmt::format("the database is at {}, clean: there is nothing to repair",
                                           in_words(store.state().version)));
        return report;
    }
    if (store.journal())
        return JournalRepair(context, store, mode, answer).run();
    refuse_answer(answer);
    return repair_foreign(context, store, mode);
}

}  // namespace

RepairReport repair(const RunContext& context, RepairMode mode, Answer answer) {
    const spi::Look first = first_look(context);
    history::state_of(first);
    if (mode == RepairMode::explain)
        return repair_under(context, first, mode, answer);
    refuse_unable(first);
    const lock::SessionLock lock = take_lock(context, first, context.stop.finish);
    return repair_under(context, look_at(context), mode, answer);
}

}  // namespace aether::migrate::run
