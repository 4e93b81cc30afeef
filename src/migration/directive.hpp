// SPDX-License-Identifier: MIT
// The header lines of a migration file: what it says of how it wants to run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <aether/migrate/limits.hpp>
#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate {

/// Which statements of a file share a transaction.
enum class TransactionMode {
    automatic,      ///< Nothing is said: as many as can.
    transaction,    ///< All: `-- migrate:transaction`
    no_transaction  ///< None, each is by itself: `-- migrate:no-transaction`
};

/// What the header lines of a file say. See docs/formats/header-lines.md.
struct Directives {
    TransactionMode mode = TransactionMode::automatic;
    bool idempotent = false;  ///< Its statements outside of a transaction may run twice.
    bool code = false;        ///< Its body is a C++ function, and it has no statement.
    Limits limits;
};

/// A header line that can't be.
struct DirectiveFault {
    std::size_t offset = 0;  ///< Of the word at fault, in bytes from the head's start.
    std::string message;     ///< `unknown header line "-- migrate:retry"`
    std::string hint;        ///< What to write.
};

/// Reads the header lines of a file's head, which is the text before its first statement: comments and
/// blanks. Adds what they say to `directives`, so that a head may come in pieces that are cut between
/// comments; stops at the first fault and returns it.
///
/// A header line is a line comment that begins with `migrate:` and a name, in any case. Words behind
/// `migrate:up` and `migrate:down` don't matter, these are dbmate's marks; and `migrate: ` with a blank
/// behind it begins an ordinary comment unless the name of a header line follows.
std::optional<DirectiveFault> read_directives(std::string_view head, const spi::LexicalRules& rules,
                                              Directives& directives);

}  // namespace aether::migrate
