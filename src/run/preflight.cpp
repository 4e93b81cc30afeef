// SPDX-License-Identifier: MIT
// Looks through a migration file before anything is changed, and decides how it will run.
#include "preflight.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "script.hpp"

namespace aether::migrate::run {

namespace {

using spi::StatementKind;

// A statement to be named in a message.
struct Found {
    sql::Position place;
    std::string what;
    std::string excerpt;
};

class Survey {
public:
    Survey(spi::Source& source, const std::string& file, const spi::Settings& settings)
        : source_(source), file_(file), settings_(settings) {}

    void take(const Piece& piece) {
        for (const sql::Statement& statement : piece.statements) {
            take(piece, statement);
        }
    }

    ScriptFacts decide() {
        if (unclosed_) {
            refuse(*unclosed_, "BEGIN has no COMMIT in this file", "end the transaction in the same file");
        }
        ScriptFacts facts;
        facts.statements = count_;
        if (settings_.multi_statement) {
            facts.mode = ScriptMode::each_statement;
        } else if (first_begins_ && last_ends_ && controls_ == 2 && !non_transactional_) {
            facts.mode = ScriptMode::own_transaction;
            facts.begin = begin_;
        } else if (controls_ > 0) {
            facts.mode = ScriptMode::whole;
        } else if (non_transactional_ && count_ > 1) {
            refuse(*non_transactional_,
                   fmt::format("{} cannot run inside a transaction block, and so not beside other statements",
                               non_transactional_->what),
                   "give it a migration of its own, or set x-multi-statement=true in the database URL");
        } else if (non_transactional_) {
            facts.mode = ScriptMode::whole;
        }
        return facts;
    }

private:
    void take(const Piece& piece, const sql::Statement& statement) {
        const bool first = count_++ == 0;
        last_ends_ = statement.kind == StatementKind::ends_transaction;
        switch (statement.kind) {
            case StatementKind::transactional:
            case StatementKind::session_setting:
                break;
            case StatementKind::non_transactional:
                if (!non_transactional_)
                    non_transactional_ = found(piece, statement);
                break;
            case StatementKind::begins_transaction:
                ++controls_;
                first_begins_ = first_begins_ || first;
                if (first)
                    begin_ = std::string(words_of(piece, statement));
                if (!unclosed_)
                    unclosed_ = found(piece, statement);
                break;
            case StatementKind::ends_transaction:
            case StatementKind::controls_transaction:
                ++controls_;
                unclosed_.reset();
                break;
            case StatementKind::refused:
                refuse(found(piece, statement),
                       fmt::format("{} can't be run from a migration", statement.what),
                       statement.what.starts_with("COPY") ? "write the rows as INSERT statements"
                                                          : "leave out what only psql understands");
        }
        if (settings_.multi_statement &&
            statement.end - statement.begin > settings_.multi_statement_max_bytes) {
            refuse(found(piece, statement), "bufio.Scanner: token too long",
                   "raise x-multi-statement-max-size in the database URL");
        }
    }

    static std::string_view words_of(const Piece& piece, const sql::Statement& statement) {
        return piece.text.substr(statement.begin, statement.end - statement.begin);
    }

    static Found found(const Piece& piece, const sql::Statement& statement) {
        const sql::Position place = sql::position_at(piece.text, statement.begin, piece.start);
        return {place, std::string(statement.what),
                sql::excerpt(piece.text, statement.begin, {.first_line = piece.start.line})};
    }

    [[noreturn]] void refuse(const Found& found, std::string message, std::string_view remedy) const {
        ErrorDetails details;
        details.code = ErrorCode::migration_refused;
        details.message = fmt::format("migration refused: {} in line {}", message, found.place.line);
        details.where = {source_.path_of(file_), found.place.line, found.place.column};
        details.excerpt = found.excerpt;
        details.hint = remedy;
        details.state = "nothing was changed";
        details.next = "mend the file and run the command again";
        throw Error(std::move(details));
    }

    spi::Source& source_;
    const std::string& file_;
    const spi::Settings& settings_;
    std::size_t count_ = 0;
    std::size_t controls_ = 0;
    bool first_begins_ = false;
    bool last_ends_ = false;
    std::string begin_;
    std::optional<Found> non_transactional_;
    std::optional<Found> unclosed_;
};

}  // namespace

ScriptFacts check_script(spi::Source& source, const std::string& file, const spi::Dialect& dialect,
                         const spi::Settings& settings) {
    ScriptReader reader(source, file, dialect);
    Survey survey(source, file, settings);
    Piece piece;
    while (reader.next(piece)) {
        survey.take(piece);
    }
    ScriptFacts facts = survey.decide();
    facts.checksum = reader.checksum();
    return facts;
}

}  // namespace aether::migrate::run
