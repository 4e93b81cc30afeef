// SPDX-License-Identifier: MIT
// Removes everything of the current schema, in one transaction, and says beforehand what that is.
#pragma once

#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::postgres {

/// What will be removed, what goes with it elsewhere, what stays; and the statements that do it.
struct DropScript {
    spi::DropPlan plan;
    std::vector<std::string> statements;
};

/// Looks at the catalogue. Throws Error (bookkeeping_failed).
DropScript make_drop_script(Session& session, const spi::TableNames& tables, const spi::Wait& wait);

}  // namespace aether::migrate::postgres
