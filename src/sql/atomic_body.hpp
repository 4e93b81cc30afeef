// SPDX-License-Identifier: MIT
// Knows which semicolons lie in the body of a routine of standard SQL: BEGIN ATOMIC … END.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lexer.hpp"

namespace aether::migrate::sql {

/// What the tokens of one statement so far say about CREATE [OR REPLACE] FUNCTION or PROCEDURE, the only
/// statements with atomic bodies.
class AtomicBody {
public:
    void take(std::string_view text, const Token& token);

    /// Whether a semicolon is part of the body now.
    bool is_open() const { return blocks_ > 0; }

private:
    enum class Header : std::uint8_t { none, create, create_or, create_or_replace, routine, other };
    enum class Previous : std::uint8_t { other, begin, names_next };

    void take_punctuation(char c);
    void take_word(std::string_view word);
    Header next_header(std::string_view word) const;

    Header header_ = Header::none;
    Previous previous_ = Previous::other;
    std::size_t parentheses_ = 0;
    std::size_t blocks_ = 0;
};

}  // namespace aether::migrate::sql
