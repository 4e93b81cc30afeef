// SPDX-License-Identifier: MIT
// Knows which semicolons lie in the body of a routine of standard SQL: BEGIN ATOMIC … END.
#include "atomic_body.hpp"

namespace aether::migrate::sql {

void AtomicBody::take(std::string_view text, const Token& token) {
    if (token.kind == TokenKind::punctuation) {
        take_punctuation(text[token.begin]);
    } else if (token.kind != TokenKind::word) {
        previous_ = Previous::other;
    } else if (header_ != Header::other) {
        take_word(text.substr(token.begin, token.end - token.begin));
        return;
    }
    if (header_ != Header::routine) {
        header_ = Header::other;
    }
}

void AtomicBody::take_punctuation(char c) {
    if (c == '(') {
        ++parentheses_;
    } else if (c == ')' && parentheses_ > 0) {
        --parentheses_;
    }
    previous_ = c == '.' ? Previous::names_next : Previous::other;
}

void AtomicBody::take_word(std::string_view word) {
    if (header_ != Header::routine) {
        header_ = next_header(word);
        return;
    }
    const Previous previous = previous_;
    previous_ = Previous::other;
    // `x.end` and `AS end` are names. Inside parentheses CASE … END is balanced and no semicolon splits.
    if (previous == Previous::names_next || parentheses_ > 0) {
        return;
    }
    if (equals_ignoring_case(word, "as")) {
        previous_ = Previous::names_next;
    } else if (blocks_ == 0) {
        if (previous == Previous::begin && equals_ignoring_case(word, "atomic")) {
            blocks_ = 1;
        } else if (equals_ignoring_case(word, "begin")) {
            previous_ = Previous::begin;
        }
    } else if (equals_ignoring_case(word, "case")) {
        ++blocks_;
    } else if (equals_ignoring_case(word, "end")) {
        --blocks_;
    }
}

AtomicBody::Header AtomicBody::next_header(std::string_view word) const {
    switch (header_) {
        case Header::none:
            return equals_ignoring_case(word, "create") ? Header::create : Header::other;
        case Header::create:
            if (equals_ignoring_case(word, "or")) {
                return Header::create_or;
            }
            [[fallthrough]];
        case Header::create_or_replace:
            return equals_ignoring_case(word, "function") || equals_ignoring_case(word, "procedure")
                       ? Header::routine
                       : Header::other;
        case Header::create_or:
            return equals_ignoring_case(word, "replace") ? Header::create_or_replace : Header::other;
        case Header::routine:
        case Header::other:
            break;
    }
    return header_;
}

}  // namespace aether::migrate::sql
