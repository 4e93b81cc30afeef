// SPDX-License-Identifier: MIT
// Reads from a statement's tokens what its effect can be told by: which objects, and in which manner they
// change.
#include "effect_statement.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>

namespace aether::migrate::mysql {

namespace {

constexpr std::size_t kKinds = 7;
constexpr std::array<std::string_view, kKinds> kWords{"TABLE",   "VIEW",  "PROCEDURE", "FUNCTION",
                                                      "TRIGGER", "EVENT", "DATABASE"};

bool is_word(std::string_view token, std::string_view word) {
    return token.size() == word.size() &&
           std::equal(token.begin(), token.end(), word.begin(), [](char a, char b) {
               return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
           });
}

/// Returns the name that a token stands for; nothing when it is none.
std::optional<std::string> name_in(std::string_view token) {
    if (token.empty())
        return std::nullopt;
    const char first = token.front();
    if (first != '`' && first != '"') {
        const bool starts_word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                                 first == '_' || first == '$' ||
                                 (static_cast<unsigned char>(first) & 0x80U) != 0;
        return starts_word ? std::optional(std::string(token)) : std::nullopt;
    }
    if (token.size() < 3 || token.back() != first)
        return std::nullopt;
    std::string name;
    for (std::size_t index = 1; index + 1 < token.size(); ++index) {
        if (token[index] == first)
            ++index;  // a doubled quote stands for one
        name.push_back(token[index]);
    }
    return name;
}

class Tokens {
public:
    explicit Tokens(std::span<const std::string_view> left) : left_(left) {}

    bool at_end() const { return left_.empty(); }
    std::string_view peek() const { return left_.empty() ? std::string_view() : left_.front(); }
    void skip() {
        if (!left_.empty())
            left_ = left_.subspan(1);
    }
    std::span<const std::string_view> left() const { return left_; }

    /// Passes these words, all or none.
    bool take(std::initializer_list<std::string_view> words) {
        if (left_.size() < words.size() ||
            !std::equal(words.begin(), words.end(), left_.begin(),
                        [](auto word, auto token) { return is_word(token, word); }))
            return false;
        left_ = left_.subspan(words.size());
        return true;
    }
    bool take_any(std::initializer_list<std::string_view> words) {
        return std::any_of(words.begin(), words.end(),
                           [this](std::string_view word) { return take({word}); });
    }

    std::optional<NamedObject> take_name(ObjectKind kind) {
        std::optional<std::string> first = name_in(peek());
        if (!first)
            return std::nullopt;
        skip();
        if (peek() != ".")
            return NamedObject{kind, std::nullopt, std::move(*first)};
        skip();
        std::optional<std::string> second = name_in(peek());
        if (!second)
            return std::nullopt;
        skip();
        return NamedObject{kind, std::move(first), std::move(*second)};
    }

private:
    std::span<const std::string_view> left_;
};

EffectStatement together(std::vector<NamedObject> objects) {
    return {Manner::together, std::move(objects)};
}

EffectStatement together_if(std::optional<NamedObject> object) {
    return object ? together({std::move(*object)}) : EffectStatement{};
}

bool mentions(Tokens tokens, std::initializer_list<std::string_view> words) {
    return std::any_of(tokens.left().begin(), tokens.left().end(), [&](std::string_view token) {
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return is_word(token, word); });
    });
}

// DEFINER = user@host, ALGORITHM = x, SQL SECURITY x: whatever stands before the object's kind.
void skip_attributes(Tokens& tokens) {
    while (true) {
        if (tokens.take({"OR", "REPLACE"}) ||
            tokens.take_any({"ONLINE", "OFFLINE", "IGNORE", "UNIQUE", "FULLTEXT", "SPATIAL", "AGGREGATE"}))
            continue;
        if (tokens.take({"SQL", "SECURITY"}) || tokens.take({"ALGORITHM", "="})) {
            tokens.skip();
        } else if (tokens.take({"DEFINER", "="})) {
            tokens.skip();
            if (tokens.take({"(", ")"}))
                continue;
            if (tokens.take({"@"}))
                tokens.skip();
        } else {
            return;
        }
    }
}

std::optional<ObjectKind> take_kind(Tokens& tokens) {
    for (std::size_t index = 0; index < kKinds; ++index) {
        if (tokens.take({kWords[index]}))
            return static_cast<ObjectKind>(index);
    }
    if (tokens.take_any({"TABLES", "SEQUENCE"}))
        return ObjectKind::table;
    if (tokens.take({"SCHEMA"}))
        return ObjectKind::database;
    return std::nullopt;
}

// After INDEX: its table is what changes.
EffectStatement read_index(Tokens tokens) {
    tokens.take({"IF", "NOT", "EXISTS"});
    tokens.take({"IF", "EXISTS"});
    if (!name_in(tokens.peek()))
        return {};
    tokens.skip();
    if (tokens.take_any({"USING", "TYPE"}))
        tokens.skip();
    return tokens.take({"ON"}) ? together_if(tokens.take_name(ObjectKind::table)) : EffectStatement{};
}

