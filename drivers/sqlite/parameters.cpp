// SPDX-License-Identifier: MIT
// From a database URL as golang-migrate's drivers read it to what SQLite takes.
#include "parameters.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>
#include <aether/migrate/spi/parameters.hpp>
#include <aether/migrate/url.hpp>

#include "file_name.hpp"
#include "pragmas.hpp"

namespace aether::migrate::sqlite {

namespace {

[[noreturn]] void refuse(std::string message) {
    throw Error(ErrorCode::invalid_url, std::move(message));
}

// SQLite's own words for a value that it does not know.
void read_mode(const std::string& value, Parameters& parameters) {
    constexpr auto kModes = std::to_array<std::pair<std::string_view, int>>({
        {"ro", SQLITE_OPEN_READONLY},
        {"rw", SQLITE_OPEN_READWRITE},
        {"rwc", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE},
        {"memory", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY},
    });
    for (const auto& [name, flags] : kModes) {
        if (value == name) {
            parameters.open_flags = flags;
            return;
        }
    }
    refuse(fmt::format("no such access mode: {}", value));
}

void read_cache(const std::string& value, Parameters& parameters) {
    if (value == "shared")
        parameters.open_flags |= SQLITE_OPEN_SHAREDCACHE;
    else if (value == "private")
        parameters.open_flags |= SQLITE_OPEN_PRIVATECACHE;
    else
        refuse(fmt::format("no such cache mode: {}", value));
}

// Both in golang-migrate's words, with the parameter's name before the fault.
bool read_no_tx_wrap(const std::string& value) {
    try {
        return spi::parse_bool("x-no-tx-wrap", value);
    } catch (const Error&) {
        refuse(fmt::format("x-no-tx-wrap: strconv.ParseBool: parsing \"{}\": invalid syntax", value));
    }
}

// golang-migrate pastes the name into its statements, so a quoted one has quotes in the URL.
std::string unquoted(const std::string& table) {
    constexpr auto kQuotes = std::to_array<std::pair<char, char>>({{'"', '"'}, {'`', '`'}, {'[', ']'}});
    for (const auto& [open, close] : kQuotes) {
        if (table.size() > 2 && table.front() == open && table.back() == close &&
            table.find(close, 1) == table.size() - 1)
            return table.substr(1, table.size() - 2);
    }
    return table;
}

// golang-migrate waits for a busy file as long as its library does, and then gives up.
void set_busy_timeout(int milliseconds, Limits& limits) {
    if (milliseconds < 0)
        return;
    if (!limits.table_lock_timeout)
        limits.table_lock_timeout = std::chrono::milliseconds(std::max(milliseconds, 1));
    if (!limits.retry_for)
        limits.retry_for = std::chrono::milliseconds(0);
}

void read_query(const Url& url, Parameters& parameters) {
    Pragmas pragmas;
    std::string uri_query;
    for (const auto& [key, value] : url.query()) {
        if (key == "mode") {
            read_mode(value, parameters);
        } else if (key == "vfs") {
            parameters.vfs = value;
        } else if (key == "immutable" || key == "nolock" || key == "psow") {
            uri_query += fmt::format("{}{}={}", uri_query.empty() ? "" : "&", key,
                                     spi::parse_bool(key, value) ? 1 : 0);
        } else if (key == "x-backup") {
            parameters.backup = value;
        } else if (key == "x-no-tx-wrap" && !value.empty()) {
            parameters.settings.multi_statement = read_no_tx_wrap(value);
            if (!url.find("x-multi-statement-max-size"))
                parameters.settings.multi_statement_max_bytes = std::numeric_limits<std::size_t>::max();
        } else if (key.starts_with('_')) {
            read_pragma(key, value, pragmas);
        }
    }
    if (const auto cache = url.find("cache"))
        read_cache(*cache, parameters);
    if (!uri_query.empty()) {
        parameters.open_name = to_uri(parameters.file, uri_query);
        parameters.open_flags |= SQLITE_OPEN_URI;
    }
    parameters.session_pragmas = std::move(pragmas.session);
    parameters.file_pragmas = std::move(pragmas.file);
    set_busy_timeout(pragmas.busy_milliseconds, parameters.settings.limits);
}

void read_table(Parameters& parameters) {
    spi::Settings& settings = parameters.settings;
    settings.table = unquoted(settings.table);
    if (spi::lower_case(settings.table.substr(0, 7)) == "sqlite_")
        refuse("x-migrations-table: names that begin with sqlite_ are SQLite's own");
    if (settings.table_schema && *settings.table_schema != "main")
        refuse(fmt::format("x-migrations-table: there is no schema {} in a database file, only main",
                           *settings.table_schema));
}

}  // namespace

Parameters read_parameters(std::string_view text) {
    const std::string scheme = scheme_of(text);
    std::string_view rest = text.substr(scheme.size() + 1);
    if (!rest.starts_with("//"))
        refuse(fmt::format("a database URL has two slashes behind \"{}:\"", scheme));
    rest.remove_prefix(2);
    const std::size_t mark = std::min(rest.find('?'), rest.size());
    // What stands before the query is a file's name: not every one is the host and path of a URL.
    const Url url = Url::parse(fmt::format("{}:///{}", scheme, rest.substr(mark)));
    const FileName name = read_file_name(rest.substr(0, mark));
    Parameters parameters;
    parameters.file = parameters.open_name = name.path;
    parameters.settings = spi::read_settings(url);
    read_query(url, parameters);
    if (name.memory)
        parameters.open_flags |= SQLITE_OPEN_MEMORY;
    read_table(parameters);
    return parameters;
}

}  // namespace aether::migrate::sqlite
