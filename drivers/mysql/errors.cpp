// SPDX-License-Identifier: MIT
// The driver's border: the server's errors in the engine's terms and golang-migrate's words.
#include "errors.hpp"

#include <errmsg.h>
#include <mysqld_error.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/url.hpp>

#include "position.hpp"

namespace aether::migrate::mysql {

namespace {

// Errors of MySQL 8 that libmariadb's header does not name.
constexpr unsigned kLockNowait = 3572;               // ER_LOCK_NOWAIT
constexpr unsigned kInteractionTimeout = 4031;       // ER_CLIENT_INTERACTION_TIMEOUT
constexpr unsigned kQueryTimeout = 3024;             // ER_QUERY_TIMEOUT
constexpr unsigned kSecureTransportRequired = 3159;  // ER_SECURE_TRANSPORT_REQUIRED

std::string numbered(const ServerError& error) {
    return fmt::format("Error {}: {}", error.number, error.message);
}

// Go prints errno texts in lower case.
std::string errno_text(int number) {
    std::string text = std::strerror(number);
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
        text[0] = static_cast<char>(text[0] + 32);
    return text;
}

std::string target_of(const Parameters& parameters) {
    if (!parameters.socket.empty())
        return fmt::format("dial unix {}", parameters.socket);
    const bool ipv6 = parameters.host.find(':') != std::string::npos;
    return ipv6 ? fmt::format("dial tcp [{}]:{}", parameters.host, parameters.port)
                : fmt::format("dial tcp {}:{}", parameters.host, parameters.port);
}

// libmariadb: Can't connect to server on '127.0.0.1' (111); the number is the system's.
std::string dial_text(const Parameters& parameters, const std::string& message) {
    const auto bracket = message.rfind('(');
    int number = 0;
    if (bracket != std::string::npos)
        std::from_chars(message.data() + bracket + 1, message.data() + message.size(), number);
    return number > 0 ? fmt::format("{}: connect: {}", target_of(parameters), errno_text(number))
                      : fmt::format("{}: {}", target_of(parameters), message);
}

std::string hint_for(const ServerError& error) {
    switch (error.number) {
        case ER_DBACCESS_DENIED_ERROR:
        case ER_TABLEACCESS_DENIED_ERROR:
        case ER_COLUMNACCESS_DENIED_ERROR:
        case ER_SPECIFIC_ACCESS_DENIED_ERROR:
        case ER_PROCACCESS_DENIED_ERROR:
            return "GRANT it to the user of the database URL; our own tables need CREATE, SELECT, INSERT, "
                   "UPDATE "
                   "and DELETE";
        case ER_BAD_FIELD_ERROR:
            return "if it is about a table of ours: it has other columns; choose another name with "
                   "x-migrations-table, or switch history and journal off with x-history=false";
        case ER_OPTION_PREVENTS_STATEMENT:
            return "the server only lets replication write: connect to the primary";
        case ER_NET_PACKET_TOO_LARGE:
            return "one statement is larger than the server's max_allowed_packet";
        case kSecureTransportRequired:
            return "say tls=true, tls=skip-verify or tls=preferred in the database URL";
        default:
            return {};
    }
}

// Whether a text may run another one that is not in it: CALL, EXECUTE, and what a conditional comment hides.
bool calls_hidden_text(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return false;
    text.remove_prefix(begin);
    const auto starts_with = [text](std::string_view word) {
        return text.size() >= word.size() &&
               std::equal(word.begin(), word.end(), text.begin(),
                          [](char in_word, char in_text) { return in_word == (in_text | 0x20); });
    };
    return text.front() == '/' || starts_with("call") || starts_with("execute");
}

Error connection_failure(const std::string& message, std::string hint) {
    ErrorDetails details;
    details.code = ErrorCode::connection_failed;
    details.message = redact(message);
    details.hint = std::move(hint);
    details.next = "check DATABASE_URL and that the server is running";
    return Error(std::move(details));
}

}  // namespace

bool was_interrupted(unsigned number) noexcept {
    return number == ER_QUERY_INTERRUPTED || number == ER_FILSORT_ABORT;
}

bool ends_session(unsigned number) noexcept {
    switch (number) {
        case ER_SERVER_SHUTDOWN:
        case ER_CONNECTION_KILLED:
        case ER_ABORTING_CONNECTION:
        case ER_NEW_ABORTING_CONNECTION:
        case ER_NET_PACKET_TOO_LARGE:
        case kInteractionTimeout:
            return true;
        default:
            break;
    }
    // libmariadb's own errors
    return (number >= CR_MIN_ERROR && number < 3000) || (number >= CER_MIN_ERROR && number < 6000);
}

bool may_pass_later(unsigned number) noexcept {
    return number == ER_LOCK_WAIT_TIMEOUT || number == ER_LOCK_DEADLOCK || number == kLockNowait;
}

std::string sqlstate_of(const ServerError& error) {
    if (error.number == ER_LOCK_WAIT_TIMEOUT || error.number == kLockNowait)
        return "HYT00";
    return error.sqlstate;
}

spi::ScriptFailure failure_of(const ServerError& error, std::string_view text, std::size_t completed) {
    spi::ScriptFailure failure;
    failure.message = error.message;
    failure.original = numbered(error);
    failure.sqlstate = sqlstate_of(error);
    failure.hint = hint_for(error);
    failure.passing = may_pass_later(error.number);
    if (error.timed_out) {
        // What golang-migrate says when its own limit ends a file.
        failure.message = "the statement was cancelled: its time is over";
        failure.original = "context deadline exceeded";
        failure.hint = "x-statement-timeout, -statement-timeout or the file's header line set the limit";
    }
    if (error.number == ER_STATEMENT_TIMEOUT || error.number == kQueryTimeout)
        failure.hint = "the server's own limit: max_statement_time on MariaDB, max_execution_time on MySQL";
    if (error.number == ER_PARSE_ERROR) {
        failure.position = find_place(error.message, text);
        failure.unread = completed == 0 && failure.position > 0 && !calls_hidden_text(text);
    }
    return failure;
}

Error bookkeeping_error(const ServerError& error, std::string_view purpose) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    if (error.timed_out) {
        details.message = "the version table could not be read or written in time";
        details.hint =
            "another session may hold a lock on it: look into information_schema.processlist and "
            "information_schema.innodb_trx";
        return Error(std::move(details));
    }
    details.message = numbered(error);
    if (purpose != "COMMIT")
        details.message += fmt::format(" in line 0: {}", purpose);
    details.sqlstate = sqlstate_of(error);
    details.hint = hint_for(error);
    return Error(std::move(details));
}

Error connect_error(const Parameters& parameters, const ServerError& error) {
    switch (error.number) {
        case CR_CONNECTION_ERROR:
        case CR_CONN_HOST_ERROR:
            return connection_failure(dial_text(parameters, error.message),
                                      "no MySQL or MariaDB server listens there");
        case CR_UNKNOWN_HOST:
            return connection_failure(fmt::format("dial tcp: lookup {}: no such host", parameters.host), {});
        case CR_SSL_CONNECTION_ERROR:
            return connection_failure(error.message, "the parameter tls of the database URL asks for TLS");
        default:
            break;
    }
    if (error.number >= CR_MIN_ERROR && error.number < 3000)
        return connection_failure(error.message, {});
    return connection_failure(numbered(error), hint_for(error));
}

Error connect_timeout_error(const Parameters& parameters) {
    return connection_failure(fmt::format("{}: i/o timeout", target_of(parameters)), {});
}

Error lost_error(const ServerError& error, bool given_up) {
    if (given_up)
        return connection_failure("the server did not end a statement in time: the session was given up", {});
    return connection_failure(error.number == 0 ? "the session is lost" : numbered(error), hint_for(error));
}

}  // namespace aether::migrate::mysql
