// SPDX-License-Identifier: MIT
// Makes a scratch server's data with initdb, and removes it again.
#pragma once

#include "scratch_lock.hpp"
#include "scratch_place.hpp"
#include "scratch_record.hpp"

namespace aether::migrate::postgres::scratch {

/// Throws Error (connection_failed) when a server's folder holds something and is not marked as ours.
void check_is_ours(const Place& place);

/// Makes the server's data and its database, and returns its record. What an earlier, killed attempt left is
/// removed first; nothing is left when it fails. Call it with the lock held. Throws Error: unsupported (no
/// server programs), connection_failed (the context holds the end of the log).
Record make_server(const Place& place, Deadline until);

/// Removes a server that does not run, with all that lies in its folder; links are removed, not followed.
/// Call it with the lock held. A process that is killed in between leaves a server that can be dropped or
/// made again.
void remove_server(const Place& place, Record record);

}  // namespace aether::migrate::postgres::scratch
