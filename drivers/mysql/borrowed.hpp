// SPDX-License-Identifier: MIT
// A connection of the caller's: what it may be like, and what is put back when we are through with it.
#pragma once

#include <map>
#include <string>

#include <mysql.h>
#include <aether/migrate/borrowed_connection.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"

namespace aether::migrate::mysql {

class Session;

/// Returns how to open another session like that one, but for its database, and what its parameters say of
/// the run. Throws Error (invalid_url).
Parameters parameters_of(MYSQL* handle, const BorrowedConnection& borrowed);

/// Throws Error: connection_failed when there is no session, invalid_argument when it is not idle.
void require_idle(MYSQL* handle);

/// How the client library treats a connection. Set for a Session, and put back at the end, also of a lost
/// connection. What the library keeps for calls that do not block stays with the connection.
class HandleState {
public:
    explicit HandleState(MYSQL* handle);
    ~HandleState();
    HandleState(const HandleState&) = delete;
    HandleState& operator=(const HandleState&) = delete;

private:
    MYSQL* handle_;
    my_bool reconnects_ = 0;
    int socket_;
    int socket_flags_;
};

/// The server's settings of a session, which files of migrations change too.
class KeptSettings {
public:
    /// Notes them, and sets those without which the engine can't work. Throws Error: invalid_argument when no
    /// database is selected; connection_failed, cancelled, bookkeeping_failed.
    void note(Session& session, const spi::Wait& wait);
    /// Sets what has changed since as it was. To be called outside of a transaction block.
    void put_back(Session& session) noexcept;

    const std::string& database() const { return noted_.database; }

private:
    struct State {
        std::string database;
        std::map<std::string, std::string> variables;
    };

    static State read(Session& session, const spi::Wait& wait);
    static void set(Session& session, const std::string& text, const spi::Wait& wait);

    State noted_;
    bool single_statements_ = false;  ///< Only one may be sent at once.
};

}  // namespace aether::migrate::mysql
