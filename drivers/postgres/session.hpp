// SPDX-License-Identifier: MIT
// A libpq session that never blocks beyond its deadline and can be stopped from another thread.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>
#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"

namespace aether::migrate::postgres {

struct ConnectionClose {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct ResultClear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ResultClear>;

/// Returns a value of a result as text; empty for NULL. It lives as long as the result.
inline std::string_view text_at(const PGresult* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

/// A file descriptor that another thread makes readable: it wakes the loop that waits for the server.
class WakeUp {
public:
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    void signal() const noexcept;
    void clear() const noexcept;

private:
    int descriptor_ = -1;
};

/// Who hears the server's notices. libpq calls it from C, so what a listener throws is kept until C is left.
struct Notices {
    std::function<void(const spi::Notice&)> listener;
    std::exception_ptr thrown;
};

/// One session. Threads: one at a time; a stop_token may be used from any.
class Session {
public:
    /// Connects. Throws Error (connection_failed, cancelled).
    Session(const Parameters& parameters, const spi::Wait& wait);

    /// Sends a text as one simple query and hands every result to `take`, rows one by one.
    /// Throws Error (connection_failed, cancelled); the server's refusals arrive as results.
    void run_text(std::string_view text, const spi::Wait& wait,
                  const std::function<void(const PGresult*)>& take);

    /// Sends one statement with its values and returns its result.
    ResultPointer run(const spi::BoundStatement& statement, const spi::Wait& wait);

    /// Sends statements in pipeline mode with one sync at the end and returns a result for each, in order;
    /// after a failure the others are PGRES_PIPELINE_ABORTED. Rows may be missing in them.
    std::vector<ResultPointer> run_pipeline(std::span<const spi::BoundStatement> statements,
                                            const spi::Wait& wait);

    PGconn* raw() const noexcept { return connection_.get(); }
    ErrorStyle error_style() const noexcept { return error_style_; }
    void on_notice(std::function<void(const spi::Notice&)> listener) {
        notices_->listener = std::move(listener);
    }

private:
    enum class Reason { none, stopped, deadline };
    struct Cancellation {
        Reason reason = Reason::none;
        std::chrono::steady_clock::time_point limit;  ///< Until when the server must have obeyed.
    };

    void connect(const spi::Wait& wait);
    void send_bound(const spi::BoundStatement& statement);
    void flush_and_read(const spi::Wait& wait, Cancellation& cancellation);
    void await_result(const spi::Wait& wait, Cancellation& cancellation);
    void ask_to_cancel(const spi::Wait& wait, Cancellation& cancellation);
    static void explain(const Cancellation& cancellation);
    [[noreturn]] void fail_lost() const;

    std::unique_ptr<PGconn, ConnectionClose> connection_;
    std::unique_ptr<Notices> notices_;  // libpq keeps its address
    WakeUp wake_up_;
    ErrorStyle error_style_;
};

}  // namespace aether::migrate::postgres
