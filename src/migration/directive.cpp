// SPDX-License-Identifier: MIT
// The header lines of a migration file: one table of names, and what each of them sets.
#include "directive.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <aether/migrate/spi/characters.hpp>

#include "../base/strings.hpp"
#include "../sql/lexer.hpp"

namespace aether::migrate {
namespace {

using LimitMember = std::optional<std::chrono::milliseconds> Limits::*;

enum class Name { transaction, no_transaction, idempotent, code, limit };

struct Known {
    std::string_view word;
    Name name = Name::limit;
    LimitMember limit = nullptr;  // for Name::limit
};

constexpr std::array<Known, 9> kKnown{{
    {"no-transaction", Name::no_transaction},
    {"transaction", Name::transaction},
    {"idempotent", Name::idempotent},
    {"code", Name::code},
    {"table-lock-timeout", Name::limit, &Limits::table_lock_timeout},
    {"retry-for", Name::limit, &Limits::retry_for},
    {"statement-timeout", Name::limit, &Limits::statement_timeout},
    {"idle-timeout", Name::limit, &Limits::idle_timeout},
    {"client-check-interval", Name::limit, &Limits::client_check_interval},
}};

constexpr std::string_view kMark = "migrate:";
constexpr std::string_view kBlanks = " \t\f\v";

/// A piece of the head that knows where it stands.
struct Words {
    std::string_view text;
    std::size_t offset = 0;

