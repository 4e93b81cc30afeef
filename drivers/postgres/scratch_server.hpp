// SPDX-License-Identifier: MIT
// Starts and stops a scratch server that exists.
#pragma once

#include <string>

#include "scratch_lock.hpp"
#include "scratch_place.hpp"
#include "scratch_record.hpp"

namespace aether::migrate::postgres::scratch {

/// What a server does now.
enum class Condition {
    stopped,
    changing,    ///< It starts, recovers or stops.
    ready,       ///< It takes connections.
    unreachable  ///< It runs, but its socket is gone: somebody cleaned up.
};

/// Looks at a server: two small reads and a connect() when it is ready, no process, no lock.
Condition condition_of(const Place& place);

/// Starts a server that does not run, and waits until it is ready. Call it with the lock held.
/// Throws Error: unsupported (its programs are gone, or of another major version now), connection_failed (it
/// ended, or was not ready at the deadline; it goes on then, and the next call waits for it).
void bring_up(const Place& place, Record record, Deadline until);

/// How to stop: `fast` ends sessions and writes everything down, `immediate` is for a server whose data goes
/// away.
enum class Shutdown { fast, immediate };

/// Stops a server; one that does not stop in time is stopped by harder means. Returns whether it ran. Call it
/// with the lock held. Takes at most 45 seconds. Throws Error (connection_failed) when nothing helped.
bool bring_down(const Place& place, Shutdown shutdown);

}  // namespace aether::migrate::postgres::scratch
