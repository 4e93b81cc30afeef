// SPDX-License-Identifier: MIT
// Decides what may be done with one statement, by the dialect's statement table.
#pragma once

#include <array>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sql {

/// A statement's kind and the rule's name for it, which lives as long as the dialect.
struct Classification {
    spi::StatementKind kind = spi::StatementKind::transactional;
    std::string_view what;  ///< Empty when no rule fitted.
};

/// The statement table of a dialect, made ready for many statements. Threads: const members from any.
class Classifier {
public:
    explicit Classifier(const spi::Dialect& dialect);

    /// Returns what the first fitting rule says of a statement, with or without its closing semicolon;
    /// (transactional, "") when none fits. Comments and blanks before and between its words don't matter,
    /// nor do the marks of conditional comments.
    /// Reads no more of the statement than the rules ask for, and is linear in that.
    Classification classify(std::string_view statement) const;

private:
    const spi::Dialect& dialect_;
    std::array<bool, 256> first_bytes_{};  // whether a rule begins with this byte, letters small
};

/// The same for one statement alone.
Classification classify(std::string_view statement, const spi::Dialect& dialect);

}  // namespace aether::migrate::sql
