// SPDX-License-Identifier: MIT
// Hands the text of a migration file to the database that can be in one transaction.
#include "body.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::run {

namespace {

// The file's own BEGIN and COMMIT are blanked: the places of everything else stay.
std::optional<SendFailure> send_blanked(Sender& sender, const Piece& piece, bool blank_first,
                                        bool blank_last) {
    if (piece.statements.empty())
        return std::nullopt;
    std::string text(piece.text);
    const auto blank = [&text](const sql::Statement& statement) {
        std::fill(text.begin() + static_cast<std::ptrdiff_t>(statement.begin),
                  text.begin() + static_cast<std::ptrdiff_t>(statement.end), ' ');
    };
    if (blank_first)
        blank(piece.statements.front());
    if (blank_last)
        blank(piece.statements.back());
    return sender.send(piece, text, 0, blank_first ? 1 : 0);
}

}  // namespace

void refuse_changed_file(const std::string& path) {
    throw Error(ErrorCode::source_unusable, fmt::format("{} changed while it was being run", path));
}

std::optional<SendFailure> run_body(Sender& sender, spi::Source& source, const std::string& file,
                                    const ScriptFacts& facts, const spi::Dialect& dialect) {
    ScriptReader reader(source, file, dialect);
    Piece piece;
    std::size_t seen = 0;
    std::optional<SendFailure> failure;
    while (!failure && reader.next(piece)) {
        const bool has_first = seen == 0;
        seen += piece.statements.size();
        failure = facts.mode == ScriptMode::own_transaction
                      ? send_blanked(sender, piece, has_first, seen == facts.statements)
                      : sender.send(piece, piece.text, 0, 0);
    }
    if (!failure && reader.checksum() != facts.checksum)
        refuse_changed_file(source.path_of(file));
    return failure;
}

}  // namespace aether::migrate::run
