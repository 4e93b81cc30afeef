// SPDX-License-Identifier: MIT
// The server's own limits for this session: whose they are, and the statements that set ours.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>
#include <aether/migrate/spi/connection.hpp>

#include "backend.hpp"
#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// What somebody set (a configuration file, the database, the role, the URL) is theirs: only an explicit
/// limit changes it, and it comes back after that. Where nobody did the defaults of spi::Limits hold.
class SessionLimits {
public:
    /// Whether the backend stays the same between two transactions.
    enum class Binding { fixed, may_wander };

    explicit SessionLimits(Formats formats = Formats::of_the_server) : formats_(formats) {}

    /// Reads once whose the settings are and sets ours; a later call only sets what differs. Call it outside
    /// of a transaction block. Where the backend may wander and is not the one that the client was told,
    /// nothing is set for the session: the pooler's next client would inherit it. The formats go along, as
    /// they cost no message of their own; later calls leave them to the files.
    /// A server without client_connection_check_interval (before 14, or on a platform that can't) goes
    /// without. Throws Error (connection_failed, cancelled, bookkeeping_failed).
    void prepare(Session& session, const spi::Limits& limits, Binding binding, const spi::Wait& wait);

    /// See spi::Connection::limit_locks; empty before prepare(). SET, not set_config(): that one takes a
    /// snapshot, and a file's SET TRANSACTION must come before the first.
    std::vector<spi::BoundStatement> limit_locks(std::optional<std::chrono::milliseconds> lock,
                                                 spi::Scope scope);

    /// How long a statement waits for a lock on a table, as far as is known: by the last limit_locks(), else
    /// as somebody set it. Zero: without a limit.
    std::chrono::milliseconds lock_timeout() const { return asked_.value_or(lock_.value); }
    /// After how long a wait the server moves an autovacuum away.
    std::chrono::milliseconds deadlock_timeout() const { return deadlock_timeout_; }
    /// The backend that answered prepare(); nothing before it, and where it wanders.
    const std::optional<Backend>& backend() const { return backend_; }

private:
    /// One of the server's settings.
    struct Setting {
        const char* name;
        bool exists = false;                              ///< The server can.
        bool theirs = false;                              ///< Somebody else set it.
        std::chrono::milliseconds value{0};               ///< At the session's start.
        std::optional<std::chrono::milliseconds> ours{};  ///< What we set since; nothing: we did not.
    };

    void learn(Session& session, Binding binding, const spi::Wait& wait);
    void take(const PGresult* result, int row);
    void take_format(std::string_view name, std::string_view value, std::string_view source);

    bool known_ = false;
    bool wanders_ = false;
    bool explicit_lock_ = false;  ///< The limit on locks is the user's.
    Setting lock_{.name = "lock_timeout"};
    Setting idle_{.name = "idle_in_transaction_session_timeout"};
    Setting check_{.name = "client_connection_check_interval"};
    Formats formats_;
    std::vector<spi::BoundStatement> format_statements_;  ///< Still to be sent.
    std::chrono::milliseconds deadlock_timeout_{1000};
    std::optional<std::chrono::milliseconds> asked_;
    std::optional<Backend> backend_;
};

}  // namespace aether::migrate::postgres
