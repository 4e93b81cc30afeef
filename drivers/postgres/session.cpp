// SPDX-License-Identifier: MIT
// A libpq session that never blocks beyond its deadline and can be stopped from another thread.
#include "session.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <aether/migrate/error.hpp>

#include "errors.hpp"

namespace aether::migrate::postgres {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kCancelPassLimit{2};
constexpr std::chrono::milliseconds kAskAgain{500};
constexpr std::chrono::seconds kConnectLimit{30};
// How often the listeners hear that a call still waits.
constexpr std::chrono::milliseconds kPulse{100};

bool passed(const std::optional<SteadyTime>& deadline) {
    return deadline && std::chrono::steady_clock::now() >= *deadline;
}

std::string text_of(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string() : std::string(text);
}

void rethrow_from(Listeners& listeners) {
    if (listeners.thrown)
        std::rethrow_exception(std::exchange(listeners.thrown, nullptr));
}

bool was_cancelled(const ResultPointer& result) {
    return text_of(result.get(), PG_DIAG_SQLSTATE) == "57014";
}

Error stopped_on_request() {
    return {ErrorCode::cancelled, "stopped: the statement was cancelled on the server"};
}

// Rows of COPY … TO STDOUT have no reader; the server waits until they are taken.
void discard_copy(PGconn* connection) {
    char* line = nullptr;
    while (PQgetCopyData(connection, &line, 0) > 0) {
        PQfreemem(line);
    }
}

// Of a LISTEN in a file; nobody takes them.
void discard_notifications(PGconn* connection) {
    while (PGnotify* notification = PQnotifies(connection))
        PQfreemem(notification);
}

// Has libpq notice that the session is over, so that PQstatus() tells it.
void find_end(PGconn* connection) {
    while (PQstatus(connection) == CONNECTION_OK && PQconsumeInput(connection) != 0) {
    }
}

}  // namespace

ConnectionPointer start_connecting(const Parameters& parameters) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : parameters.keywords) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return ConnectionPointer(PQconnectStartParams(keywords.data(), values.data(), 0));
}

void Session::receive_notice(void* context, const PGresult* result) {
    auto& listeners = *static_cast<Listeners*>(context);
    if (!listeners.notice || listeners.thrown)
        return;
    try {
        listeners.notice({text_of(result, PG_DIAG_SEVERITY), text_of(result, PG_DIAG_MESSAGE_PRIMARY),
                          text_of(result, PG_DIAG_MESSAGE_DETAIL), text_of(result, PG_DIAG_MESSAGE_HINT)});
    } catch (...) {  // nothing may be thrown through libpq
        listeners.thrown = std::current_exception();
    }
}

Session::Session(const Parameters& parameters, const spi::Wait& wait)
    : connection_(start_connecting(parameters)),
      listeners_(std::make_unique<Listeners>()),
      error_style_(parameters.error_style) {
    if (connection_ == nullptr) {
        throw Error(ErrorCode::connection_failed, "libpq can't allocate a connection");
    }
    spi::Wait bounded = wait;
    const auto limit = std::chrono::steady_clock::now() + parameters.connect_timeout.value_or(kConnectLimit);
    bounded.deadline = std::min(wait.deadline.value_or(limit), limit);
    connect(bounded);
    PQsetNoticeReceiver(raw(), receive_notice, listeners_.get());
    PQsetnonblocking(raw(), 1);
}

void Session::connect(const spi::Wait& wait) {
    const std::stop_callback on_stop(wait.stop, [this] { wake_up_.signal(); });
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (PQstatus(raw()) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
           status != PGRES_POLLING_FAILED) {
        const short events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        wake_up_.wait_until(PQsocket(raw()), events, wait.deadline);
        if (wait.stop.stop_requested()) {
            throw Error(ErrorCode::cancelled, "stopped while connecting");
        }
        if (passed(wait.deadline)) {
            const char* host = PQhost(raw());
            const char* port = PQport(raw());
            ErrorDetails details = connection_error("");
            details.message = std::string("dial tcp ") + (host == nullptr ? "" : host) + ":" +
                              (port == nullptr ? "" : port) + ": i/o timeout";
            details.hint =
                "the server did not answer in time; connect_timeout=SECONDS in the URL sets the limit";
            throw Error(std::move(details));
        }
        status = PQconnectPoll(raw());
    }
    if (PQstatus(raw()) != CONNECTION_OK) {
        throw Error(connection_error(PQerrorMessage(raw())));
    }
}

void Session::fail_lost() const {
    ErrorDetails details = connection_error(PQerrorMessage(raw()));
    details.message = "driver: bad connection: " + details.message;
    details.hint.clear();
    // The server must see the end of the session now, not when this object dies: it holds locks.
    if (const int socket = PQsocket(raw()); socket >= 0)
        shutdown(socket, SHUT_RDWR);
    if (borrowed())
        find_end(raw());
    throw Error(std::move(details));
}

