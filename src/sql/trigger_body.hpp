// SPDX-License-Identifier: MIT
// Knows which semicolons lie in the body of a trigger that ends with an END between two of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lexer.hpp"

namespace aether::migrate::sql {

/// What the tokens of one statement so far say about [EXPLAIN …] CREATE [TEMP|TEMPORARY] TRIGGER: the states
/// of sqlite3_complete().
class TriggerBody {
public:
    /// Takes every token of the statement, the semicolons of the body included.
    void take(std::string_view text, const Token& token);

    /// Whether a semicolon is part of the body now.
    bool is_open() const { return state_ == State::body || state_ == State::semicolon; }

private:
    enum class State : std::uint8_t { start, explain, create, other, body, semicolon, end };

    State next_state(std::string_view text, const Token& token) const;

    State state_ = State::start;
    Token previous_;
};

}  // namespace aether::migrate::sql