EffectStatement read_create(Tokens tokens) {
    skip_attributes(tokens);
    if (tokens.take({"INDEX"}))
        return read_index(tokens);
    const std::optional<ObjectKind> kind = take_kind(tokens);
    if (!kind)
        return {};
    // A function of a library is not in what SHOW CREATE shows.
    if (kind == ObjectKind::function && mentions(tokens, {"SONAME"}))
        return {};
    tokens.take({"IF", "NOT", "EXISTS"});
    return together_if(tokens.take_name(*kind));
}

// After ALTER TABLE and its name: the name that a RENAME gives it.
std::optional<NamedObject> find_new_name(Tokens tokens) {
    while (!tokens.at_end()) {
        const bool renames = is_word(tokens.peek(), "RENAME");
        tokens.skip();
        if (!renames || tokens.take_any({"COLUMN", "INDEX", "KEY"}))
            continue;
        tokens.take_any({"TO", "AS", "="});
        return tokens.take_name(ObjectKind::table);
    }
    return std::nullopt;
}

EffectStatement read_alter(Tokens tokens) {
    skip_attributes(tokens);
    const std::optional<ObjectKind> kind = take_kind(tokens);
    if (!kind)
        return {};
    tokens.take({"IF", "EXISTS"});
    // ALTER DATABASE may leave out the name.
    if (kind == ObjectKind::database &&
        mentions(Tokens(tokens.left().first(std::min<std::size_t>(tokens.left().size(), 1))),
                 {"CHARACTER", "CHARSET", "COLLATE", "DEFAULT", "COMMENT"}))
        return {Manner::repeatable, {}};
    std::optional<NamedObject> object = tokens.take_name(*kind);
    if (!object)
        return {};
    if (kind != ObjectKind::table)
        return together({std::move(*object)});
    // These move rows, and the table's definition stays.
    if (mentions(tokens, {"EXCHANGE", "TRUNCATE", "DISCARD", "IMPORT"}))
        return {};
    EffectStatement read = together({std::move(*object)});
    if (std::optional<NamedObject> renamed = find_new_name(tokens))
        read.objects.push_back(std::move(*renamed));
    return read;
}

EffectStatement read_drop(Tokens tokens) {
    if (tokens.take({"INDEX"}))
        return read_index(tokens);
    const std::optional<ObjectKind> kind = take_kind(tokens);
    if (!kind)
        return {};
    tokens.take({"IF", "EXISTS"});
    EffectStatement read;
    do {
        std::optional<NamedObject> object = tokens.take_name(*kind);
        if (!object)
            return {};
        read.objects.push_back(std::move(*object));
    } while (tokens.take({","}));
    read.manner = read.objects.size() == 1 ? Manner::together : Manner::one_by_one;
    return read;
}

EffectStatement read_rename(Tokens tokens) {
    if (!tokens.take_any({"TABLE", "TABLES"}))
        return {};
    tokens.take({"IF", "EXISTS"});
    EffectStatement read;
    do {
        std::optional<NamedObject> from = tokens.take_name(ObjectKind::table);
        if (!from || !tokens.take({"TO"}))
            return {};
        std::optional<NamedObject> to = tokens.take_name(ObjectKind::table);
        if (!to)
            return {};
        read.objects.push_back(std::move(*from));
        read.objects.push_back(std::move(*to));
    } while (tokens.take({","}));
    read.manner = Manner::together;
    return read;
}

EffectStatement read(Tokens tokens) {
    if (tokens.take({"SET", "STATEMENT"})) {
        while (!tokens.at_end() && !tokens.take({"FOR"}))
            tokens.skip();
        return read(tokens);
    }
    if (tokens.take({"CREATE"}))
        return read_create(tokens);
    if (tokens.take({"ALTER"}))
        return read_alter(tokens);
    if (tokens.take({"DROP"}))
        return read_drop(tokens);
    if (tokens.take({"RENAME"}))
        return read_rename(tokens);
    if (tokens.take_any(
            {"CALL", "EXECUTE", "SHUTDOWN", "BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"}))
        return {Manner::none, {}};
    if (tokens.take_any({"ANALYZE", "CHECK", "OPTIMIZE", "REPAIR", "CACHE", "LOAD", "LOCK", "UNLOCK", "FLUSH",
                         "GRANT", "COMMIT", "SET"}))
        return {Manner::repeatable, {}};
    return {};
}

}  // namespace

std::string_view word_of(ObjectKind kind) noexcept {
    return kWords.at(static_cast<std::size_t>(kind));
}

EffectStatement read_effect_statement(const spi::StatementView& statement) {
    return read(Tokens(statement.tokens));
}

}  // namespace aether::migrate::mysql
