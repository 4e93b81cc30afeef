// SPDX-License-Identifier: MIT
// A connection of the caller's: what it may be like, and what is put back when we are through with it.
#pragma once

#include <map>
#include <string>

#include <libpq-fe.h>
#include <aether/migrate/borrowed_connection.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"

namespace aether::migrate::postgres {

class Session;

/// Returns how to open another session like that one, and what its parameters say of the run. It is locked as
/// a URL of the same database is. Throws Error (invalid_url).
Parameters parameters_of(PGconn* handle, const BorrowedConnection& borrowed);

/// Throws Error: connection_failed when the session is lost, invalid_argument when it is not idle.
void require_idle(PGconn* handle);

/// How libpq treats a connection. Set for a Session, and put back at the end, also of a lost connection.
class HandleState {
public:
    /// `receiver` hears of notices, unless the caller set a receiver: libpq gives that one's argument to
    /// nobody, so it could not be put back.
    HandleState(PGconn* handle, PQnoticeReceiver receiver, void* argument);
    ~HandleState();
    HandleState(const HandleState&) = delete;
    HandleState& operator=(const HandleState&) = delete;

private:
    PGconn* handle_;
    bool nonblocking_;
    bool hears_notices_;
};

/// The server's settings of a session, which files of migrations change too.
class KeptSettings {
public:
    /// Has the server take our texts for UTF-8. Throws Error (connection_failed, cancelled).
    void use_unicode(Session& session, const spi::Wait& wait);
    /// Notes once what somebody set for this session. Throws Error (connection_failed, cancelled,
    /// bookkeeping_failed).
    void note(Session& session, const spi::Wait& wait);
    /// Sets what has changed since as it was. To be called outside of a transaction block.
    void put_back(Session& session) noexcept;

private:
    using Values = std::map<std::string, std::string>;

    static Values read(Session& session, const spi::Wait& wait);
    static void set(Session& session, const std::string& name, const spi::Value& value,
                    const spi::Wait& wait);
    void put_back_noted(Session& session, const spi::Wait& wait) const;

    Values noted_;          ///< Empty: nothing was noted.
    std::string encoding_;  ///< The session's; empty: it is ours too.
};

}  // namespace aether::migrate::postgres
