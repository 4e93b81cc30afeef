// SPDX-License-Identifier: MIT
// Looks through a migration file before anything is changed, and decides how it will run.
#include "preflight.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "excerpt.hpp"
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
    Survey(spi::Source& source, const std::string& file, const spi::Dialect& dialect,
           const spi::Settings& settings)
        : source_(source), file_(file), dialect_(dialect), settings_(settings) {}

    void take(const Piece& piece) {
        if (count_ == 0)
            read_header(piece, dialect_.lexical);
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
        facts.lasting = lasting_;
        facts.begin = dialect_.begin;
        facts.directives = directives_;
        if (first_)
            facts.first_line = first_->place.line;
        if (directives_.code) {
            decide_code(facts);
            return facts;
        }
        if (commits_silently())
            facts.mode = ScriptMode::segments;
        if (directives_.mode == TransactionMode::transaction) {
            if (commits_silently() && non_transactional_) {
                refuse(*non_transactional_, fmt::format("{} commits by itself", non_transactional_->what),
                       "take the header line \"migrate:transaction\" out, or the statement");
            }
            if (control_) {
                refuse(*control_,
                       "the header line \"migrate:transaction\" and "
                       "the file's own transaction contradict each other",
                       "take one of them out");
            }
            return facts;
        }
        const bool one_each =
            settings_.multi_statement || directives_.mode == TransactionMode::no_transaction;
        facts.cut = one_each ? Cut::one_each : Cut::together;
        if (has_other_controls_) {
            facts.mode = ScriptMode::whole;
        } else if (first_begins_ && last_ends_ && blocks_ == 1 && !commits_silently()) {
            facts.mode = ScriptMode::own_transaction;
            facts.begin = begin_;
        } else if (blocks_ > 0 || non_transactional_ || (one_each && count_ > 1)) {
            facts.mode = ScriptMode::segments;
        }
        return facts;
    }

private:
    // What a function does is not known before: its transaction, or nothing that can be looked into.
    void decide_code(ScriptFacts& facts) const {
        if (first_) {
            refuse(
                *first_, "a statement in a migration that is written in C++",
                "the body of a migration written in C++ goes into the function: take the statement out, or "
                "the header line \"migrate:code\"");
        }
        const bool one_transaction = directives_.mode == TransactionMode::transaction ||
                                     (directives_.mode == TransactionMode::automatic && !commits_silently());
        facts.statements = 1;
        facts.mode = one_transaction ? ScriptMode::transaction : ScriptMode::whole;
    }

    void take(const Piece& piece, const sql::Statement& statement) {
        const bool first = count_++ == 0;
        if (first)
            first_ = found(piece, statement);
        if (statement.kind != StatementKind::session_setting_alone)
            lasting_ = count_;
        last_ends_ = statement.kind == StatementKind::ends_transaction;
        switch (statement.kind) {
            case StatementKind::transactional:
            case StatementKind::session_setting:
                break;
            case StatementKind::session_setting_alone:
            case StatementKind::non_transactional:
                if (!non_transactional_)
                    non_transactional_ = found(piece, statement);
                break;
            case StatementKind::begins_transaction:
                first_begins_ = first_begins_ || first;
                if (first)
                    begin_ = std::string(words_of(piece, statement));
                note_control(piece, statement, unclosed_.has_value());
                if (!unclosed_)
                    unclosed_ = found(piece, statement);
                ++blocks_;
                break;
            case StatementKind::ends_transaction:
                // Where every statement commits by itself a COMMIT without a BEGIN is common, and ends
                // nothing.
                note_control(piece, statement, !unclosed_.has_value() && !commits_silently());
                unclosed_.reset();
                break;
            case StatementKind::controls_transaction:
                note_control(piece, statement, true);
                unclosed_.reset();
                break;
            case StatementKind::refused:
                refuse(found(piece, statement),
                       fmt::format("{} can't be run from a migration", statement.what),
                       remedy_of(statement.what));
        }
        if (settings_.multi_statement &&
            statement.end - statement.begin > settings_.multi_statement_max_bytes) {
            refuse(found(piece, statement), "bufio.Scanner: token too long",
                   "raise x-multi-statement-max-size in the database URL");
        }
    }

    void read_header(const Piece& piece, const spi::LexicalRules& rules) {
        const std::size_t end = piece.statements.empty() ? piece.text.size() : piece.statements.front().begin;
        const std::optional<DirectiveFault> fault =
            read_directives(piece.text.substr(0, end), rules, directives_);
        if (!fault)
            return;
        const sql::Position place = sql::position_at(piece.text, fault->offset, piece.start);
        refuse({place, "", excerpt(piece, fault->offset)}, fault->message, fault->hint);
    }

    // Whether a statement that can't be in a transaction ends the open one, without a word.
    bool commits_silently() const { return dialect_.transactional_ddl == spi::TransactionalDdl::none; }

    std::string_view remedy_of(std::string_view what) const {
        for (const spi::StatementRule& rule : dialect_.statements) {
            if (rule.kind == StatementKind::refused && rule.what == what && !rule.remedy.empty())
                return rule.remedy;
        }
        if (what.ends_with("STDIN"))
            return "write the rows as INSERT statements";
        if (what.starts_with("DELIMITER"))
            return "write \"DELIMITER //\" on a line of its own";
        return what.starts_with("COPY") ? "leave it out: nobody reads the rows"
                                        : "leave out what only a shell client understands";
    }

    // Anything but BEGIN and COMMIT in pairs is beyond segments.
    void note_control(const Piece& piece, const sql::Statement& statement, bool odd) {
        if (!control_)
            control_ = found(piece, statement);
        has_other_controls_ = has_other_controls_ || odd;
    }

    static std::string_view words_of(const Piece& piece, const sql::Statement& statement) {
        return piece.text.substr(statement.begin, statement.end - statement.begin);
    }

    static Found found(const Piece& piece, const sql::Statement& statement) {
        const sql::Position place = sql::position_at(piece.text, statement.begin, piece.start);
        return {place, std::string(statement.what), excerpt(piece, statement.begin)};
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
    const spi::Dialect& dialect_;
    const spi::Settings& settings_;
    std::size_t count_ = 0;
    std::size_t lasting_ = 0;
    std::size_t blocks_ = 0;
    bool has_other_controls_ = false;
    bool first_begins_ = false;
    bool last_ends_ = false;
    std::string begin_;
    Directives directives_;
    std::optional<Found> first_;
    std::optional<Found> non_transactional_;
    std::optional<Found> control_;
    std::optional<Found> unclosed_;
};

}  // namespace

ScriptFacts check_script(spi::Source& source, const std::string& file, const spi::Dialect& dialect,
                         const spi::Settings& settings) {
    ScriptReader reader(source, file, dialect);
    Survey survey(source, file, dialect, settings);
    Piece piece;
    while (reader.next(piece)) {
        survey.take(piece);
    }
    ScriptFacts facts = survey.decide();
    facts.checksum = reader.checksum();
    return facts;
}

}  // namespace aether::migrate::run
