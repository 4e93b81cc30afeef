// SPDX-License-Identifier: MIT
// The driver's border: the server's errors in the engine's terms and golang-migrate's words.
#pragma once

#include <string_view>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::mysql {

/// Whether the server says that a statement was ended by a KILL QUERY.
bool was_interrupted(unsigned number) noexcept;

/// Whether no statement can be sent after this error.
bool ends_session(unsigned number) noexcept;

/// Whether the same statement may pass a moment later: a lock not given in time, a deadlock.
bool may_pass_later(unsigned number) noexcept;

/// Returns the SQLSTATE of an error. Where the servers have none of their own (HY000) for a lock that was not
/// given in time it is HYT00, the standard's "timeout expired".
std::string sqlstate_of(const ServerError& error);

/// Turns a refusal of a file's text into a value. `original` is "Error 1064: TEXT", as go-sql-driver 1.5 has
/// it.
spi::ScriptFailure failure_of(const ServerError& error, std::string_view text, std::size_t completed);

/// Turns a refusal of a statement of the engine's own into an exception; the text names what it was for.
Error bookkeeping_error(const ServerError& error, std::string_view purpose);

/// The server refused the connection, or there is none.
Error connect_error(const Parameters& parameters, const ServerError& error);
Error connect_timeout_error(const Parameters& parameters);

/// The session was lost. `given_up`: because the server did not end a statement in time.
Error lost_error(const ServerError& error, bool given_up);

}  // namespace aether::migrate::mysql
