// SPDX-License-Identifier: MIT
// A libmariadb session that never blocks beyond its deadline and can be stopped from another thread.
#include "session.hpp"

#include <mysqld_error.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "errors.hpp"

namespace aether::migrate::mysql {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kConnectLimit{30};
// How long the server may take to obey a KILL QUERY before the session counts as lost.
constexpr seconds kCancelLimit{15};
// For connecting and sending KILL QUERY.
constexpr seconds kKillLimit{5};
// After an error the session's state is asked for.
constexpr seconds kRefreshLimit{15};
// How often the listener hears that a call still waits.
constexpr milliseconds kPulse{100};
constexpr int kAnyEvent = MYSQL_WAIT_READ | MYSQL_WAIT_WRITE | MYSQL_WAIT_TIMEOUT;

bool passed(const std::optional<steady_clock::time_point>& moment) {
    return moment && steady_clock::now() >= *moment;
}

void keep_earlier(std::optional<steady_clock::time_point>& moment, steady_clock::time_point other) {
    moment = moment ? std::min(*moment, other) : other;
}

// Where the caller's connection counts the rows that an UPDATE changes, its info begins with those found. In
// the server's language: the number is what counts.
std::uint64_t rows_found(MYSQL* connection) {
    const char* const info = mysql_info(connection);
    if ((connection->client_flag & CLIENT_FOUND_ROWS) != 0 || info == nullptr)
        return mysql_affected_rows(connection);
    return std::strtoull(info + std::strcspn(info, "0123456789"), nullptr, 10);
}

}  // namespace

Session::Session(const Parameters& parameters, const spi::Wait& wait, Purpose purpose)
    : parameters_(parameters), connection_(mysql_init(nullptr)) {
    if (connection_ == nullptr)
        throw Error(ErrorCode::internal, "out of memory");
    set_options();
    connect(wait);
    if (purpose == Purpose::main)
        set_up(wait);
}

Session::Session(MYSQL* borrowed, const Parameters& parameters)
    : parameters_(parameters), connection_(borrowed, ConnectionClose{.leave_open = true}) {
    require_idle(borrowed);
    handle_state_ = std::make_unique<HandleState>(borrowed);
}

void Session::connect(const spi::Wait& wait) {
    MYSQL* const raw = connection_.get();
    spi::Wait bounded = wait;
    keep_earlier(bounded.deadline,
                 steady_clock::now() + parameters_.connect_timeout.value_or(milliseconds(kConnectLimit)));
    const std::stop_callback on_stop(bounded.stop, [this] { wake_up_.signal(); });
    Waiting waiting = start_waiting(bounded, true);
    constexpr unsigned long kFlags = CLIENT_MULTI_STATEMENTS | CLIENT_MULTI_RESULTS | CLIENT_FOUND_ROWS;
    MYSQL* const connected = drive<MYSQL*>(
        waiting,
        [&](MYSQL** result) {
            return mysql_real_connect_start(
                result, raw, parameters_.socket.empty() ? parameters_.host.c_str() : nullptr,
                parameters_.user.c_str(), parameters_.password.c_str(), parameters_.database.c_str(),
                parameters_.port, parameters_.socket.empty() ? nullptr : parameters_.socket.c_str(), kFlags);
        },
        [&](MYSQL** result, int events) { return mysql_real_connect_cont(result, raw, events); });
    if (connected != nullptr)
        return;
    lost_ = true;
    if (waiting.reason == Reason::stopped)
        throw Error(ErrorCode::cancelled, "stopped while connecting");
    if (waiting.reason == Reason::deadline)
        throw connect_timeout_error(parameters_);
    throw connect_error(parameters_, {mysql_errno(raw), mysql_sqlstate(raw), mysql_error(raw)});
}

Session::Waiting Session::start_waiting(const spi::Wait& wait, bool connecting) const {
    const SteadyTime now = steady_clock::now();
    return {wait, connecting, Reason::none, std::nullopt, now, now + kPulse, false};
}

// Runs one operation of the library to its end: it says what it waits for, and is told what came.
template <typename Result, typename Start, typename Continue>
Result Session::drive(Waiting& waiting, Start start, Continue go_on) {
    Result result{};
    int wanted = start(&result);
    while (wanted != 0)
        wanted = go_on(&result, wait_for(wanted, waiting));
    return result;
}

