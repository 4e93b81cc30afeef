// SPDX-License-Identifier: MIT
// Knows which statements are stored programs or compound statements, and which semicolons lie in their
// bodies.
#include "stored_program.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace aether::migrate::sql {
namespace {

// What a routine's body may begin with and hold CASE, IF or REPEAT in, none of which is part of its head.
constexpr auto kSimpleStatements = std::to_array<std::string_view>(
    {"alter",   "analyze", "call",     "create",   "delete", "do",     "drop", "execute",
     "explain", "flush",   "grant",    "handler",  "insert", "kill",   "load", "lock",
     "prepare", "rename",  "replace",  "resignal", "revoke", "select", "show", "signal",
     "start",   "table",   "truncate", "update",   "use",    "values", "with"});

bool is_any(std::string_view word, std::initializer_list<std::string_view> texts) {
    return std::ranges::any_of(texts,
                               [&](std::string_view text) { return equals_ignoring_case(word, text); });
}

bool opens_compound(std::string_view word) {
    const ProgramWord known = find_program_word(word);
    return known == ProgramWord::if_ || known == ProgramWord::case_ || known == ProgramWord::loop ||
           known == ProgramWord::while_ || known == ProgramWord::repeat || known == ProgramWord::for_;
}

}  // namespace

bool StoredProgram::is_program() const {
    return state_ != State::start && state_ != State::begin && state_ != State::create &&
           state_ != State::alter && state_ != State::definer && state_ != State::other;
}

void StoredProgram::take(std::string_view text, const Token& token) {
    if (state_ == State::other || token.kind == TokenKind::mark) {
        return;
    }
    const bool is_word = token.kind == TokenKind::word && !is_name(text, token);
    const std::string_view word = is_word ? text_of(text, token) : std::string_view();
    if (state_ == State::body) {
        if (is_word) {
            body_.take_word(find_program_word(word));
        } else if (token.kind == TokenKind::punctuation) {
            body_.take_punctuation(text[token.begin]);
        } else {
            body_.take_other();
        }
    } else if (is_word) {
        take_word(word);
    } else if (token.kind == TokenKind::punctuation) {
        take_punctuation(text[token.begin]);
    } else {
        take_other();
    }
    previous_ = token;
    previous_word_ = previous_word_of(word);
}

StoredProgram::PreviousWord StoredProgram::previous_word_of(std::string_view word) {
    if (equals_ignoring_case(word, "each")) {
        return PreviousWord::each;
    }
    return is_any(word, {"returns", "return", "character", "char"}) ? PreviousWord::type
                                                                    : PreviousWord::other;
}

/// `x.end` and `@end` are names, and so is what continues a number.
bool StoredProgram::is_name(std::string_view text, const Token& token) const {
    return is_punctuation(text, previous_, '.') || is_punctuation(text, previous_, '@') ||
           continues_name(text, previous_, token);
}

void StoredProgram::begin_body(std::string_view word) {
    state_ = State::body;
    body_.begin();
    body_.take_word(find_program_word(word));
}

void StoredProgram::take_word(std::string_view word) {
    switch (state_) {
        case State::start:
            take_first(word);
            return;
        case State::begin:
            if (equals_ignoring_case(word, "not")) {
                begin_body("begin");
                body_.take_word(ProgramWord::not_);
            } else {
                state_ = equals_ignoring_case(word, "work") ? State::other : State::loose;
            }
            return;
        case State::create:
        case State::alter:
            take_kind(word);
            return;
        case State::definer:
            take_other();
            return;
        case State::name:
            take_name_word(word);
            return;
        case State::routine:
        case State::routine_as:
            take_routine_word(word);
            return;
        case State::trigger:
        case State::trigger_row:
        case State::trigger_order:
            take_trigger_word(word);
            return;
        case State::event:
            if (equals_ignoring_case(word, "do") && parentheses_ == 0) {
                state_ = State::body;
                body_.begin();
            }
            return;
        case State::package:
            if (is_any(word, {"as", "is"})) {
                state_ = State::body;
                body_.begin_package();
            } else if (is_any(word, {"procedure", "function"})) {
                state_ = State::body;
                body_.begin_package();
                body_.take_word(ProgramWord::routine);
            }
            return;
        case State::body:
        case State::loose:
        case State::other:
            return;
    }
}

