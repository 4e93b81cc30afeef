// SPDX-License-Identifier: MIT
// Finds out what is there of a statement that no transaction guards, and removes its remains.
#pragma once

#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "../history/journal.hpp"

namespace aether::migrate::run {

/// Whether remains may be removed.
enum class Touch { look_only, repair };

/// What is known of the journal's next segment.
struct Settlement {
    spi::Effect effect = spi::Effect::unknown;  ///< `partial`: remains are there, and a repair failed if any.
    std::string facts;                          ///< For a person.
    std::string look_at;                        ///< For `unknown`.
    std::vector<std::string> repairs;           ///< Statements that were run, or would be.
};

/// Asks the driver about the next segment of an entry that is intended or refused, and with Touch::repair
/// runs what removes or completes its remains, then asks again. `repeatable`: the file says that its
/// statements may be run again. Throws Error: connection_failed, cancelled.
Settlement settle(spi::Connection& connection, const history::JournalEntry& entry, bool repeatable,
                  Touch touch, const spi::Wait& wait);

}  // namespace aether::migrate::run