// Waits for what the library wants, and meanwhile for a stop and the deadline. Never throws: an operation
// that has begun must come to its end.
int Session::wait_for(int wanted, Waiting& waiting) {
    MYSQL* const raw = connection_.get();
    std::optional<SteadyTime> library;
    if ((wanted & MYSQL_WAIT_TIMEOUT) != 0)
        library = steady_clock::now() + milliseconds(mysql_get_timeout_value_ms(raw));
    while (true) {
        tell_waiting(waiting);
        interrupt(waiting);
        if (waiting.given_up)
            return kAnyEvent;
        std::optional<SteadyTime> until =
            waiting.reason == Reason::none ? waiting.wait.deadline : waiting.limit;
        if (listener_)
            keep_earlier(until, waiting.pulse);
        if (library)
            keep_earlier(until, *library);
        short events = 0;
        events = static_cast<short>(events | ((wanted & MYSQL_WAIT_READ) != 0 ? POLLIN : 0));
        events = static_cast<short>(events | ((wanted & MYSQL_WAIT_WRITE) != 0 ? POLLOUT : 0));
        events = static_cast<short>(events | ((wanted & MYSQL_WAIT_EXCEPT) != 0 ? POLLPRI : 0));
        const short came = wake_up_.wait_until(static_cast<int>(mysql_get_socket(raw)), events, until);
        int ready = 0;
        if ((came & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0)
            ready |= MYSQL_WAIT_READ;
        if ((came & (POLLOUT | POLLHUP | POLLERR | POLLNVAL)) != 0)
            ready |= MYSQL_WAIT_WRITE;
        if ((came & POLLPRI) != 0)
            ready |= MYSQL_WAIT_EXCEPT;
        if ((ready & wanted) != 0)
            return ready & wanted;
        if (passed(library))
            return MYSQL_WAIT_TIMEOUT;
    }
}

void Session::interrupt(Waiting& waiting) {
    if (waiting.reason != Reason::none) {
        if (passed(waiting.limit))
            give_up(waiting);
        return;
    }
    if (waiting.wait.stop.stop_requested()) {
        waiting.reason = Reason::stopped;
    } else if (passed(waiting.wait.deadline)) {
        waiting.reason = Reason::deadline;
    } else {
        return;
    }
    if (waiting.connecting) {
        give_up(waiting);
        return;
    }
    kill_statement();
    waiting.limit = steady_clock::now() + kCancelLimit;
}

// The protocol has no way to end a statement on its own connection. When this fails the limit ends the
// session.
void Session::kill_statement() noexcept {
    try {
        const spi::Wait wait{{}, steady_clock::now() + kKillLimit};
        Session side(parameters_, wait, Purpose::side);
        side.run(fmt::format("KILL QUERY {}", id()), RowsAre::dropped, wait, [](spi::Rows&&) {});
    } catch (...) {  // no connection left, say: the statement goes on until the limit
    }
}

// Ends the operation with an error of its own. The server notices when it next uses the connection.
void Session::give_up(Waiting& waiting) const noexcept {
    waiting.given_up = true;
    const auto socket = static_cast<int>(mysql_get_socket(connection_.get()));
    if (socket >= 0)
        shutdown(socket, SHUT_RDWR);
}

void Session::tell_waiting(Waiting& waiting) {
    const SteadyTime now = steady_clock::now();
    if (!listener_ || thrown_ || waiting.connecting || now < waiting.pulse)
        return;
    try {
        listener_(std::chrono::duration_cast<milliseconds>(now - waiting.since));
    } catch (...) {  // the server's answer must be read first
        thrown_ = std::current_exception();
    }
    waiting.pulse = steady_clock::now() + kPulse;
}

std::optional<ServerError> Session::run(std::string_view text, RowsAre rows, const spi::Wait& wait,
                                        const std::function<void(spi::Rows&&)>& take) {
    MYSQL* const raw = connection_.get();
    const std::stop_callback on_stop(wait.stop, [this] { wake_up_.signal(); });
    Waiting waiting = start_waiting(wait, false);
    if (lost_)
        fail_lost(waiting);
    const bool was_open = in_transaction();
    const int failed = drive<int>(
        waiting, [&](int* result) { return mysql_real_query_start(result, raw, text.data(), text.size()); },
        [&](int* result, int events) { return mysql_real_query_cont(result, raw, events); });
    std::optional<ServerError> error;
    if (failed != 0) {
        error = read_error(waiting);
    } else {
        error = take_results(waiting, rows, take);
    }
    // An error says nothing of the transaction; and a KILL QUERY that came too late hits the next statement.
    if ((error && was_open) || waiting.reason != Reason::none)
        refresh_state();
    if (thrown_)
        std::rethrow_exception(std::exchange(thrown_, nullptr));
    // SLEEP() in a DO ends early and calls that a success. What is in a block can still be undone.
    const bool obeyed = error ? was_interrupted(error->number) : in_transaction();
    if (obeyed && waiting.reason == Reason::stopped)
        throw Error(ErrorCode::cancelled, "stopped: the statement was cancelled on the server");
    if (obeyed && !error && waiting.reason == Reason::deadline)
        error = ServerError{ER_QUERY_INTERRUPTED, "70100", "Query execution was interrupted", true};
    return error;
}

std::optional<ServerError> Session::take_results(Waiting& waiting, RowsAre rows,
                                                 const std::function<void(spi::Rows&&)>& take) {
    MYSQL* const raw = connection_.get();
    while (true) {
        spi::Rows result;
        if (mysql_field_count(raw) > 0) {
            if (std::optional<ServerError> error = take_rows(waiting, rows, result))
                return error;
        } else {
            result.affected = rows_found(raw);
        }
        take(std::move(result));
        waiting.since = steady_clock::now();
        if (mysql_more_results(raw) == 0)
            return std::nullopt;
        if (waiting.reason != Reason::none)
            kill_statement();  // the one before did not count it as an error, and the next has begun
        const int next = drive<int>(
            waiting, [&](int* status) { return mysql_next_result_start(status, raw); },
            [&](int* status, int events) { return mysql_next_result_cont(status, raw, events); });
        if (next > 0)
            return read_error(waiting);
        if (next < 0)
            return std::nullopt;
    }
}

// Row by row, so that memory does not grow with what a file selects.
std::optional<ServerError> Session::take_rows(Waiting& waiting, RowsAre rows, spi::Rows& result) {
    MYSQL* const raw = connection_.get();
    MYSQL_RES* const opened = mysql_use_result(raw);
    if (opened == nullptr)
        return read_error(waiting);
    const unsigned columns = mysql_num_fields(opened);
    while (true) {
        MYSQL_ROW row = drive<MYSQL_ROW>(
            waiting, [&](MYSQL_ROW* next) { return mysql_fetch_row_start(next, opened); },
            [&](MYSQL_ROW* next, int events) { return mysql_fetch_row_cont(next, opened, events); });
        if (row == nullptr)
            break;
        ++result.affected;
        if (rows == RowsAre::dropped)
            continue;
        const unsigned long* const lengths = mysql_fetch_lengths(opened);
        std::vector<spi::Value>& values = result.rows.emplace_back();
        for (unsigned column = 0; column < columns; ++column) {
            values.push_back(row[column] == nullptr ? spi::Value()
                                                    : spi::Value(std::string(row[column], lengths[column])));
        }
    }
    std::optional<ServerError> error;
    if (mysql_errno(raw) != 0)
        error = read_error(waiting);
    // All rows are read, so nothing is waited for.
    mysql_free_result(opened);
    return error;
}

ServerError Session::read_error(const Waiting& waiting) {
    MYSQL* const raw = connection_.get();
    ServerError error{mysql_errno(raw), mysql_sqlstate(raw), mysql_error(raw)};
    if (waiting.given_up || ends_session(error.number))
        fail_lost(waiting);
    error.timed_out = waiting.reason == Reason::deadline && was_interrupted(error.number);
    return error;
}

void Session::fail_lost(const Waiting& waiting) {
    lost_ = true;
    throw lost_error(
        {mysql_errno(connection_.get()), mysql_sqlstate(connection_.get()), mysql_error(connection_.get())},
        waiting.given_up);
}

// A statement without any effect: its answer carries the session's state.
void Session::refresh_state() {
    MYSQL* const raw = connection_.get();
    const spi::Wait wait{{}, steady_clock::now() + kRefreshLimit};
    Waiting waiting = start_waiting(wait, true);  // nothing to kill: give up at the limit
    constexpr std::string_view kNothing = "DO 0";
    for (int tries = 0; tries < 2; ++tries) {
        const int failed = drive<int>(
            waiting,
            [&](int* result) {
                return mysql_real_query_start(result, raw, kNothing.data(), kNothing.size());
            },
            [&](int* result, int events) { return mysql_real_query_cont(result, raw, events); });
        if (failed == 0)
            return;
        read_error(waiting);
    }
}

std::vector<spi::Rows> Session::ask(std::string_view text, std::string_view purpose, const spi::Wait& wait) {
    std::vector<spi::Rows> answers;
    const std::optional<ServerError> error =
        run(text, RowsAre::kept, wait, [&answers](spi::Rows&& rows) { answers.push_back(std::move(rows)); });
    if (error)
        throw bookkeeping_error(*error, purpose);
    return answers;
}

bool Session::takes_several_statements(const spi::Wait& wait) {
    const std::optional<ServerError> error = run("DO 0; DO 0", RowsAre::dropped, wait, [](spi::Rows&&) {});
    return !error || error->number != ER_PARSE_ERROR;
}

void Session::allow_several_statements(Several several, const spi::Wait& wait) {
    MYSQL* const raw = connection_.get();
    Waiting waiting = start_waiting(wait, true);  // nothing to kill: give up at the limit
    const enum_mysql_set_option option =
        several == Several::yes ? MYSQL_OPTION_MULTI_STATEMENTS_ON : MYSQL_OPTION_MULTI_STATEMENTS_OFF;
    const int failed = drive<int>(
        waiting, [&](int* result) { return mysql_set_server_option_start(result, raw, option); },
        [&](int* result, int events) { return mysql_set_server_option_cont(result, raw, events); });
    if (failed != 0)
        throw bookkeeping_error(read_error(waiting), "let several statements travel together");
}

bool Session::in_transaction() const noexcept {
    unsigned status = 0;
    mariadb_get_info(connection_.get(), MARIADB_CONNECTION_SERVER_STATUS, &status);
    return (status & SERVER_STATUS_IN_TRANS) != 0;
}

std::string Session::server_version() const {
    return mysql_get_server_info(connection_.get());
}

}  // namespace aether::migrate::mysql
