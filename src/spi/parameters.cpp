// SPDX-License-Identifier: MIT
// Reads the x- parameters that golang-migrate's drivers share.
#include <aether/migrate/spi/parameters.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::spi {

namespace {

[[noreturn]] void refuse(std::string message) {
    throw Error(ErrorCode::invalid_url, std::move(message));
}

[[noreturn]] void refuse_limit(std::string message, std::string_view forms) {
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = std::move(message);
    details.hint = fmt::format("write {} as 300ms, 1.5s, 10m or 1h30m; 0 switches the limit off", forms);
    throw Error(std::move(details));
}

std::chrono::milliseconds read_limit(std::string_view name, std::string_view text) {
    const auto parsed = parse_limit(text);
    if (const auto* fault = std::get_if<LimitFault>(&parsed)) {
        refuse_limit(fmt::format("unable to parse option {}: {}", name, fault->message), "a duration");
    }
    return std::get<std::chrono::milliseconds>(parsed);
}

// golang-migrate takes an integer number of milliseconds and nothing else; what it refuses may be a duration.
std::chrono::milliseconds read_statement_timeout(std::string_view name, std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('+') || text.starts_with('-') ? 1 : 0);
    const bool is_number = digits.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_number) {
        const std::int64_t milliseconds = parse_integer(name, text);
        if (milliseconds < 0) {
            refuse(fmt::format("{} must not be negative: {}", name, milliseconds));
        }
        // Any larger number means the same, that nothing ends the statement, and overflows the clock.
        return std::min(std::chrono::milliseconds(milliseconds), kLongestLimit);
    }
    const auto parsed = parse_limit(text);
    if (const auto* fault = std::get_if<LimitFault>(&parsed)) {
        refuse_limit(
            fault->out_of_range
                ? fmt::format("unable to parse option {}: {}", name, fault->message)
                : fmt::format("unable to parse option {}: strconv.Atoi: parsing \"{}\": invalid syntax", name,
                              text),
            "milliseconds as 1500, or a duration");
    }
    return std::get<std::chrono::milliseconds>(parsed);
}

void read_limits(const Url& url, Limits& limits) {
    constexpr std::array<std::pair<std::string_view, std::optional<std::chrono::milliseconds> Limits::*>, 4>
        kDurations{{{"x-table-lock-timeout", &Limits::table_lock_timeout},
                    {"x-retry-for", &Limits::retry_for},
                    {"x-idle-timeout", &Limits::idle_timeout},
                    {"x-client-check-interval", &Limits::client_check_interval}}};
    for (const auto& [name, limit] : kDurations) {
        if (const auto value = url.find(name); value && !value->empty()) {
            limits.*limit = read_limit(name, *value);
        }
    }
    constexpr std::string_view kStatementTimeout = "x-statement-timeout";
    if (const auto value = url.find(kStatementTimeout); value && !value->empty()) {
        limits.statement_timeout = read_statement_timeout(kStatementTimeout, *value);
    }
}

// golang-migrate 4.19 takes the text between quotes pairwise: "schema"."table" or "table".
void read_quoted_table(const std::string& value, Settings& settings) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
        refuse(fmt::format(
            "x-migrations-table must be quoted (for instance '\"migrate\".\"schema_migrations\"') when "
            "x-migrations-table-quoted is enabled, current value is: {}",
            value));
    }
    std::vector<std::string> parts;
    for (std::size_t open = value.find('"'); open != std::string::npos;) {
        const std::size_t close = value.find('"', open + 1);
        if (close == std::string::npos) {
            refuse(fmt::format("x-migrations-table has a quote without its partner: {}", value));
        }
        parts.push_back(value.substr(open + 1, close - open - 1));
        open = value.find('"', close + 1);
    }
    if (parts.size() > 2) {
        refuse(fmt::format("\"{}\" MigrationsTable contains too many dot characters", value));
    }
    settings.table = parts.back();
    if (parts.size() == 2) {
        settings.table_schema = parts.front();
    }
}

}  // namespace

bool parse_bool(std::string_view name, std::string_view text) {
    for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
        if (text == yes)
            return true;
    }
    for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
        if (text == no)
            return false;
    }
    refuse(fmt::format("unable to parse option {}: strconv.ParseBool: parsing \"{}\": invalid syntax", name,
                       text));
}

std::int64_t parse_integer(std::string_view name, std::string_view text) {
    std::int64_t value = 0;
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (fault == std::errc::result_out_of_range) {
        refuse(fmt::format("unable to parse option {}: strconv.Atoi: parsing \"{}\": value out of range",
                           name, text));
    }
    const bool second_sign = text.starts_with('+') && digits.starts_with('-');
    if (fault != std::errc{} || end != digits.data() + digits.size() || second_sign) {
        refuse(fmt::format("unable to parse option {}: strconv.Atoi: parsing \"{}\": invalid syntax", name,
                           text));
    }
    return value;
}

Settings read_settings(const Url& url) {
    Settings settings;
    const std::optional<std::string> table = url.find("x-migrations-table");
    if (table && !table->empty()) {
        settings.table = *table;
    }
    if (const auto quoted = url.find("x-migrations-table-quoted"); quoted && !quoted->empty()) {
        if (parse_bool("x-migrations-table-quoted", *quoted)) {
            if (!table || table->empty()) {
                refuse("x-migrations-table-quoted is set without x-migrations-table");
            }
            read_quoted_table(*table, settings);
        }
    }
    if (settings.table.empty()) {
        refuse("x-migrations-table is empty");
    }
    if (const auto mode = url.find("x-multi-statement"); mode && !mode->empty()) {
        settings.multi_statement = parse_bool("x-multi-statement", *mode);
    }
    if (const auto size = url.find("x-multi-statement-max-size"); size && !size->empty()) {
        const std::int64_t bytes = parse_integer("x-multi-statement-max-size", *size);
        if (bytes > 0) {
            settings.multi_statement_max_bytes = static_cast<std::size_t>(bytes);
        }
    }
    read_limits(url, settings.limits);
    if (const auto history = url.find("x-history"); history && !history->empty()) {
        settings.history = parse_bool("x-history", *history);
    }
    return settings;
}

}  // namespace aether::migrate::spi
