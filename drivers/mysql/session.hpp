// SPDX-License-Identifier: MIT
// A libmariadb session that never blocks beyond its deadline and can be stopped from another thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mysql.h>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/wake_up.hpp>

#include "borrowed.hpp"
#include "parameters.hpp"

namespace aether::migrate::mysql {

/// What the server refused.
struct ServerError {
    unsigned number = 0;
    std::string sqlstate;
    std::string message;
    bool timed_out = false;  ///< It was ended because our deadline passed.
};

struct ConnectionClose {
    bool leave_open = false;  ///< It is the caller's.

    void operator()(MYSQL* connection) const noexcept {
        if (!leave_open)
            mysql_close(connection);
    }
};

/// One session. Threads: one at a time; a stop_token may be used from any.
class Session {
public:
    /// A side session is for one question beside another session: it takes nothing of what the URL sets.
    enum class Purpose { main, side };
    /// What becomes of the rows that a text returns.
    enum class RowsAre { kept, dropped };
    /// Whether one message may hold several statements.
    enum class Several { yes, no };

    /// Connects. The parameters outlive the session. Throws Error (connection_failed, cancelled).
    Session(const Parameters& parameters, const spi::Wait& wait, Purpose purpose = Purpose::main);
    /// Uses a connection of the caller's; leaves it open, and as it was to the library. The parameters
    /// outlive the session. Throws Error (connection_failed, invalid_argument) when it is not idle.
    Session(MYSQL* borrowed, const Parameters& parameters);

    /// Whether the connection is the caller's.
    bool borrowed() const noexcept { return handle_state_ != nullptr; }
    /// Of a caller's connection; one of ours takes several. Throws Error (connection_failed, cancelled).
    bool takes_several_statements(const spi::Wait& wait);
    /// Throws Error (connection_failed, cancelled, bookkeeping_failed).
    void allow_several_statements(Several several, const spi::Wait& wait);

    /// Sends a text of any number of statements as one message and hands each result to `take` in order.
    /// Returns the refusal that ended it. Throws Error: connection_failed; cancelled, when the stop of `wait`
    /// ended a statement.
    std::optional<ServerError> run(std::string_view text, RowsAre rows, const spi::Wait& wait,
                                   const std::function<void(spi::Rows&&)>& take);

    /// Runs a text of the engine's own and returns the result of each statement. Throws Error as run(), and
    /// bookkeeping_failed, naming `purpose`, for what the server refuses or does not answer in time.
    std::vector<spi::Rows> ask(std::string_view text, std::string_view purpose, const spi::Wait& wait);

    /// Whether a transaction block is open, as the server said last.
    bool in_transaction() const noexcept;
    /// Whether the session is known to be lost.
    bool lost() const noexcept { return lost_; }
    /// The server's number of the session.
    std::uint64_t id() const noexcept { return mysql_thread_id(connection_.get()); }
    /// "10.11.6-MariaDB", without what a MariaDB server puts before it for old clients.
    std::string server_version() const;
    bool is_mariadb() const { return mariadb_connection(connection_.get()) != 0; }
    /// What the server found noteworthy about the last statement: the number of its warnings.
    unsigned warnings() const noexcept { return mysql_warning_count(connection_.get()); }

    /// Sets a listener that is called about every 100 ms while a call waits for the server, never in the
    /// first 100 ms. On the thread that waits; it may block for a moment and must not use this session. What
    /// it throws ends the call, but only once the server's answer is there.
    void on_wait(std::function<void(std::chrono::milliseconds waited)> listener) {
        listener_ = std::move(listener);
    }

private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    enum class Reason { none, stopped, deadline };

    /// What one call waits for, and since when.
    struct Waiting {
        const spi::Wait& wait;
        bool connecting;
        Reason reason = Reason::none;     ///< Why the server was asked to end the statement.
        std::optional<SteadyTime> limit;  ///< Until when it must have obeyed.
        SteadyTime since;
        SteadyTime pulse;  ///< When the listener is to be called next.
        bool given_up = false;
    };

    Waiting start_waiting(const spi::Wait& wait, bool connecting) const;
    void set_options();
    void set_tls();
    void connect(const spi::Wait& wait);
    void set_up(const spi::Wait& wait);
    template <typename Result, typename Start, typename Continue>
    Result drive(Waiting& waiting, Start start, Continue go_on);
    int wait_for(int wanted, Waiting& waiting);
    void interrupt(Waiting& waiting);
    void kill_statement() noexcept;
    void give_up(Waiting& waiting) const noexcept;
    void tell_waiting(Waiting& waiting);
    std::optional<ServerError> take_results(Waiting& waiting, RowsAre rows,
                                            const std::function<void(spi::Rows&&)>& take);
    std::optional<ServerError> take_rows(Waiting& waiting, RowsAre rows, spi::Rows& result);
    ServerError read_error(const Waiting& waiting);
    void refresh_state();
    [[noreturn]] void fail_lost(const Waiting& waiting);

    const Parameters& parameters_;
    std::unique_ptr<MYSQL, ConnectionClose> connection_;
    std::unique_ptr<HandleState> handle_state_;  // of a caller's connection
    spi::WakeUp wake_up_;
    std::function<void(std::chrono::milliseconds)> listener_;
    std::exception_ptr thrown_;
    bool lost_ = false;
};

}  // namespace aether::migrate::mysql
