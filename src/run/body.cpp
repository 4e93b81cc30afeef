// SPDX-License-Identifier: MIT
// Hands the text of a migration file to the database.
#include "body.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "../sql/splitter.hpp"
#include "failure.hpp"
#include "script.hpp"

namespace aether::migrate::run {

namespace {

using std::chrono::steady_clock;

class Body {
public:
    Body(spi::Connection& connection, std::string path, std::chrono::milliseconds timeout,
         std::stop_token stop)
        : connection_(connection),
          path_(std::move(path)),
          timeout_(timeout),
          wait_{std::move(stop), std::nullopt} {
        restart_timeout();
    }

    void send_piece(const Piece& piece) { send(piece, piece.text, 0, 0); }

    void send_each_statement(const Piece& piece) {
        for (std::size_t index = 0; index < piece.statements.size() && !result_.failure; ++index) {
            const sql::Statement& statement = piece.statements[index];
            restart_timeout();
            send(piece, piece.text.substr(statement.begin, statement.end - statement.begin), statement.begin,
                 index);
        }
    }

    // The file's own BEGIN and COMMIT are blanked: the places of everything else stay.
    void send_blanked(const Piece& piece, bool blank_first, bool blank_last) {
        std::string text(piece.text);
        const auto blank = [&text](const sql::Statement& statement) {
            std::fill(text.begin() + static_cast<std::ptrdiff_t>(statement.begin),
                      text.begin() + static_cast<std::ptrdiff_t>(statement.end), ' ');
        };
        if (piece.statements.empty())
            return;
        if (blank_first)
            blank(piece.statements.front());
        if (blank_last)
            blank(piece.statements.back());
        send(piece, text, 0, blank_first ? 1 : 0);
    }

    bool failed() const { return result_.failure.has_value(); }
    BodyResult take_result() { return std::move(result_); }

private:
    void restart_timeout() {
        if (timeout_.count() > 0)
            wait_.deadline = steady_clock::now() + timeout_;
    }

    void send(const Piece& piece, std::string_view text, std::size_t base, std::size_t first_statement) {
        const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
        if (blank)
            return;  // golang-migrate does not send it either
        const spi::ScriptResult outcome = connection_.execute(text, wait_);
        result_.statements += outcome.completed;
        if (outcome.failure) {
            result_.failure =
                migration_failure(*outcome.failure, path_, piece, base, first_statement + outcome.completed);
        }
    }

    spi::Connection& connection_;
    std::string path_;
    std::chrono::milliseconds timeout_;
    spi::Wait wait_;
    BodyResult result_;
};

[[noreturn]] void refuse_changed_file(const std::string& path) {
    throw Error(ErrorCode::source_unusable, fmt::format("{} changed while it was being run", path));
}

// In one message whatever its size, as golang-migrate sends it: its own BEGIN and COMMIT are in it.
std::string read_whole(spi::Source& source, const std::string& file, const spi::Dialect& dialect,
                       const std::string& checksum) {
    ScriptReader reader(source, file, dialect);
    std::string text;
    Piece piece;
    while (reader.next(piece)) {
        text.append(piece.text);
    }
    if (reader.checksum() != checksum)
        refuse_changed_file(source.path_of(file));
    return text;
}

}  // namespace

BodyResult run_body(spi::Connection& connection, spi::Source& source, const std::string& file,
                    const ScriptFacts& facts, std::chrono::milliseconds timeout, std::stop_token stop) {
    const std::string path = source.path_of(file);
    Body body(connection, path, timeout, std::move(stop));
    if (facts.mode == ScriptMode::whole) {
        const std::string text = read_whole(source, file, connection.dialect(), facts.checksum);
        Piece piece{text, {}, sql::split(text, connection.dialect(), sql::Ending::whole_text).statements};
        body.send_piece(piece);
        return body.take_result();
    }
    ScriptReader reader(source, file, connection.dialect());
    Piece piece;
    std::size_t seen = 0;
    while (!body.failed() && reader.next(piece)) {
        const bool has_first = seen == 0;
        seen += piece.statements.size();
        if (facts.mode == ScriptMode::each_statement) {
            body.send_each_statement(piece);
        } else if (facts.mode == ScriptMode::own_transaction) {
            body.send_blanked(piece, has_first, seen == facts.statements);
        } else {
            body.send_piece(piece);
        }
    }
    if (!body.failed() && reader.checksum() != facts.checksum)
        refuse_changed_file(path);
    return body.take_result();
}

}  // namespace aether::migrate::run
