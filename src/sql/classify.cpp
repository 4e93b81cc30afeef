// SPDX-License-Identifier: MIT
// The classifier: each rule's pattern is a small automaton whose states are the bits of one number.
#include "classify.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "lexer.hpp"

namespace aether::migrate::sql {
namespace {

constexpr std::size_t kMaxElements = 31;
constexpr std::string_view kSkip = "…";
constexpr std::string_view kAnyString = "'…'";
constexpr std::string_view kEnd = ".";

/// Returns the part of a text before a character, and takes both away.
std::string_view cut(std::string_view& rest, char separator) {
    const std::string_view head = rest.substr(0, rest.find(separator));
    rest.remove_prefix(head.size() < rest.size() ? head.size() + 1 : head.size());
    return head;
}

/// The tokens of a statement one after the other. Nearly every rule fails within the first few, so these are
/// read once for all rules.
class Tokens {
public:
    Tokens(std::string_view statement, const spi::LexicalRules& rules)
        : statement_(statement), rules_(rules), first_(next_word({})) {}

    std::string_view first() const { return text_of(first_); }

    /// Begins again at the first token.
    void rewind() { index_ = 0; }

    /// Returns the next token's text, or an empty one at the end. A closing semicolon is the end.
    std::string_view next() {
        if (index_ == 0) {
            current_ = first_;
        } else if (index_ <= known_) {
            current_ = early_[index_ - 1];
        } else {
            current_ = next_word(current_);
            if (known_ < early_.size()) {
                early_[known_++] = current_;
            }
        }
        ++index_;
        const std::string_view text = text_of(current_);
        const bool closes = text == ";" && next_word(current_).kind == TokenKind::end;
        return closes ? std::string_view() : text;
    }

private:
    /// What a conditional comment holds is code, and its marks are no part of it.
    Token next_word(const Token& before) const {
        Token token = next_token(statement_, before, rules_);
        while (token.kind == TokenKind::mark) {
            token = next_token(statement_, token, rules_);
        }
        return token;
    }

    /// The end token may span an open line comment, which is no text.
    std::string_view text_of(const Token& token) const {
        return token.kind == TokenKind::end ? std::string_view()
                                            : statement_.substr(token.begin, token.end - token.begin);
    }

    const std::string_view statement_;
    const spi::LexicalRules& rules_;
    const Token first_;
    std::array<Token, 3> early_;  // the tokens after the first
    std::size_t known_ = 0;       // how many of them are read
    std::size_t index_ = 0;
    Token current_;
};

struct Element {
    std::string_view texts;  // one, or several with "|" between
    bool optional = false;
    bool skips = false;
};

struct Pattern {
    std::array<Element, kMaxElements> elements;
    std::size_t count = 0;
    bool to_the_end = false;  // the statement must end where the pattern ends
};

Pattern parse_pattern(std::string_view text) {
    Pattern pattern;
    while (!text.empty()) {
        std::string_view element = cut(text, ' ');
        if (element == kEnd && text.empty()) {
            pattern.to_the_end = true;
            break;
        }
        assert(pattern.count < kMaxElements);
        const bool optional = element.size() > 2 && element.front() == '[' && element.back() == ']';
        if (optional) {
            element = element.substr(1, element.size() - 2);
        }
        pattern.elements[pattern.count++] = {element, optional, element == kSkip};
    }
    return pattern;
}

bool fits_one(std::string_view token, std::string_view texts) {
    while (!texts.empty()) {
        const std::string_view text = cut(texts, '|');
        if (equals_ignoring_case(token, text) || (text == kAnyString && token.ends_with('\''))) {
            return true;
        }
    }
    return false;
}

/// Adds the states that are reached without a token. State i waits for element i; state `count` has seen them
/// all.
std::uint32_t add_skippable(const Pattern& pattern, std::uint32_t states) {
    for (std::size_t i = 0; i < pattern.count; ++i) {
        if ((states >> i & 1U) != 0 && (pattern.elements[i].optional || pattern.elements[i].skips)) {
            states |= 1U << (i + 1);
        }
    }
    return states;
}

std::uint32_t advance(const Pattern& pattern, std::uint32_t states, std::string_view token) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < pattern.count; ++i) {
        if ((states >> i & 1U) == 0) {
            continue;
        }
        if (pattern.elements[i].skips) {
            next |= 1U << i;
        } else if (fits_one(token, pattern.elements[i].texts)) {
            next |= 1U << (i + 1);
        }
    }
    return add_skippable(pattern, next);
}

bool fits_automaton(const Pattern& pattern, Tokens& tokens) {
    const std::uint32_t done = 1U << pattern.count;
    std::uint32_t states = add_skippable(pattern, 1);
    while (states != 0) {
        if ((states & done) != 0 && !pattern.to_the_end) {
            return true;
        }
        const std::string_view token = tokens.next();
        if (token.empty()) {
            return (states & done) != 0;
        }
        states = advance(pattern, states, token);
    }
    return false;
}

/// Compares the plain words that a pattern begins with one by one, which is where nearly every rule fails,
/// and only what is left by the automaton.
bool fits(std::string_view pattern, Tokens& tokens) {
    tokens.rewind();
    while (!pattern.empty()) {
        const std::string_view left = pattern;
        const std::string_view element = cut(pattern, ' ');
        if (element.front() == '[' || element == kSkip || element == kEnd) {
            return fits_automaton(parse_pattern(left), tokens);
        }
        if (!fits_one(tokens.next(), element)) {
            return false;
        }
    }
    return true;
}

}  // namespace

Classifier::Classifier(const spi::Dialect& dialect) : dialect_(dialect) {
    for (const spi::StatementRule& rule : dialect.statements) {
        assert(!rule.pattern.empty());
        first_bytes_[static_cast<unsigned char>(lower(rule.pattern.front()))] = true;
    }
}

Classification Classifier::classify(std::string_view statement) const {
    Tokens tokens(statement, dialect_.lexical);
    const std::string_view first = tokens.first();
    // Every statement of every file comes here, so what most of them are must be found out early.
    if (first.empty() || !first_bytes_[static_cast<unsigned char>(lower(first.front()))]) {
        return {};
    }
    for (const spi::StatementRule& rule : dialect_.statements) {
        if (lower(rule.pattern.front()) == lower(first.front()) && fits(rule.pattern, tokens)) {
            return {rule.kind, rule.what};
        }
    }
    return {};
}

Classification classify(std::string_view statement, const spi::Dialect& dialect) {
    return Classifier(dialect).classify(statement);
}

}  // namespace aether::migrate::sql
