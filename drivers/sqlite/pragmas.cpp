// SPDX-License-Identifier: MIT
// The query keys of Go's SQLite libraries, as the PRAGMAs that they stand for.
#include "pragmas.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>

namespace aether::migrate::sqlite {

namespace {

enum class Reach { session, file };

// Values between blanks; empty: any integer.
struct Key {
    std::string_view name;
    std::string_view alias;
    std::string_view pragma;
    std::string_view values;
    Reach reach = Reach::session;
};

constexpr std::string_view kBool = "0 1 false true no yes off on";

constexpr auto kKeys = std::to_array<Key>({
    {"_auto_vacuum", "_vacuum", "auto_vacuum", "0 1 2 none full incremental", Reach::file},
    {"_cache_size", "", "cache_size", ""},
    {"_case_sensitive_like", "_cslike", "case_sensitive_like", kBool},
    {"_defer_foreign_keys", "_defer_fk", "defer_foreign_keys", kBool},
    {"_foreign_keys", "_fk", "foreign_keys", kBool},
    {"_ignore_check_constraints", "", "ignore_check_constraints", kBool},
    {"_journal_mode", "_journal", "journal_mode", "delete truncate persist memory wal off", Reach::file},
    {"_locking_mode", "_locking", "locking_mode", "normal exclusive"},
    {"_query_only", "", "query_only", kBool},
    {"_recursive_triggers", "_rt", "recursive_triggers", kBool},
    {"_secure_delete", "", "secure_delete", "0 1 false true no yes off on fast default"},
    {"_synchronous", "_sync", "synchronous", "0 1 2 3 off normal full extra"},
    {"_writable_schema", "", "writable_schema", kBool},
});

bool is_integer(std::string_view text) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc{} && end == text.data() + text.size();
}

bool is_listed(std::string_view values, std::string_view value) {
    return !value.empty() && value.find(' ') == std::string_view::npos &&
           fmt::format(" {} ", values).find(fmt::format(" {} ", value)) != std::string::npos;
}

[[noreturn]] void refuse(std::string_view key, std::string_view value, std::string_view expected) {
    throw Error(ErrorCode::invalid_url, fmt::format("invalid {}: {}, expecting {}", key, value, expected));
}

void add(Reach reach, std::string pragma, Pragmas& pragmas) {
    (reach == Reach::file ? pragmas.file : pragmas.session).push_back(std::move(pragma));
}

void read_busy(std::string_view key, std::string_view value, Pragmas& pragmas) {
    if (!is_integer(value))
        refuse(key, value, "an integer number of milliseconds");
    std::from_chars(value.data(), value.data() + value.size(), pragmas.busy_milliseconds);
    pragmas.busy_milliseconds = std::max(pragmas.busy_milliseconds, 0);
}

bool is_word(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '+' || c == '.';
    });
}

// "foreign_keys(1)" or "foreign_keys=1".
void read_any(std::string_view value, Pragmas& pragmas) {
    const std::size_t mark = value.find_first_of("(=");
    const std::string name = spi::lower_case(value.substr(0, mark));
    std::string_view argument = mark == std::string_view::npos ? std::string_view() : value.substr(mark + 1);
    const bool closed = mark == std::string_view::npos || value[mark] == '=' || argument.ends_with(')');
    if (mark != std::string_view::npos && value[mark] == '(' && closed)
        argument.remove_suffix(1);
    if (!is_word(name) || !closed || (mark != std::string_view::npos && !is_word(argument)))
        refuse("_pragma", value, "NAME(VALUE)");
    if (name == "busy_timeout") {
        read_busy("_pragma=busy_timeout", argument, pragmas);
    } else {
        const bool of_file = name == "journal_mode" || name == "auto_vacuum";
        add(of_file ? Reach::file : Reach::session,
            argument.empty() ? fmt::format("PRAGMA {}", name) : fmt::format("PRAGMA {} = {}", name, argument),
            pragmas);
    }
}

}  // namespace

void read_pragma(std::string_view key, std::string_view value, Pragmas& pragmas) {
    if (key == "_busy_timeout" || key == "_timeout") {
        read_busy(key, value, pragmas);
    } else if (key == "_pragma") {
        read_any(value, pragmas);
    } else {
        const auto* const found = std::find_if(kKeys.begin(), kKeys.end(), [key](const Key& known) {
            return key == known.name || (!known.alias.empty() && key == known.alias);
        });
        if (found == kKeys.end())
            return;
        const std::string word = spi::lower_case(value);
        if (found->values.empty() ? !is_integer(word) : !is_listed(found->values, word))
            refuse(key, value,
                   found->values.empty() ? "an integer" : fmt::format("one of {}", found->values));
        if (word != "default")
            add(found->reach, fmt::format("PRAGMA {} = {}", found->pragma, word), pragmas);
    }
}

}  // namespace aether::migrate::sqlite
