// SPDX-License-Identifier: MIT
// Writes names into SQL so that they can't be anything but names.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/export.hpp>
#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::spi {

/// Returns a name between the dialect's quotes, each quote inside it doubled. Threads: any.
AETHER_MIGRATE_EXPORT std::string quote_identifier(const Dialect& dialect, std::string_view name);

}  // namespace aether::migrate::spi
