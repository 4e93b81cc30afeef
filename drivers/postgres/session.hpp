// SPDX-License-Identifier: MIT
// A libpq session that never blocks beyond its deadline and can be stopped from another thread.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/wake_up.hpp>

#include "borrowed.hpp"
#include "kept_plans.hpp"
#include "parameters.hpp"

namespace aether::migrate::postgres {

struct ConnectionClose {
    bool leave_open = false;  ///< It is the caller's.

    void operator()(PGconn* connection) const noexcept {
        if (!leave_open)
            PQfinish(connection);
    }
};
struct ResultClear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ConnectionPointer = std::unique_ptr<PGconn, ConnectionClose>;
using ResultPointer = std::unique_ptr<PGresult, ResultClear>;

/// Begins to connect, without waiting. Returns nothing when there is no memory for it.
ConnectionPointer start_connecting(const Parameters& parameters);

/// Returns a value of a result as text; empty for NULL. It lives as long as the result.
inline std::string_view text_at(const PGresult* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

/// Who hears of what happens in the middle of a result. What a listener throws is kept until the session is
/// through with the result, for libpq calls the first one from C and the protocol has no way out before.
struct Listeners {
    std::function<void(const spi::Notice&)> notice;
    std::vector<std::function<void(std::chrono::milliseconds waited)>> wait;
    std::exception_ptr thrown;
};

/// One session. Threads: one at a time; a stop_token may be used from any.
class Session {
public:
    /// Connects. Throws Error (connection_failed, cancelled).
    Session(const Parameters& parameters, const spi::Wait& wait);
    /// Uses a connection of the caller's; leaves it open, and as it was to libpq. Throws Error
    /// (connection_failed, invalid_argument) when it is not idle.
    Session(PGconn* borrowed, const Parameters& parameters);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Whether the connection is the caller's.
    bool borrowed() const noexcept { return handle_state_ != nullptr; }

    /// Has statements without values, a BEGIN and what belongs to its block, travel with the next call
    /// instead of by themselves: a round trip less for every migration. run() and run_pipeline() see to it.
    void open_with_next(std::span<const spi::BoundStatement> statements) {
        opening_.assign(statements.begin(), statements.end());
    }
    bool opens_with_next() const noexcept { return !opening_.empty(); }
    /// Hands these statements over to a caller of run_text(), who puts them before its text.
    std::vector<spi::BoundStatement> take_opening() { return std::exchange(opening_, {}); }

    /// Sends a text as one simple query and hands every result to `take`, rows one by one.
    /// Throws Error (connection_failed, cancelled); the server's refusals arrive as results.
    void run_text(const std::string& text, const spi::Wait& wait,
                  const std::function<void(const PGresult*)>& take);

    /// Sends one statement with its values and returns its result.
    ResultPointer run(const spi::BoundStatement& statement, const spi::Wait& wait);

    /// Sends statements in pipeline mode with one sync at the end and returns a result for each, in order;
    /// after a failure the others are PGRES_PIPELINE_ABORTED. Rows may be missing in them.
    std::vector<ResultPointer> run_pipeline(std::span<const spi::BoundStatement> statements,
                                            const spi::Wait& wait);

    /// Lets the server keep the statements of later pipelines. Only when the session is known to stay with
    /// one server session. A caller's gets no prepared statements of ours.
    void keep_plans() noexcept {
        if (!borrowed())
            kept_plans_.switch_on();
    }

    PGconn* raw() const noexcept { return connection_.get(); }
    ErrorStyle error_style() const noexcept { return error_style_; }
    void on_notice(std::function<void(const spi::Notice&)> listener) {
        listeners_->notice = std::move(listener);
    }
    /// Tells that listener something which the server did not say.
    void tell(const spi::Notice& notice) const {
        if (listeners_->notice)
            listeners_->notice(notice);
    }

    /// Adds a listener that is called about every 100 ms while a call waits for the server, never in the
    /// first 100 ms. `waited` counts from the last answer; of a text of several statements the server may
    /// keep the answers until all are done. On the thread that waits; it may block for a moment and must not
    /// use this session. What it throws ends the call, but only once the server's answer is there.
    void on_wait(std::function<void(std::chrono::milliseconds waited)> listener) {
        listeners_->wait.push_back(std::move(listener));
    }

    /// Sets how long the server may take to obey a request to cancel before the session counts as lost.
    /// 15 s unless set.
    void set_cancel_limit(std::chrono::milliseconds limit) { cancel_limit_ = limit; }

private:
    enum class Reason { none, stopped, deadline };
    struct Cancellation {
        Reason reason = Reason::none;
        std::chrono::steady_clock::time_point limit;  ///< Until when the server must have obeyed.
        std::chrono::steady_clock::time_point again;  ///< When it is asked again.
    };

    /// What one call waits for, and since when.
    struct Waiting {
        const spi::Wait& wait;
        Cancellation cancellation;
        std::chrono::steady_clock::time_point since;  ///< The wait for the current result.
        std::chrono::steady_clock::time_point pulse;  ///< When the listeners are to be called next.
    };

    static void receive_notice(void* context, const PGresult* result);
    Waiting start_waiting(const spi::Wait& wait) const;
    void connect(const spi::Wait& wait);
    void send_bound(const spi::BoundStatement& statement, const std::string& name);
    void flush_and_read(Waiting& waiting);
    void await_result(Waiting& waiting);
    void tell_waiting(Waiting& waiting);
    void let_cancel_pass();
    void ask_to_cancel(Waiting& waiting);
    void send_cancel();
    static void explain(const Cancellation& cancellation);
    [[noreturn]] void fail_lost() const;

    ConnectionPointer connection_;
    std::unique_ptr<Listeners> listeners_;       // libpq keeps its address
    std::unique_ptr<HandleState> handle_state_;  // of a caller's connection
    spi::WakeUp wake_up_;
    KeptPlans kept_plans_;
    std::vector<spi::BoundStatement> opening_;
    ErrorStyle error_style_;
    std::chrono::milliseconds cancel_limit_ = std::chrono::seconds{15};
    std::future<void> canceller_;  // of the last cancel request, until it is sent
};

}  // namespace aether::migrate::postgres
