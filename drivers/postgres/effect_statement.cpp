// SPDX-License-Identifier: MIT
// Reads from a statement's tokens what its effect can be told by: which object, by which name, with which
// words.
#include "effect_statement.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>

namespace aether::migrate::postgres {

namespace {

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

bool is_word(std::string_view token, std::string_view word) {
    return std::equal(token.begin(), token.end(), word.begin(), word.end(),
                      [](char left, char right) { return upper(left) == right; });
}

bool is_bare_name(std::string_view token) {
    const auto starts = [](unsigned char c) {
        return c == '_' || c >= 0x80 ||
               (upper(static_cast<char>(c)) >= 'A' && upper(static_cast<char>(c)) <= 'Z');
    };
    return !token.empty() && starts(static_cast<unsigned char>(token.front())) &&
           std::all_of(token.begin(), token.end(), [&starts](char c) {
               return starts(static_cast<unsigned char>(c)) || c == '$' || (c >= '0' && c <= '9');
           });
}

// U&"…" is left out: what it stands for only the server's lexer knows.
bool is_name(std::string_view token) {
    return is_bare_name(token) || (token.size() > 2 && token.front() == '"' && token.back() == '"');
}

/// Walks over a statement's tokens.
class Tokens {
public:
    explicit Tokens(const spi::StatementView& statement) : statement_(statement), left_(statement.tokens) {}

    bool at_end() const { return left_.empty(); }
    std::string_view peek() const { return left_.empty() ? std::string_view() : left_.front(); }
    void skip() { left_ = left_.subspan(1); }

    /// Takes these words, or none of them. They are in capitals.
    bool take(std::initializer_list<std::string_view> words) {
        if (left_.size() < words.size() ||
            !std::equal(words.begin(), words.end(), left_.begin(),
                        [](std::string_view word, std::string_view token) { return is_word(token, word); }))
            return false;
        left_ = left_.subspan(words.size());
        return true;
    }

    /// Takes `a` or `a.b`, as written.
    std::optional<std::string> take_name() {
        if (!is_name(peek()))
            return std::nullopt;
        std::string name(peek());
        skip();
        while (left_.size() >= 2 && left_[0] == "." && is_name(left_[1])) {
            name.append(".").append(left_[1]);
            left_ = left_.subspan(2);
        }
        return name;
    }

    /// Takes a string without escapes and continuations, and returns what it stands for.
    std::optional<std::string> take_string() {
        const std::string_view token = peek();
        if (token.size() < 2 || token.front() != '\'' || token.back() != '\'')
            return std::nullopt;
        std::string value;
        const std::string_view inside = token.substr(1, token.size() - 2);
        for (std::size_t index = 0; index < inside.size(); ++index) {
            // A backslash is an escape or not, as standard_conforming_strings says.
            if (inside[index] == '\\' || (inside[index] == '\'' && inside.substr(index, 2) != "''"))
                return std::nullopt;
            if (inside[index] == '\'')
                ++index;
            value.push_back(inside[index]);
        }
        skip();
        return value;
    }

    /// Returns the statement's text from the next token on; nothing when the tokens are no part of the text.
    std::optional<std::string> rest() const {
        if (left_.empty())
            return std::string();
        const char* const begin = statement_.text.data();
        const char* const end = begin + statement_.text.size();
        const char* const next = left_.front().data();
        if (std::less<>()(next, begin) || !std::less<>()(next, end))
            return std::nullopt;
        return std::string(next, end);
    }

