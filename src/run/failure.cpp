// SPDX-License-Identifier: MIT
// From the server's refusal of a piece of a file to an error that shows the place.
#include "failure.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <aether/migrate/url.hpp>

#include "../sql/position.hpp"

namespace aether::migrate::run {

namespace {

constexpr std::size_t kShownBytes = 100;

// The line at fault. Its caret would point beside the place where a secret was masked.
std::string shown_excerpt(const Piece& piece, std::size_t offset) {
    std::string excerpt = sql::excerpt(piece.text, offset, {.first_line = piece.start.line});
    const std::string safe = redact(excerpt);
    return safe == excerpt ? excerpt : safe.substr(0, safe.find('\n'));
}

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

std::string headline(std::string_view statement) {
    const std::string_view first = statement.substr(0, statement.find_first_of("\r\n"));
    std::string line = redact(first);
    if (line.size() <= kShownBytes) {
        return line + (first.size() < statement.size() ? " …" : "");
    }
    std::size_t cut = kShownBytes;
    while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xC0U) == 0x80U) {
        --cut;
    }
    return line.substr(0, cut) + "…";
}

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
    details.detail = failure.detail;
    details.hint = failure.hint;
    details.context = failure.context;
    std::string words;
    if (exact || culprit != nullptr) {
        const std::size_t offset = exact ? base + *exact : culprit->begin;
        const sql::Position place = sql::position_at(piece.text, offset, piece.start);
        details.where.line = place.line;
        details.where.column = place.column;
        details.excerpt = shown_excerpt(piece, offset);
        if (culprit != nullptr) {
            words = headline(piece.text.substr(culprit->begin, culprit->end - culprit->begin));
        }
    }
    const std::string column = exact ? fmt::format(" (column {})", details.where.column) : std::string();
    const std::string detail = failure.detail.empty() ? std::string() : fmt::format(", {}", failure.detail);
    details.message = fmt::format("migration failed: {}{}{} in line {}: {} (details: {})", failure.message,
                                  column, detail, details.where.line, words, failure.original);
    return details;
}

}  // namespace aether::migrate::run