    Words from(std::size_t begin) const { return {text.substr(begin), offset + begin}; }
};

Words without_blanks(Words words) {
    words = words.from(std::min(words.text.find_first_not_of(kBlanks), words.text.size()));
    words.text = words.text.substr(0, words.text.find_last_not_of(kBlanks) + 1);
    return words;
}

Words first_word(const Words& words) {
    return {words.text.substr(0, words.text.find_first_of(kBlanks)), words.offset};
}

const Known* find_known(std::string_view word) {
    const auto* const found = std::ranges::find_if(
        kKnown, [&](const Known& known) { return sql::equals_ignoring_case(known.word, word); });
    return found == kKnown.end() ? nullptr : found;
}

/// Returns how many letters must be put in, left out or changed to make one word of the other.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

/// Returns the name that was meant, if one is near. What follows a "=" or ":" is no part of it, and
/// underscores are near to dashes.
const Known* find_meant(std::string_view word) {
    constexpr std::size_t kLongest = 40;
    std::string written = spi::lower_case(word.substr(0, std::min(word.find_first_of("=:"), kLongest)));
    std::ranges::replace(written, '_', '-');
    const Known* meant = nullptr;
    std::size_t nearest = 3;
    for (const Known& known : kKnown) {
        const std::size_t changes = distance(written, known.word);
        if (changes < nearest && changes * 3 <= known.word.size()) {
            nearest = changes;
            meant = &known;
        }
    }
    return meant;
}

std::string example_of(const Known& known) {
    return fmt::format("-- migrate:{}{}", known.word, known.name == Name::limit ? " 10s" : "");
}

std::string all_names() {
    std::string names = "header lines are:";
    for (const Known& known : kKnown) {
        names += fmt::format("{} {}", &known == kKnown.data() ? "" : ",", known.word);
    }
    return names;
}

/// Returns the beginning of a word that may be long, cut between characters.
std::string_view shortened(std::string_view word) {
    constexpr std::size_t kShown = 60;
    std::size_t size = std::min(word.size(), kShown);
    while (size > 0 && size < word.size() && (static_cast<unsigned char>(word[size]) & 0xC0U) == 0x80U) {
        --size;
    }
    return word.substr(0, size);
}

DirectiveFault unknown(const Words& name) {
    const Known* meant = find_meant(name.text);
    return {name.offset, fmt::format("unknown header line {}", go_quoted(shortened(name.text))),
            meant == nullptr ? all_names()
                             : fmt::format("did you mean \"{}\"? {}", example_of(*meant), all_names())};
}

DirectiveFault twice(const Words& name) {
    return {name.offset, fmt::format("header line {} stands twice", go_quoted(name.text)), "remove one"};
}

std::optional<DirectiveFault> set_mode(const Words& name, TransactionMode mode, Directives& directives) {
    if (directives.mode == mode) {
        return twice(name);
    }
    if (directives.mode != TransactionMode::automatic) {
        return DirectiveFault{name.offset, "header lines transaction and no-transaction exclude each other",
                              "remove one"};
    }
    directives.mode = mode;
    return std::nullopt;
}

std::optional<DirectiveFault> set_limit(const Words& name, const Words& value, const Known& known,
                                        Directives& directives) {
    if (directives.limits.*known.limit) {
        return twice(name);
    }
    const auto parsed = parse_limit(value.text);
    if (const auto* fault = std::get_if<LimitFault>(&parsed)) {
        return DirectiveFault{value.offset, fmt::format("header line {}: {}", known.word, fault->message),
                              "write a duration as 300ms, 1.5s, 10m or 1h30m; 0 switches the limit off"};
    }
    directives.limits.*known.limit = std::get<std::chrono::milliseconds>(parsed);
    return std::nullopt;
}

std::optional<DirectiveFault> set(const Known& known, const Words& name, const Words& rest,
                                  Directives& directives) {
    const Words value = first_word(rest);
    const Words surplus = without_blanks(rest.from(value.text.size()));
    const Words& behind = known.name == Name::limit ? surplus : value;
    if (!behind.text.empty()) {
        return DirectiveFault{
            behind.offset,
            fmt::format("header line {} takes {}", known.word,
                        known.name == Name::limit ? "one value and nothing else" : "no value"),
            fmt::format("write \"{}\" on a line of its own", example_of(known))};
    }
    switch (known.name) {
        case Name::transaction:
            return set_mode(name, TransactionMode::transaction, directives);
        case Name::no_transaction:
            return set_mode(name, TransactionMode::no_transaction, directives);
        case Name::idempotent:
            if (directives.idempotent) {
                return twice(name);
            }
            directives.idempotent = true;
            return std::nullopt;
        case Name::code:
            if (directives.code) {
                return twice(name);
            }
            directives.code = true;
            return std::nullopt;
        case Name::limit:
            break;
    }
    if (value.text.empty()) {
        return DirectiveFault{name.offset, fmt::format("header line {} has no value", known.word),
                              fmt::format("write a duration: \"{}\"", example_of(known))};
    }
    return set_limit(name, value, known, directives);
}

std::optional<DirectiveFault> read_comment(const Words& comment, Directives& directives) {
    const Words text = without_blanks(comment);
    if (!sql::equals_ignoring_case(text.text.substr(0, kMark.size()), kMark)) {
        return std::nullopt;
    }
    const Words line = text.from(kMark.size());
    const Words name = first_word(line);
    const Words behind = without_blanks(line.from(name.text.size()));
    if (name.text.empty()) {
        const Known* known = find_known(first_word(behind).text);
        return known == nullptr ? std::nullopt
                                : std::optional(DirectiveFault{
                                      behind.offset, "a blank behind \"migrate:\" in a header line",
                                      fmt::format("write \"{}\"", example_of(*known))});
    }
    if (const Known* known = find_known(name.text)) {
        return set(*known, name, behind, directives);
    }
    const bool mark_of_dbmate =
        sql::equals_ignoring_case(name.text, "up") || sql::equals_ignoring_case(name.text, "down");
    return mark_of_dbmate ? std::nullopt : std::optional(unknown(name));
}

}  // namespace

std::optional<DirectiveFault> read_directives(std::string_view head, const spi::LexicalRules& rules,
                                              Directives& directives) {
    std::size_t at = 0;
    while (at < head.size()) {
        const std::optional<sql::Comment> comment = sql::find_comment(head, at, rules);
        if (!comment) {
            // An empty statement: its semicolon is all that can stand beside comments and blanks.
            at = std::min(head.find(';', at), head.size() - 1) + 1;
            continue;
        }
        at = comment->end;
        if (comment->line) {
            const std::size_t mark = head[comment->begin] == '#' ? 1 : 2;
            const std::size_t begin = comment->begin + mark;
            if (auto fault = read_comment({head.substr(begin, comment->end - begin), begin}, directives)) {
                return fault;
            }
        }
    }
    return std::nullopt;
}

}  // namespace aether::migrate
