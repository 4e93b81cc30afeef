// SPDX-License-Identifier: MIT
// Says whether the next semicolon ends a statement, by what its tokens opened so far.
#pragma once

#include <cstddef>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

#include "atomic_body.hpp"
#include "lexer.hpp"
#include "stored_program.hpp"
#include "trigger_body.hpp"

namespace aether::migrate::sql {

/// The shape of one statement. Each rule of the dialect counts for itself; none hides another's end.
class Shape {
public:
    explicit Shape(const spi::LexicalRules& rules) : rules_(&rules) {}

    /// Takes every token of the statement, the semicolons that don't end it included.
    void take(std::string_view text, const Token& token);

    /// Whether a semicolon ends the statement now.
    bool ends_at_semicolon() const;

    /// The same while a shell client was told of another delimiter.
    bool ends_at_semicolon_for_certain() const { return ends_at_semicolon() && !program_.is_program(); }

private:
    const spi::LexicalRules* rules_;
    std::size_t parentheses_ = 0;
    AtomicBody atomic_;
    TriggerBody trigger_;
    StoredProgram program_;
};

}  // namespace aether::migrate::sql
