// SPDX-License-Identifier: MIT
// Splits a text whole and in pieces, as a reader of files does, and makes up texts for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../src/sql/splitter.hpp"

namespace aether::migrate::sql {

using Texts = std::vector<std::string>;

/// A dialect that has nothing but rules to cut by.
inline spi::Dialect dialect_of(const spi::LexicalRules& rules) {
    spi::Dialect dialect;
    dialect.lexical = rules;
    return dialect;
}

/// The rules of MySQL and MariaDB, and those of their shell client.
inline constexpr spi::LexicalRules kMysqlRules{.hash_comments = true,
                                               .backslash_escapes = true,
                                               .backtick_identifiers = true,
                                               .double_quoted_strings = true,
                                               .dash_comments_need_blank = true,
                                               .line_feed_ends_comments = true,
                                               .conditional_comments = true,
                                               .delimiter_command = true,
                                               .compound_bodies = spi::CompoundBodies::stored_programs};

/// The rules of SQLite.
inline constexpr spi::LexicalRules kSqliteRules{.backtick_identifiers = true,
                                                .bracket_identifiers = true,
                                                .line_feed_ends_comments = true,
                                                .compound_bodies = spi::CompoundBodies::triggers};

inline Texts texts_of(std::string_view text, const Split& found) {
    Texts texts;
    for (const Statement& statement : found.statements) {
        texts.emplace_back(text.substr(statement.begin, statement.end - statement.begin));
    }
    return texts;
}

inline Texts statements_of(std::string_view text, const spi::Dialect& dialect,
                           std::string_view delimiter = ";") {
    return texts_of(text, split(text, dialect, Ending::whole_text, delimiter));
}

/// Feeds a text in pieces that end at the given offsets.
inline Texts statements_in_pieces(std::string_view text, const std::vector<std::size_t>& cuts,
                                  const spi::Dialect& dialect) {
    Texts texts;
    std::size_t begin = 0;
    std::string delimiter = ";";
    for (const std::size_t cut : cuts) {
        const std::string_view piece = text.substr(begin, cut - begin);
        const Split found = split(piece, dialect, Ending::more_may_follow, delimiter);
        const Texts more = texts_of(piece, found);
        texts.insert(texts.end(), more.begin(), more.end());
        begin += found.consumed;
        delimiter = found.delimiter;
    }
    const Texts last = statements_of(text.substr(begin), dialect, delimiter);
    texts.insert(texts.end(), last.begin(), last.end());
    return texts;
}

/// Numbers that look random and are the same in every run.
class Picker {
public:
    explicit Picker(std::uint64_t seed) : state_(seed) {}

    std::size_t below(std::size_t limit) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state_ >> 33) % limit;
    }

    /// Up to `most` of the parts, one behind the other.
    std::string text_of(std::span<const std::string_view> parts, std::size_t most) {
        std::string text;
        for (std::size_t count = below(most + 1); count > 0; --count) {
            text += parts[below(parts.size())];
        }
        return text;
    }

    /// Three places to cut a text of this size, in order.
    std::vector<std::size_t> cuts(std::size_t size) {
        std::vector<std::size_t> cuts{below(size + 1), below(size + 1), below(size + 1)};
        std::sort(cuts.begin(), cuts.end());
        return cuts;
    }

private:
    std::uint64_t state_;
};

}  // namespace aether::migrate::sql
