// SPDX-License-Identifier: MIT
// Looks through a migration file before anything is changed, and decides how it will run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>

namespace aether::migrate::run {

/// How a file's text is handed to the database.
enum class ScriptMode {
    transaction,      ///< Inside the engine's transaction.
    own_transaction,  ///< The same, but for the file's own BEGIN at its start and COMMIT at its end.
    whole,            ///< As it is, in one message, outside of any transaction of ours.
    each_statement    ///< One statement at a time, each committing by itself (x-multi-statement).
};

/// What is known of a file before it runs.
struct ScriptFacts {
    ScriptMode mode = ScriptMode::transaction;
    std::size_t statements = 0;
    std::string checksum;         ///< SHA-256, hexadecimal.
    std::string begin = "BEGIN";  ///< How the transaction begins; a file's own words for own_transaction.
};

/// Reads the file once and throws what is wrong with it, all of it that can be known without the database.
/// Throws Error: source_unusable; migration_refused with the place and the remedy, for: bytes that are not
/// UTF-8, COPY … FROM STDIN, commands of a shell client, a statement that can't run in a transaction beside
/// others, a BEGIN without its COMMIT.
ScriptFacts check_script(spi::Source& source, const std::string& file, const spi::Dialect& dialect,
                         const spi::Settings& settings);

}  // namespace aether::migrate::run
