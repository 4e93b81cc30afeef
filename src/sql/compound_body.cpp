// SPDX-License-Identifier: MIT
// Counts what is open in the body of a stored program: blocks, IF and CASE statements, loops, packages.
#include "compound_body.hpp"

#include <algorithm>
#include <array>

#include "lexer.hpp"

namespace aether::migrate::sql {
namespace {

struct Known {
    std::string_view text;
    ProgramWord word = ProgramWord::other;
};

constexpr auto kKnown = std::to_array<Known>({
    {"and", ProgramWord::operand_next},
    {"as", ProgramWord::as},
    {"atomic", ProgramWord::atomic},
    {"begin", ProgramWord::begin},
    {"between", ProgramWord::operand_next},
    {"case", ProgramWord::case_},
    {"declare", ProgramWord::declare},
    {"div", ProgramWord::operand_next},
    {"do", ProgramWord::do_},
    {"else", ProgramWord::else_},
    {"elseif", ProgramWord::elseif},
    {"elsif", ProgramWord::elseif},
    {"end", ProgramWord::end},
    {"for", ProgramWord::for_},
    {"function", ProgramWord::routine},
    {"handler", ProgramWord::handler},
    {"if", ProgramWord::if_},
    {"is", ProgramWord::as},
    {"like", ProgramWord::operand_next},
    {"loop", ProgramWord::loop},
    {"mod", ProgramWord::operand_next},
    {"not", ProgramWord::not_},
    {"or", ProgramWord::operand_next},
    {"procedure", ProgramWord::routine},
    {"repeat", ProgramWord::repeat},
    {"sqlstate", ProgramWord::sqlstate},
    {"then", ProgramWord::then},
    {"until", ProgramWord::until},
    {"value", ProgramWord::value},
    {"when", ProgramWord::when},
    {"while", ProgramWord::while_},
    {"xor", ProgramWord::operand_next},
});

// What END may not close because an operand is expected.
bool wants_operand(ProgramWord word) {
    return word == ProgramWord::operand_next || word == ProgramWord::not_ || word == ProgramWord::case_ ||
           word == ProgramWord::when || word == ProgramWord::then || word == ProgramWord::else_ ||
           word == ProgramWord::until;
}

}  // namespace

ProgramWord find_program_word(std::string_view word) {
    const auto* const found = std::ranges::find_if(
        kKnown, [&](const Known& known) { return equals_ignoring_case(known.text, word); });
    return found == kKnown.end() ? ProgramWord::other : found->word;
}

void CompoundBody::begin_declarations() {
    declarations_ = true;
    expects_statement_ = true;
}

void CompoundBody::begin_package() {
    package_ = true;
    ++depth_;
    expects_statement_ = true;
}

void CompoundBody::close() {
    if (depth_ > 0) {
        --depth_;
    }
    after_end_ = true;
}

void CompoundBody::take_word(ProgramWord word) {
    if (handler_ == Handler::complete) {
        handler_ = Handler::none;
        expects_statement_ = true;
    }
    const bool was_operand_next = operand_next_;
    operand_next_ = wants_operand(word);
    may_be_label_ = false;
    if (after_end_ || parentheses_ > 0) {
        return;
    }
    if (cases_ > 0) {
        if (word == ProgramWord::case_) {
            ++cases_;
        } else if (word == ProgramWord::end && !was_operand_next) {
            --cases_;
        }
    } else if (expects_statement_) {
        begin_statement(word);
    } else if (!take_handler_word(word) && (word != ProgramWord::end || !was_operand_next)) {
        go_on(word);
    }
}

void CompoundBody::begin_statement(ProgramWord word) {
    expects_statement_ = false;
    if (word == ProgramWord::begin) {
        begin_block();
    } else if (word == ProgramWord::end) {
        close();
    } else if (word == ProgramWord::if_ || word == ProgramWord::case_) {
        ++depth_;
    } else if (word == ProgramWord::loop || word == ProgramWord::repeat) {
        ++depth_;
        expects_statement_ = true;
    } else if (word == ProgramWord::while_ || word == ProgramWord::for_) {
        ++depth_;
        awaits_do_ = true;
    } else if (word == ProgramWord::else_ || word == ProgramWord::not_ || word == ProgramWord::atomic) {
        expects_statement_ = true;  // the last two after BEGIN
    } else if (word == ProgramWord::until) {
        awaits_end_ = true;
    } else if (word == ProgramWord::declare) {
        handler_ = Handler::declare;
    } else if (word == ProgramWord::routine && package_ && depth_ == 1) {
        routine_ = Routine::header;
    } else {
        may_be_label_ = true;
    }
}

/// The BEGIN before a package's last statements opens nothing: they share the package's END.
void CompoundBody::begin_block() {
    const bool of_package = package_ && depth_ == 1 && routine_ == Routine::none;
    depth_ += of_package ? 0 : 1;
    routine_ = Routine::none;
    declarations_ = false;
    expects_statement_ = true;
}

/// Returns whether the word belongs to the head of a handler's declaration.
bool CompoundBody::take_handler_word(ProgramWord word) {
    switch (handler_) {
        case Handler::declare:
            if (word == ProgramWord::handler) {
                handler_ = Handler::handler;
            }
            return false;
        case Handler::handler:
            if (word == ProgramWord::for_) {
                handler_ = Handler::condition;
            }
            return true;
        case Handler::condition:
            // NOT FOUND, SQLSTATE VALUE '…', or one word.
            if (word != ProgramWord::not_ && word != ProgramWord::sqlstate && word != ProgramWord::value) {
                handler_ = Handler::complete;
            }
            return true;
        case Handler::none:
        case Handler::complete:
            break;
    }
    return false;
}

void CompoundBody::go_on(ProgramWord word) {
    if (word == ProgramWord::case_) {
        ++cases_;
    } else if (word == ProgramWord::then) {
        expects_statement_ = true;
    } else if (awaits_do_ && (word == ProgramWord::do_ || word == ProgramWord::loop)) {
        expects_statement_ = true;
        awaits_do_ = false;
    } else if (awaits_end_ && word == ProgramWord::end) {
        close();
    } else if (routine_ == Routine::header && word == ProgramWord::as) {
        routine_ = Routine::declarations;
        expects_statement_ = true;
    } else if (routine_ == Routine::header && word == ProgramWord::begin) {
        begin_block();
    }
}

void CompoundBody::take_other() {
    operand_next_ = false;
    if (handler_ == Handler::complete) {
        handler_ = Handler::none;
        expects_statement_ = true;
    }
    if (parentheses_ > 0) {
        return;
    }
    if (handler_ == Handler::condition) {
        handler_ = Handler::complete;
    }
    may_be_label_ = expects_statement_;
    expects_statement_ = false;
}

void CompoundBody::take_punctuation(char c) {
    if (c == ';') {
        take_semicolon();
        return;
    }
    if (handler_ == Handler::complete) {
        handler_ = c == ',' ? Handler::condition : Handler::none;
    }
    operand_next_ = c != ')';
    if (c == '(') {
        ++parentheses_;
    } else if (c == ')' && parentheses_ > 0) {
        --parentheses_;
    }
    // label: BEGIN, and the <<label>> of PL/SQL.
    expects_statement_ = parentheses_ == 0 && ((may_be_label_ && (c == ':' || c == '>')) ||
                                               (expects_statement_ && (c == '<' || c == '>')));
    may_be_label_ = false;
}

/// A semicolon ends a statement however broken it is.
void CompoundBody::take_semicolon() {
    cases_ = 0;
    parentheses_ = 0;
    operand_next_ = false;
    may_be_label_ = false;
    awaits_do_ = false;
    awaits_end_ = false;
    after_end_ = false;
    handler_ = Handler::none;
    routine_ = routine_ == Routine::header ? Routine::none : routine_;
    expects_statement_ = true;
}

}  // namespace aether::migrate::sql
