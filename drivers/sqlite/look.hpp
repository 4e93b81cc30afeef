// SPDX-License-Identifier: MIT
// One look at a database: the version row, the end of the history, the journal.
#pragma once

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::sqlite {

/// Whether the version row holds its flag as a text: "true", "false".
enum class FlagForm { number, text };

struct LookResult {
    spi::Look look;
    FlagForm flag = FlagForm::number;
};

/// Looks, all in one read transaction. A file that is not there is an empty database, and stays not there.
/// Throws Error (bookkeeping_failed, cancelled).
LookResult look_at(Session& session, const std::string& file, const spi::TableNames& tables,
                   const spi::Wait& wait);

}  // namespace aether::migrate::sqlite