// For a stop, a deadline, or what a listener threw. A request that arrives too early is lost: it is repeated.
void Session::ask_to_cancel(Waiting& waiting) {
    Cancellation& cancellation = waiting.cancellation;
    const SteadyTime now = std::chrono::steady_clock::now();
    if (cancellation.reason == Reason::none) {
        if (waiting.wait.stop.stop_requested() || listeners_->thrown) {
            cancellation.reason = Reason::stopped;
        } else if (passed(waiting.wait.deadline)) {
            cancellation.reason = Reason::deadline;
        } else {
            return;
        }
        cancellation.limit = now + cancel_limit_;
    } else if (now < cancellation.again ||
               canceller_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        return;
    }
    cancellation.again = now + kAskAgain;
    send_cancel();
}

// PQcancel() connects anew and waits without a limit, so a thread of its own does it; the request owns all it
// needs. When it fails the limit ends the session.
void Session::send_cancel() {
    const std::shared_ptr<PGcancel> request(PQgetCancel(raw()),
                                            PQfreeCancel);  // owners: this call, the thread
    if (request == nullptr)
        fail_lost();
    std::promise<void> sent;
    canceller_ = sent.get_future();
    std::thread([request, sent = std::move(sent)]() mutable {
        std::array<char, 256> problem{};
        PQcancel(request.get(), problem.data(), static_cast<int>(problem.size()));
        sent.set_value();
    }).detach();
}

// A cancel request that arrives late would hit the next statement.
void Session::let_cancel_pass() {
    if (!canceller_.valid())
        return;
    canceller_.wait_for(kCancelPassLimit);
    canceller_ = {};
}

Session::Waiting Session::start_waiting(const spi::Wait& wait) const {
    const SteadyTime now = std::chrono::steady_clock::now();
    return {wait, {}, now, now + kPulse};
}

void Session::tell_waiting(Waiting& waiting) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now < waiting.pulse || listeners_->thrown)
        return;
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - waiting.since);
    try {
        for (const auto& listener : listeners_->wait) {
            listener(waited);
        }
    } catch (...) {  // the server's answer must be read first
        listeners_->thrown = std::current_exception();
    }
    waiting.pulse = std::chrono::steady_clock::now() + kPulse;
}

// Sends what is queued and reads what is there, waiting at most until the deadline or a stop, then cancels
// once.
void Session::flush_and_read(Waiting& waiting) {
    // Here, where no answer is there yet: who then looks what a statement waits for finds it still waiting.
    const bool heard = !listeners_->wait.empty();
    if (heard)
        tell_waiting(waiting);
    const int unsent = PQflush(raw());
    if (unsent < 0)
        fail_lost();
    const auto events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    const bool cancelling = waiting.cancellation.reason != Reason::none;
    const std::optional<SteadyTime> limit = cancelling ? waiting.cancellation.limit : waiting.wait.deadline;
    std::optional<SteadyTime> until = limit;
    if (cancelling)
        until = std::min(*until, waiting.cancellation.again);
    if (heard)
        until = std::min(until.value_or(waiting.pulse), waiting.pulse);
    wake_up_.wait_until(PQsocket(raw()), events, until);
    if (cancelling && passed(limit))
        fail_lost();
    ask_to_cancel(waiting);
    if (PQconsumeInput(raw()) == 0)
        fail_lost();
    if (!borrowed())
        discard_notifications(raw());
}

void Session::await_result(Waiting& waiting) {
    // A request to stop that came before the loop must cancel too.
    ask_to_cancel(waiting);
    if (PQflush(raw()) > 0 || PQisBusy(raw()) != 0)
        waiting.since = std::chrono::steady_clock::now();
    while (PQflush(raw()) > 0 || PQisBusy(raw()) != 0) {
        flush_and_read(waiting);
    }
    if (PQstatus(raw()) != CONNECTION_OK)
        fail_lost();
}

void Session::run_text(const std::string& text, const spi::Wait& wait,
                       const std::function<void(const PGresult*)>& take) {
    const std::stop_callback on_stop(wait.stop, [this] { wake_up_.signal(); });
    Waiting waiting = start_waiting(wait);
    kept_plans_.before_text(text);
    let_cancel_pass();
    if (PQsendQuery(raw(), text.c_str()) == 0)
        fail_lost();
    PQsetSingleRowMode(raw());
    bool obeyed = false;
    while (true) {
        await_result(waiting);
        const ResultPointer result(PQgetResult(raw()));
        if (result == nullptr)
            break;
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_COPY_IN) {
            PQputCopyEnd(raw(), "COPY FROM STDIN has no data in a migration");
        } else if (status == PGRES_COPY_OUT) {
            discard_copy(raw());
        }
        obeyed = obeyed || was_cancelled(result);
        take(result.get());
    }
    rethrow_from(*listeners_);
    if (waiting.cancellation.reason == Reason::stopped && obeyed)
        throw stopped_on_request();
}

