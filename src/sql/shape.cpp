// SPDX-License-Identifier: MIT
// Says whether the next semicolon ends a statement, by what its tokens opened so far.
#include "shape.hpp"

namespace aether::migrate::sql {

void Shape::take(std::string_view text, const Token& token) {
    if (rules_->parenthesized_statements) {
        if (is_punctuation(text, token, '(')) {
            ++parentheses_;
        } else if (is_punctuation(text, token, ')') && parentheses_ > 0) {
            --parentheses_;
        }
    }
    if (rules_->atomic_bodies) {
        atomic_.take(text, token);
    }
    switch (rules_->compound_bodies) {
        case spi::CompoundBodies::none:
            return;
        case spi::CompoundBodies::triggers:
            trigger_.take(text, token);
            return;
        case spi::CompoundBodies::stored_programs:
            program_.take(text, token);
            return;
    }
}

bool Shape::ends_at_semicolon() const {
    return parentheses_ == 0 && !atomic_.is_open() && !trigger_.is_open() && !program_.is_open();
}

}  // namespace aether::migrate::sql
