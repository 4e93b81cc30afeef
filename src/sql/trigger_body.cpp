// SPDX-License-Identifier: MIT
// Knows which semicolons lie in the body of a trigger that ends with an END between two of them.
#include "trigger_body.hpp"

namespace aether::migrate::sql {

void TriggerBody::take(std::string_view text, const Token& token) {
    state_ = next_state(text, token);
    previous_ = token;
}

TriggerBody::State TriggerBody::next_state(std::string_view text, const Token& token) const {
    const bool is_keyword = token.kind == TokenKind::word && !continues_name(text, previous_, token);
    const auto is = [&](std::string_view word) {
        return is_keyword && equals_ignoring_case(text_of(text, token), word);
    };
    switch (state_) {
        case State::start:
            return is("create") ? State::create : is("explain") ? State::explain : State::other;
        case State::explain:
            // EXPLAIN QUERY PLAN CREATE …
            return is("create") ? State::create
                   : is("explain") || is("temp") || is("temporary") || is("trigger") || is("end")
                       ? State::other
                       : State::explain;
        case State::create:
            return is("trigger") ? State::body : is("temp") || is("temporary") ? State::create : State::other;
        case State::body:
        case State::end:
            return is_punctuation(text, token, ';') ? State::semicolon : State::body;
        case State::semicolon:
            return is_punctuation(text, token, ';') ? State::semicolon : is("end") ? State::end : State::body;
        case State::other:
            break;
    }
    return State::other;
}

}  // namespace aether::migrate::sql