void StoredProgram::take_first(std::string_view word) {
    if (equals_ignoring_case(word, "create")) {
        state_ = State::create;
    } else if (equals_ignoring_case(word, "alter")) {
        state_ = State::alter;
        alters_ = true;
    } else if (equals_ignoring_case(word, "begin")) {
        state_ = State::begin;
    } else if (equals_ignoring_case(word, "declare")) {
        state_ = State::loose;
    } else if (opens_compound(word)) {
        begin_body(word);
    } else {
        state_ = State::other;
    }
}

void StoredProgram::take_kind(std::string_view word) {
    if (equals_ignoring_case(word, "definer")) {
        state_ = State::definer;
    } else if (equals_ignoring_case(word, "event")) {
        head_ = State::event;
        state_ = State::name;
    } else if (alters_) {  // NOLINT(bugprone-branch-clone): to be asked before the kinds below
        state_ = State::other;
    } else if (is_any(word, {"procedure", "function"})) {
        head_ = State::routine;
        state_ = State::name;
    } else if (equals_ignoring_case(word, "trigger")) {
        head_ = State::trigger;
        state_ = State::name;
    } else if (equals_ignoring_case(word, "package")) {
        head_ = State::package;
        state_ = State::name;
    } else if (!is_any(word, {"or", "replace", "aggregate"})) {
        state_ = State::other;
    }
}

void StoredProgram::take_name_word(std::string_view word) {
    const bool before_name = is_any(word, {"if", "not", "exists"}) ||
                             (head_ == State::package && equals_ignoring_case(word, "body"));
    if (!before_name) {
        state_ = head_;
    }
}

void StoredProgram::take_routine_word(std::string_view word) {
    if (parentheses_ > 0) {
        return;
    }
    if (state_ == State::routine_as) {
        // PL/SQL's declarations, or its block at once.
        state_ = State::body;
        body_.begin_declarations();
        body_.take_word(find_program_word(word));
        return;
    }
    // RETURNS type in a head, RETURN expression as a body; in PL/SQL, RETURN type in a head.
    if (equals_ignoring_case(word, "returns")) {
        has_type_ = true;
        return;
    }
    const bool returns = equals_ignoring_case(word, "return") && has_type_;
    // RETURNS SET('a','b'), RETURNS char(1) CHARACTER SET latin1.
    const bool sets = equals_ignoring_case(word, "set") && previous_word_ != PreviousWord::type;
    const bool is_simple = std::ranges::any_of(
        kSimpleStatements, [&](std::string_view text) { return equals_ignoring_case(word, text); });
    if (is_any(word, {"as", "is"})) {
        state_ = State::routine_as;
    } else if (returns || sets || is_simple || opens_compound(word) || equals_ignoring_case(word, "begin")) {
        begin_body(word);
    }
}

void StoredProgram::take_trigger_word(std::string_view word) {
    if (state_ == State::trigger) {
        if (equals_ignoring_case(word, "row") && previous_word_ == PreviousWord::each) {
            state_ = State::trigger_row;
        }
    } else if (state_ == State::trigger_order) {
        state_ = State::trigger_row;
    } else if (is_any(word, {"follows", "precedes"})) {
        state_ = State::trigger_order;
    } else if (equals_ignoring_case(word, "declare")) {
        // PL/SQL: the body's declarations, and then its block.
        state_ = State::body;
        body_.begin_declarations();
        body_.take_word(ProgramWord::declare);
    } else {
        begin_body(word);
    }
}

void StoredProgram::take_punctuation(char c) {
    if (c == '(' && state_ != State::start) {
        ++parentheses_;
    } else if (c == ')' && parentheses_ > 0) {
        --parentheses_;
    } else if (c == ':' && parentheses_ == 0 && state_ == State::routine) {
        state_ = State::body;
        body_.begin();
    } else if (state_ == State::start) {
        state_ = State::other;
    }
}

/// A quoted name, a string, a number, or a word that is a name.
void StoredProgram::take_other() {
    if (state_ == State::definer) {
        state_ = alters_ ? State::alter : State::create;
    } else if (state_ == State::name) {
        state_ = head_;
    } else if (state_ == State::trigger_order) {
        state_ = State::trigger_row;
    } else if (state_ == State::trigger_row) {
        state_ = State::body;
        body_.begin();
        body_.take_other();
    } else if (state_ == State::routine_as) {
        state_ = State::routine;
    } else if (state_ == State::start) {
        state_ = State::other;
    }
}

}  // namespace aether::migrate::sql
