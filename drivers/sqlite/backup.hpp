// SPDX-License-Identifier: MIT
// Copies the database before a run (x-backup).
#pragma once

#include <string>

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::sqlite {

/// Copies the database while others may go on using it. `where` is a file, which must not exist, or a folder,
/// in which the copy gets a name with the time of day. The copy is made beside its place and then put there,
/// so that it is complete or not there; it can be read by whoever can read the database. Returns its name.
/// Throws Error (bookkeeping_failed, cancelled); nothing is left behind then.
std::string back_up(Session& session, const std::string& where, const spi::Wait& wait);

}  // namespace aether::migrate::sqlite
