// SPDX-License-Identifier: MIT
// Looks through a migration file before anything is changed, and decides how it will run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>

#include "../migration/directive.hpp"
#include "../plan/segment.hpp"

namespace aether::migrate::run {

/// How a file's text is handed to the database.
enum class ScriptMode {
    transaction,      ///< Inside the engine's transaction.
    own_transaction,  ///< The same, but for the file's own BEGIN at its start and COMMIT at its end.
    segments,         ///< In parts, each with its own mode, see segments.hpp.
    whole             ///< In one go, because nobody can look into it: a text whose ROLLBACKs and the like are
                      ///< beyond segments, or a C++ function.
};

/// What is known of a file before it runs.
struct ScriptFacts {
    ScriptMode mode = ScriptMode::transaction;
    std::size_t statements = 0;  ///< A C++ function counts as one.
    std::size_t first_line = 0;  ///< Of the first statement; 0: the file has none.
    std::size_t lasting = 0;     ///< How many of them come before nothing but settings of the session alone.
    std::string checksum;        ///< SHA-256, hexadecimal.
    std::string begin;           ///< How the transaction begins: the dialect's words, or the file's own.
    Cut cut = Cut::together;     ///< For `segments`.
    Directives directives;
};

/// Reads the file once and throws what is wrong with it, all of it that can be known without the database.
/// Throws Error: source_unusable; migration_refused with the place and the remedy, for: bytes that are not
/// UTF-8, COPY … FROM STDIN, commands of a shell client, a header line that is none or contradicts the file,
/// a BEGIN without its COMMIT, a statement in a file whose body is a C++ function.
ScriptFacts check_script(spi::Source& source, const std::string& file, const spi::Dialect& dialect,
                         const spi::Settings& settings);

}  // namespace aether::migrate::run
