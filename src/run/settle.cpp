// SPDX-License-Identifier: MIT
// Finds out what is there of a statement that no transaction guards, and removes its remains.
#include "settle.hpp"

#include <utility>

#include <fmt/format.h>

namespace aether::migrate::run {

namespace {

Settlement of(const spi::Finding& finding) {
    return {finding.effect, finding.facts, finding.look_at, {}};
}

Settlement unknown(std::string facts, std::string look_at, std::vector<std::string> repairs) {
    return {spi::Effect::unknown, std::move(facts), std::move(look_at), std::move(repairs)};
}

}  // namespace

Settlement settle(spi::Connection& connection, const history::JournalEntry& entry, bool repeatable,
                  Touch touch, const spi::Wait& wait) {
    const std::string& note = entry.next.note;
    if (note.empty()) {
        if (repeatable)
            return {spi::Effect::absent, "the file says that its statements may be repeated", "", {}};
        if (entry.next.line == 0)
            return unknown("nobody can see how far a function came", "what the function changes", {});
        return unknown("no driver can see whether such a statement ran", "what its statements change", {});
    }
    const spi::Ending ending =
        entry.state == history::JournalState::refused ? spi::Ending::refused : spi::Ending::lost;
    const spi::Finding finding = connection.find_effect(note, ending, wait);
    if (finding.effect == spi::Effect::unknown && repeatable)
        return {spi::Effect::absent, "the file says that its statements may be repeated", "", {}};
    if (finding.effect != spi::Effect::partial)
        return of(finding);
    if (touch == Touch::look_only)
        return {spi::Effect::partial, finding.facts, "", finding.repair};
    for (const std::string& repair : finding.repair) {
        const spi::ScriptResult result = connection.execute(repair, wait);
        if (result.failure) {
            return {spi::Effect::partial,
                    fmt::format("{}; \"{}\" failed: {}", finding.facts, repair, result.failure->message), "",
                    finding.repair};
        }
    }
    const spi::Finding after = connection.find_effect(note, ending, wait);
    if (after.effect != finding.after_repair)
        return unknown(after.facts, after.look_at, finding.repair);
    return {after.effect, after.facts, "", finding.repair};
}

}  // namespace aether::migrate::run
