// SPDX-License-Identifier: MIT
// Who runs this process, for what is kept in a database.
#pragma once

#include <string>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// Returns user and host of this process, as "deploy@web-3"; the user's number where it has no name. Threads:
/// any.
AETHER_MIGRATE_EXPORT std::string client_name();

}  // namespace aether::migrate::spi