    std::span<const std::string_view> left() const { return left_; }

private:
    const spi::StatementView& statement_;
    std::span<const std::string_view> left_;
};

spi::Value truth(bool value) {
    return value ? "true" : "false";
}

// Reads `( a, b off, … )` and returns whether an option is on; the last mention decides.
bool take_options(Tokens& tokens, std::string_view option) {
    bool on = false;
    if (!tokens.take({"("}))
        return on;
    while (!tokens.at_end() && !tokens.take({")"})) {
        const bool named = is_word(tokens.peek(), option);
        tokens.skip();
        if (named) {
            on = !(is_word(tokens.peek(), "FALSE") || is_word(tokens.peek(), "OFF") || tokens.peek() == "0" ||
                   tokens.peek() == "'false'" || tokens.peek() == "'off'");
        }
    }
    return on;
}

EffectStatement repeatable(std::string_view what, bool queues_others) {
    EffectStatement read;
    read.kind = EffectKind::repeatable;
    read.queues_others = queues_others;
    read.values = {std::string(what)};
    return read;
}

// After CREATE [UNIQUE] INDEX CONCURRENTLY.
EffectStatement read_create_index(Tokens tokens, bool unique) {
    EffectStatement read;
    read.queues_others = false;
    read.unique = unique;
    const bool skip = tokens.take({"IF", "NOT", "EXISTS"});
    std::optional<std::string> name;
    if (!is_word(tokens.peek(), "ON"))
        name = tokens.take_name();
    if (!tokens.take({"ON"}))
        return read;
    const bool in_brackets = tokens.take({"ONLY"}) && tokens.take({"("});
    const std::optional<std::string> table = tokens.take_name();
    if (!table || (in_brackets && !tokens.take({")"})))
        return read;
    std::optional<std::string> rest = tokens.rest();
    if (!rest)
        return read;
    read.kind = EffectKind::create_index;
    read.relations = {table};
    read.values = {name, truth(skip)};
    read.rest = std::move(*rest);
    return read;
}

// After DROP INDEX CONCURRENTLY.
EffectStatement read_drop_index(Tokens tokens) {
    EffectStatement read;
    read.queues_others = false;
    const bool skip = tokens.take({"IF", "EXISTS"});
    const std::optional<std::string> name = tokens.take_name();
    if (!name)
        return read;
    if (tokens.peek() == ",")
        return repeatable("DROP INDEX CONCURRENTLY of several indexes", false);  // the server refuses it
    read.kind = EffectKind::drop_index;
    read.relations = {name};
    read.values = {truth(skip)};
    return read;
}

// After REINDEX.
EffectStatement read_reindex(Tokens tokens) {
    EffectStatement read;
    bool concurrently = take_options(tokens, "CONCURRENTLY");
    std::string scope;
    for (const std::string_view word : {"INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"}) {
        if (scope.empty() && tokens.take({word}))
            scope = word;
    }
    concurrently = tokens.take({"CONCURRENTLY"}) || concurrently;
    read.queues_others = !concurrently;
    const std::optional<std::string> name = tokens.take_name();
    const bool one = scope == "INDEX" || scope == "TABLE";
    // From 16 on the name of a database may be absent.
    if (scope.empty() || (!name && (one || scope == "SCHEMA")))
        return read;
    if (one && !concurrently)
        return read;
    read.kind = EffectKind::reindex;
    read.relations = {one ? name : spi::Value()};
    read.values = {scope, scope == "SCHEMA" ? name : spi::Value()};
    return read;
}

// After ALTER TABLE.
EffectStatement read_alter_table(Tokens tokens) {
    EffectStatement read;
    tokens.take({"IF", "EXISTS"});
    tokens.take({"ONLY"});
    const std::optional<std::string> parent = tokens.take_name();
    tokens.take({"*"});
    if (!parent || !tokens.take({"DETACH", "PARTITION"}))
        return read;
    const std::optional<std::string> child = tokens.take_name();
    if (!child || !tokens.take({"CONCURRENTLY"}) || !tokens.at_end())
        return read;
    read.kind = EffectKind::detach_partition;
    read.queues_others = false;
    read.relations = {parent, child};
    return read;
}

// After CREATE or DROP and the object's kind.
EffectStatement read_global_object(Tokens tokens, EffectKind kind, std::string_view verb) {
    EffectStatement read;
    const bool skip = verb == "drop" && tokens.take({"IF", "EXISTS"});
    const std::optional<std::string> name = tokens.take_name();
    if (!name)
        return read;
    read.kind = kind;
    read.values = {std::string(verb), name, truth(skip)};
    return read;
}

// After COMMIT PREPARED or ROLLBACK PREPARED.
EffectStatement read_prepared(Tokens tokens, std::string_view verb) {
    EffectStatement read;
    const std::optional<std::string> gid = tokens.take_string();
    if (!gid)
        return read;
    read.kind = EffectKind::prepared_transaction;
    read.values = {std::string(verb), gid};
    return read;
}

// After ALTER TYPE.
EffectStatement read_alter_type(Tokens tokens) {
    EffectStatement read;
    const std::optional<std::string> type = tokens.take_name();
    if (!type || !tokens.take({"ADD", "VALUE"}))
        return read;
    tokens.take({"IF", "NOT", "EXISTS"});
    const std::optional<std::string> label = tokens.take_string();
    if (!label)
        return read;
    read.kind = EffectKind::enum_value;
    read.types = {type};
    read.values = {label};
    return read;
}

EffectStatement read_vacuum(Tokens tokens) {
    const bool in_brackets = tokens.peek() == "(";
    const bool full = in_brackets ? take_options(tokens, "FULL") : tokens.take({"FULL"});
    return repeatable(full ? "VACUUM FULL" : "VACUUM", full);
}

EffectStatement read_create(Tokens tokens) {
    if (tokens.take({"INDEX", "CONCURRENTLY"}))
        return read_create_index(tokens, false);
    if (tokens.take({"UNIQUE", "INDEX", "CONCURRENTLY"}))
        return read_create_index(tokens, true);
    if (tokens.take({"DATABASE"}))
        return read_global_object(tokens, EffectKind::database, "create");
    if (tokens.take({"TABLESPACE"}))
        return read_global_object(tokens, EffectKind::tablespace, "create");
    if (tokens.take({"SUBSCRIPTION"}))
        return read_global_object(tokens, EffectKind::subscription, "create");
    return {};
}

EffectStatement read_drop(Tokens tokens) {
    if (tokens.take({"INDEX", "CONCURRENTLY"}))
        return read_drop_index(tokens);
    if (tokens.take({"DATABASE"}))
        return read_global_object(tokens, EffectKind::database, "drop");
    if (tokens.take({"TABLESPACE"}))
        return read_global_object(tokens, EffectKind::tablespace, "drop");
    if (tokens.take({"SUBSCRIPTION"}))
        return read_global_object(tokens, EffectKind::subscription, "drop");
    return {};
}

EffectStatement read_alter(Tokens tokens) {
    if (tokens.take({"TABLE"}))
        return read_alter_table(tokens);
    if (tokens.take({"TYPE"}))
        return read_alter_type(tokens);
    if (tokens.take({"SYSTEM"}))
        return repeatable("ALTER SYSTEM", true);
    if (tokens.take({"DATABASE"}) && tokens.take_name() && tokens.take({"SET", "TABLESPACE"}))
        return repeatable("ALTER DATABASE … SET TABLESPACE", true);
    return {};
}

}  // namespace

EffectStatement read_effect_statement(const spi::StatementView& statement) {
    Tokens tokens(statement);
    if (tokens.take({"CREATE"}))
        return read_create(tokens);
    if (tokens.take({"DROP"}))
        return read_drop(tokens);
    if (tokens.take({"ALTER"}))
        return read_alter(tokens);
    if (tokens.take({"REINDEX"}))
        return read_reindex(tokens);
    if (tokens.take({"VACUUM"}))
        return read_vacuum(tokens);
    if (tokens.take({"ANALYZE"}))
        return repeatable("ANALYZE", false);
    if (tokens.take({"CLUSTER"}))
        return repeatable("CLUSTER", true);
    if (tokens.take({"DISCARD", "ALL"}))
        return repeatable("DISCARD ALL", true);
    if (tokens.take({"COMMIT", "PREPARED"}))
        return read_prepared(tokens, "commit");
    if (tokens.take({"ROLLBACK", "PREPARED"}))
        return read_prepared(tokens, "rollback");
    return {};
}

}  // namespace aether::migrate::postgres
