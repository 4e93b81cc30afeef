// SPDX-License-Identifier: MIT
// Knows which statements are stored programs or compound statements, and which semicolons lie in their
// bodies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "compound_body.hpp"
#include "lexer.hpp"

namespace aether::migrate::sql {

/// What the tokens of one statement so far say about a body of it. A program is one of
///     CREATE [OR REPLACE] [DEFINER = …] [AGGREGATE] PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE …
///     ALTER [DEFINER = …] EVENT …
///     BEGIN NOT ATOMIC … and IF|CASE|LOOP|WHILE|REPEAT|FOR …, which can have no label there
class StoredProgram {
public:
    /// Takes every token of the statement, the semicolons of the body included.
    void take(std::string_view text, const Token& token);

    /// Whether a semicolon is part of the body now.
    bool is_open() const { return body_.is_open(); }

    /// Whether the statement may have a body, so that where a shell client was told of another delimiter, a
    /// semicolon is no end for certain.
    bool is_program() const;

private:
    enum class State : std::uint8_t {
        start,
        begin,   // BEGIN, of a transaction or of a compound statement
        create,  // CREATE and what may stand before the kind
        alter,
        definer,     // DEFINER, before its user
        name,        // before the program's name
        routine,     // after the name of a procedure or function: parameters, type, characteristics
        routine_as,  // AS or IS in that head
        trigger,
        trigger_row,    // after FOR EACH ROW
        trigger_order,  // after FOLLOWS or PRECEDES
        event,
        package,
        body,
        loose,  // a program whose body has no form that is known here
        other   // no program
    };

    enum class PreviousWord : std::uint8_t { other, each, type };

    static PreviousWord previous_word_of(std::string_view word);

    void take_word(std::string_view word);
    void take_punctuation(char c);
    void take_other();
    void take_first(std::string_view word);
    void take_kind(std::string_view word);
    void take_name_word(std::string_view word);
    void take_routine_word(std::string_view word);
    void take_trigger_word(std::string_view word);
    void begin_body(std::string_view word);
    bool is_name(std::string_view text, const Token& token) const;

    State state_ = State::start;
    State head_ = State::other;  // of the kind that was read
    bool alters_ = false;
    bool has_type_ = false;  // RETURNS was read
    std::size_t parentheses_ = 0;
    Token previous_;
    PreviousWord previous_word_ = PreviousWord::other;
    CompoundBody body_;
};

}  // namespace aether::migrate::sql
