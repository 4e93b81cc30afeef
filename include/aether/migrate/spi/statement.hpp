// SPDX-License-Identifier: MIT
// How the engine reads one statement by a dialect: for authors of drivers, who try their rules with it.
#pragma once

#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>
#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::spi {

/// Returns what the dialect's table says of a statement, with or without its closing semicolon; transactional
/// when no rule fits. Threads: any.
AETHER_MIGRATE_EXPORT StatementKind kind_of(std::string_view statement, const Dialect& dialect);

/// Returns the statements of a script as the engine cuts it, without comments before and between them and
/// with their closing semicolons. They are parts of `script`. Threads: any.
AETHER_MIGRATE_EXPORT std::vector<std::string_view> statements_of(std::string_view script,
                                                                  const Dialect& dialect);

/// Returns the tokens of a statement, as StatementView has them. They are parts of `statement`. Threads: any.
AETHER_MIGRATE_EXPORT std::vector<std::string_view> tokens_of(std::string_view statement,
                                                              const Dialect& dialect);

}  // namespace aether::migrate::spi
