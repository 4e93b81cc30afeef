// SPDX-License-Identifier: MIT
// Which of the engine's own statements a session has the server keep parsed and planned.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::postgres {

/// The writes of one migration are those of the next with other values. Parsing and planning them costs the
/// server more than carrying them out (measured on 15: 0.27 ms for 0.08 ms of a lock check), so one that
/// comes again is kept there under a name. Off until it is switched on: behind a pooler in transaction mode
/// the next transaction may meet a server session that never heard of the name.
///
/// A file that runs DEALLOCATE or DISCARD takes the names away: before_text() sees it coming. A function that
/// hides it makes the server refuse the file's bookkeeping; the file rolls back, and runs as the first of the
/// next run, in which nothing is kept yet.
class KeptPlans {
public:
    void switch_on() noexcept { on_ = true; }

    /// Is called with every text of a user, before it is sent.
    void before_text(std::string_view text);

    /// How to send a statement.
    struct Manner {
        std::string name;      ///< Empty: with its text.
        bool prepare = false;  ///< The server has yet to learn the name.
    };
    Manner manner_of(const spi::BoundStatement& statement);

    /// The server learned the name that manner_of() gave for this statement.
    void learned(const spi::BoundStatement& statement);

private:
    struct Plan {
        std::string name;  ///< Empty until the statement comes again.
        bool known = false;
    };

    bool on_ = false;
    std::size_t given_ = 0;  ///< Names so far: none is used twice.
    std::map<std::string, Plan, std::less<>> plans_;
};

}  // namespace aether::migrate::postgres
