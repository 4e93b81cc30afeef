// SPDX-License-Identifier: MIT
// The driver's border: libpq's errors in the engine's terms and golang-migrate's words.
#include "errors.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/url.hpp>

namespace aether::migrate::postgres {

namespace {

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string() : std::string(text);
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Go prints errno texts in lower case.
std::string lower_first(std::string_view text) {
    std::string result(text);
    if (result.size() > 1 && result[0] >= 'A' && result[0] <= 'Z' && result[1] >= 'a') {
        result[0] = static_cast<char>(result[0] + 32);
    }
    return result;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const auto start = text.find(before);
    if (start == std::string_view::npos)
        return {};
    const auto begin = start + before.size();
    const auto end = text.find(after, begin);
    return end == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin);
}

// One line of libpq 12 to 18, as
//   connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused
//   connection to server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory
// golang-migrate: dial tcp 127.0.0.1:5432: connect: connection refused
std::string dial_text(std::string_view line) {
    const auto failed = line.find(" failed: ");
    if (failed == std::string_view::npos)
        return {};
    const std::string_view reason = trim(line.substr(failed + 9));
    if (line.find("connection to server on socket") != std::string_view::npos) {
        const std::string_view socket = between(line, "on socket \"", "\"");
        return fmt::format("dial unix {}: connect: {}", socket, lower_first(reason));
    }
    std::string_view address = between(line, "\" (", ")");
    if (address.empty())
        address = between(line, "at \"", "\"");
    std::string_view port = between(line, "port ", " failed");
    const bool ipv6 = address.find(':') != std::string_view::npos;
    const std::string target =
        ipv6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
    if (reason.find("timeout expired") != std::string_view::npos) {
        return fmt::format("dial tcp {}: i/o timeout", target);
    }
    return fmt::format("dial tcp {}: connect: {}", target, lower_first(reason));
}

std::string server_text(std::string_view line) {
    for (const std::string_view severity : {"FATAL:", "ERROR:", "PANIC:"}) {
        const auto found = line.find(severity);
        if (found != std::string_view::npos) {
            return fmt::format("pq: {}", trim(line.substr(found + severity.size())));
        }
    }
    return {};
}

std::string first_line(std::string_view text) {
    const auto end = text.find('\n');
    return end == std::string_view::npos ? std::string(text) : fmt::format("{} …", trim(text.substr(0, end)));
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (!trim(line).empty())
            lines.push_back(line);
        if (end == std::string_view::npos)
            break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

// What the first line says; several hosts or addresses give several reports, of which an IPv4 one is shown
// first, as the guides of golang-migrate's users have it.
std::string headline(const std::vector<std::string_view>& lines) {
    std::string first;
    for (const std::string_view line : lines) {
        if (std::string text = server_text(line); !text.empty())
            return text;
        if (line.find("SSL was required") != std::string_view::npos)
            return "pq: SSL is not enabled on the server";
        if (line.find("could not translate host name") != std::string_view::npos) {
            return fmt::format("dial tcp: lookup {}: no such host", between(line, "host name \"", "\""));
        }
        std::string text = dial_text(line);
        if (!text.empty() && (first.empty() || (first.find("tcp [") != std::string::npos)))
            first = std::move(text);
    }
    if (!first.empty())
        return first;
    return lines.empty() ? "the server closed the connection" : std::string(trim(lines.front()));
}

std::string hint_for(std::string_view message) {
    if (message.find("SSL is not enabled") != std::string_view::npos) {
        return "the schemes postgres and postgresql demand TLS unless the URL says sslmode=disable";
    }
    if (message.find("refused") != std::string_view::npos ||
        message.find("no such file") != std::string_view::npos) {
        return "no PostgreSQL server listens there";
    }
    return {};
}

}  // namespace

bool may_pass_later(std::string_view sqlstate, std::string_view message, std::string_view schema) {
    // lock_not_available, deadlock_detected, serialization_failure
    if (sqlstate == "55P03" || sqlstate == "40P01" || sqlstate == "40001")
        return true;
    // Two sessions change one row of the catalogue, as GRANT and CREATE OR REPLACE do. The server translates
    // no message of an internal error.
    if (sqlstate == "XX000")
        return message == "tuple concurrently updated" || message == "tuple concurrently deleted";
    // unique_violation: two sessions make an object of one name, also with IF NOT EXISTS. A plain duplicate
    // has a code of its own.
    return sqlstate == "23505" && schema == "pg_catalog";
}

spi::ScriptFailure failure_of(const PGresult* result, ErrorStyle style) {
    spi::ScriptFailure failure;
    failure.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    failure.sqlstate = field(result, PG_DIAG_SQLSTATE);
    failure.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    failure.hint = field(result, PG_DIAG_MESSAGE_HINT);
    failure.context = field(result, PG_DIAG_CONTEXT);
    if (failure.message.empty()) {
        failure.message = std::string(trim(PQresultErrorMessage(result)));
    }
    failure.passing = may_pass_later(failure.sqlstate, failure.message, field(result, PG_DIAG_SCHEMA_NAME));
    const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    std::from_chars(position.data(), position.data() + position.size(), failure.position);
    failure.original = style == ErrorStyle::lib_pq
                           ? fmt::format("pq: {}", failure.message)
                           : fmt::format("{}: {} (SQLSTATE {})", field(result, PG_DIAG_SEVERITY_NONLOCALIZED),
                                         failure.message, failure.sqlstate);
    return failure;
}

void complete_failure(spi::ScriptResult& outcome, const spi::Wait& wait, ErrorStyle style) {
    spi::ScriptFailure& failure = *outcome.failure;
    // query_canceled. It was we who asked for it, so the server blames its user.
    if (failure.sqlstate == "57014" && wait.deadline && std::chrono::steady_clock::now() >= *wait.deadline) {
        failure.message = "canceling statement due to statement timeout";
        failure.original = style == ErrorStyle::lib_pq
                               ? fmt::format("pq: {}", failure.message)
                               : fmt::format("ERROR: {} (SQLSTATE {})", failure.message, failure.sqlstate);
        failure.hint = "x-statement-timeout, -statement-timeout or the file's header line set the limit";
    }
    // syntax_error: a text is parsed as a whole before its first statement runs. One that is found while a
    // statement runs (in a procedure, say) has no position in the text.
    failure.unread = outcome.completed == 0 && failure.sqlstate == "42601" && failure.position > 0;
}

Error bookkeeping_error(const PGresult* result, ErrorStyle style, std::string_view statement) {
    const spi::ScriptFailure failure = failure_of(result, style);
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = failure.original;
    if (statement != "COMMIT")  // which refuses for what was done before it
        details.message += fmt::format(" in line 0: {}", first_line(trim(statement)));
    details.sqlstate = failure.sqlstate;
    details.detail = failure.detail;
    details.hint = failure.hint;
    details.context = failure.context;
    return Error(std::move(details));
}

ErrorDetails connection_error(std::string_view libpq_message) {
    const std::string safe = redact(libpq_message);
    const std::vector<std::string_view> lines = lines_of(safe);
    ErrorDetails details;
    details.code = ErrorCode::connection_failed;
    details.message = headline(lines);
    details.hint = hint_for(details.message);
    if (lines.size() > 1) {
        details.context = std::string(trim(safe));
    }
    details.next = "check DATABASE_URL and that the server is running";
    return details;
}

}  // namespace aether::migrate::postgres
