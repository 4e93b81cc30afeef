// SPDX-License-Identifier: MIT
// What became of a statement that no transaction guards.
#include "effect.hpp"

#include <algorithm>
#include <cctype>

namespace aether::migrate::sqlite {

namespace {

constexpr std::string_view kRepeatable = "repeatable";

bool is(std::string_view token, std::string_view word) {
    return std::equal(token.begin(), token.end(), word.begin(), word.end(),
                      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

bool has(const spi::StatementView& statement, std::string_view word) {
    return std::any_of(statement.tokens.begin(), statement.tokens.end(),
                       [word](std::string_view token) { return is(token, word); });
}

bool is_repeatable(const spi::StatementView& statement) {
    if (statement.tokens.empty())
        return false;
    if (is(statement.tokens.front(), "vacuum"))
        return !has(statement, "into");
    return is(statement.tokens.front(), "pragma") &&
           (has(statement, "journal_mode") || has(statement, "wal_checkpoint"));
}

}  // namespace

spi::Intent note_intent(const spi::StatementView& statement) {
    spi::Intent intent;
    intent.queues_others = false;
    if (is_repeatable(statement))
        intent.note = kRepeatable;
    return intent;
}

spi::Finding find_effect(std::string_view note, spi::Ending ending) {
    spi::Finding finding;
    if (note != kRepeatable) {
        finding.facts = "nothing was noted of it";
        finding.look_at = "what the statement changes";
    } else if (ending == spi::Ending::completed) {
        finding.effect = spi::Effect::present;
        finding.facts = "it completed";
    } else {
        finding.effect = spi::Effect::absent;
        finding.facts = "it changes no contents, and may be run again";
    }
    return finding;
}

}  // namespace aether::migrate::sqlite
