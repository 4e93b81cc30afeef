// SPDX-License-Identifier: MIT
// From the server's refusal of a piece of a file to an error that shows the place.
#include "failure.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <aether/migrate/url.hpp>

#include "../sql/position.hpp"
#include "excerpt.hpp"

namespace aether::migrate::run {

namespace {

// The statement that holds a byte, or the last one before it.
const sql::Statement* statement_at(const Piece& piece, std::size_t offset) {
    const sql::Statement* found = nullptr;
    for (const sql::Statement& statement : piece.statements) {
        if (statement.begin <= offset)
            found = &statement;
    }
    return found;
}

}  // namespace

ErrorDetails migration_failure(const spi::ScriptFailure& failure, const std::string& path, const Piece& piece,
                               std::size_t base, std::size_t statement) {
    std::optional<std::size_t> exact;
    if (failure.position > 0) {
        // One past the last character stands for "at end of input".
        const std::string_view sent = piece.text.substr(base);
        exact = sql::find_character(sent, failure.position).value_or(sent.size());
    }
    const sql::Statement* culprit = nullptr;
    if (exact) {
        culprit = statement_at(piece, base + *exact);
    } else if (!piece.statements.empty()) {
        culprit = &piece.statements[std::min(statement, piece.statements.size() - 1)];
    }
    ErrorDetails details;
    details.code = ErrorCode::migration_failed;
    details.where.file = path;
    details.sqlstate = failure.sqlstate;
    details.detail = redact(failure.detail);
    details.hint = redact(failure.hint);
    details.context = redact(failure.context);
    std::string words;
    if (exact || culprit != nullptr) {
        const std::size_t offset = exact ? base + *exact : culprit->begin;
        const sql::Position place = sql::position_at(piece.text, offset, piece.start);
        details.where.line = place.line;
        details.where.column = place.column;
        details.excerpt = excerpt(piece, offset);
        if (culprit != nullptr) {
            words = headline(piece.text.substr(culprit->begin, culprit->end - culprit->begin));
        }
    }
    const std::string column = exact ? fmt::format(" (column {})", details.where.column) : std::string();
    const std::string detail = details.detail.empty() ? std::string() : fmt::format(", {}", details.detail);
    details.message =
        fmt::format("migration failed: {}{}{} in line {}: {} (details: {})", redact(failure.message), column,
                    detail, details.where.line, words, redact(failure.original));
    return details;
}

}  // namespace aether::migrate::run
