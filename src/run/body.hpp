// SPDX-License-Identifier: MIT
// Hands the text of a migration file to the database that can be in one transaction.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <aether/migrate/spi/source.hpp>

#include "preflight.hpp"
#include "sender.hpp"

namespace aether::migrate::run {

/// Runs a file of mode `transaction` or `own_transaction` that check_script() has seen, inside a transaction
/// that the caller opened. Returns why it failed; nothing when all of it ran. Throws Error:
/// connection_failed, cancelled, source_unusable (the file changed since it was checked).
std::optional<SendFailure> run_body(Sender& sender, spi::Source& source, const std::string& file,
                                    const ScriptFacts& facts, const spi::Dialect& dialect);

/// Throws Error (source_unusable): somebody edits the file.
[[noreturn]] void refuse_changed_file(const std::string& path);

}  // namespace aether::migrate::run