// Says why a statement of the engine's own was cancelled by us; returns when it was not us.
void Session::explain(const Cancellation& cancellation) {
    if (cancellation.reason == Reason::stopped)
        throw stopped_on_request();
    if (cancellation.reason == Reason::deadline) {
        ErrorDetails details;
        details.code = ErrorCode::bookkeeping_failed;
        details.message = "the version table could not be read or written in time";
        details.hint = "another session may hold a lock on it: look into pg_stat_activity and pg_locks";
        throw Error(std::move(details));
    }
}

// Sends the statement with its text, or the one that the server keeps under a name.
void Session::send_bound(const spi::BoundStatement& statement, const std::string& name) {
    std::vector<const char*> values;
    values.reserve(statement.values.size());
    for (const spi::Value& value : statement.values) {
        values.push_back(value ? value->c_str() : nullptr);
    }
    const int count = static_cast<int>(values.size());
    const int sent =
        name.empty() ? PQsendQueryParams(raw(), statement.sql.c_str(), count, nullptr, values.data(), nullptr,
                                         nullptr, 0)
                     : PQsendQueryPrepared(raw(), name.c_str(), count, values.data(), nullptr, nullptr, 0);
    if (sent == 0)
        fail_lost();
}

ResultPointer Session::run(const spi::BoundStatement& statement, const spi::Wait& wait) {
    if (opens_with_next())
        run_pipeline({}, wait);
    const std::stop_callback on_stop(wait.stop, [this] { wake_up_.signal(); });
    Waiting waiting = start_waiting(wait);
    let_cancel_pass();
    send_bound(statement, {});
    ResultPointer last;
    while (true) {
        await_result(waiting);
        ResultPointer result(PQgetResult(raw()));
        if (result == nullptr)
            break;
        last = std::move(result);
    }
    if (last == nullptr)
        fail_lost();
    rethrow_from(*listeners_);
    if (was_cancelled(last))
        explain(waiting.cancellation);
    return last;
}

std::vector<ResultPointer> Session::run_pipeline(std::span<const spi::BoundStatement> statements,
                                                 const spi::Wait& wait) {
    const std::stop_callback on_stop(wait.stop, [this] { wake_up_.signal(); });
    Waiting waiting = start_waiting(wait);
    let_cancel_pass();
    if (PQenterPipelineMode(raw()) == 0)
        fail_lost();
    std::vector<const spi::BoundStatement*>
        learning;  // of each result to come, whether it answers for a name
    const std::vector<spi::BoundStatement> opening = take_opening();
    for (const spi::BoundStatement& statement : opening) {
        send_bound(statement, {});
        learning.push_back(nullptr);
    }
    for (const spi::BoundStatement& statement : statements) {
        const KeptPlans::Manner manner = kept_plans_.manner_of(statement);
        if (manner.prepare) {
            if (PQsendPrepare(raw(), manner.name.c_str(), statement.sql.c_str(), 0, nullptr) == 0)
                fail_lost();
            learning.push_back(&statement);
        }
        send_bound(statement, manner.name);
        learning.push_back(nullptr);
    }
    if (PQpipelineSync(raw()) == 0)
        fail_lost();
    std::vector<ResultPointer> results;
    std::size_t answered = 0;
    bool refused = false;  // a name was, which is the result of its statement
    while (true) {
        await_result(waiting);
        ResultPointer result(PQgetResult(raw()));
        const ExecStatusType status = PQresultStatus(result.get());
        // Nothing ends one statement's results. The row-by-row mode of an earlier run_text() lasts for a
        // pipeline's first statement (libpq 15.18).
        if (result == nullptr || status == PGRES_SINGLE_TUPLE)
            continue;
        if (status == PGRES_PIPELINE_SYNC)
            break;
        const spi::BoundStatement* name = learning[answered++];
        if (name != nullptr && status == PGRES_COMMAND_OK) {
            kept_plans_.learned(*name);
        } else if (!std::exchange(refused, name != nullptr)) {
            results.push_back(std::move(result));
        }
    }
    if (PQexitPipelineMode(raw()) == 0)
        fail_lost();
    rethrow_from(*listeners_);
    if (std::any_of(results.begin(), results.end(), was_cancelled))
        explain(waiting.cancellation);
    for (std::size_t index = 0; index < opening.size(); ++index) {
        if (PQresultStatus(results[index].get()) != PGRES_COMMAND_OK)
            throw bookkeeping_error(results[index].get(), error_style_, opening[index].sql);
    }
    results.erase(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(opening.size()));
    return results;
}

}  // namespace aether::migrate::postgres
