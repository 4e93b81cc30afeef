// SPDX-License-Identifier: MIT
// The driver's border: libpq's errors in the engine's terms and golang-migrate's words.
#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"

namespace aether::migrate::postgres {

/// Tells whether the same text may pass a moment later: it did not get a lock in time, lost a deadlock or a
/// serializable transaction, or ran into another session's change of the catalogue. `schema` is where the
/// server says that the violated constraint is. Not 57014: that is a limit or a stop that somebody set.
bool may_pass_later(std::string_view sqlstate, std::string_view message, std::string_view schema);

/// Reads all that an error result says.
spi::ScriptFailure failure_of(const PGresult* result, ErrorStyle style);

/// Puts into a script's failure what its end and the wait for it tell besides the server's answer: that our
/// own limit cancelled it, and that nothing of the text ran.
void complete_failure(spi::ScriptResult& outcome, const spi::Wait& wait, ErrorStyle style);

/// Makes the error of a statement of the engine's own (not of a migration file).
Error bookkeeping_error(const PGresult* result, ErrorStyle style, std::string_view statement);

/// Translates libpq's report of a failed connection into golang-migrate's texts, as
/// "dial tcp 127.0.0.1:5432: connect: connection refused".
ErrorDetails connection_error(std::string_view libpq_message);

}  // namespace aether::migrate::postgres
