// SPDX-License-Identifier: MIT
// Tries a part of a migration again when what failed it may pass, and knows when to give up.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <vector>

#include <aether/migrate/spi/limits.hpp>

#include "record.hpp"
#include "retry.hpp"
#include "sender.hpp"

namespace aether::migrate::run {

/// What waiting for a lock does to others.
enum class LockManner {
    queues_others,  ///< They queue behind it: short tries.
    gentle          ///< It is in nobody's way: one long try.
};

/// The tries of one transaction or one bare statement.
class Patience {
public:
    Patience(const StepContext& context, Record& record, LockManner manner);

    /// How long the next try may wait for a lock; nothing: as long as the server allows.
    std::optional<std::chrono::milliseconds> lock_timeout() const;

    /// After a failed try: waits and returns true when the same is to be tried again. Returns false when that
    /// is hopeless or the time is over; `failure` then names who stood in the way.
    /// Throws Error (cancelled) when `stop` is requested meanwhile.
    bool wait_for_next(SendFailure& failure, const std::stop_token& stop);

private:
    const StepContext& context_;
    Record& record_;
    LockManner manner_;
    Tries tries_;
    std::vector<spi::Blocker> seen_;  // of the latest try in which anybody was seen
};

}  // namespace aether::migrate::run
