// SPDX-License-Identifier: MIT
// Checks of whole texts: how many statements completed, where one failed, long ones and hard ones.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/spi/statement.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

std::string insert(int id, const std::string& note) {
    return fmt::format("INSERT INTO kit_rows (id, note) VALUES ({}, '{}')", id, note);
}

void counts_completed_statements(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const auto completed = [&](const std::string& text) {
        return session.connection->execute(text, patience()).completed;
    };
    require_same(completed(insert(1, "a")), 1, "completed statements of one");
    require_same(completed(insert(2, "a") + ";"), 1, "completed statements of one with its semicolon");
    require_same(completed(insert(3, "a") + ";\n-- the end\n"), 1,
                 "completed statements of one with a comment behind it");
    require_same(completed(insert(4, "a") + ";\nSELECT note FROM kit_rows;\nDELETE FROM kit_rows;"), 3,
                 "completed statements of three");
    require_same(
        completed(insert(5, "a") + "; " + insert(6, "b") + "; SELECT id FROM kit_missing; " + insert(7, "c")),
        2, "completed statements before the third one fails");
    require_same(session.count("SELECT count(*) FROM kit_rows WHERE id = 7"), 0,
                 "rows of the statement after the one that failed");
}

void of_nothing_passes(Trial& trial) {
    const Session session = trial.open();
    for (const char* text : {"-- a comment\n", "/* a comment */", "-- a comment"}) {
        const spi::ScriptResult result = session.connection->execute(text, patience());
        require(!result.failure, fmt::format("the text \"{}\" fails: {}", text,
                                             result.failure ? result.failure->message : ""));
        require_same(result.completed, 0, fmt::format("completed statements of \"{}\"", text));
    }
    trial.migrator({{"1_nothing.up.sql", "-- nothing to do\n"}}).up();
    require_version(session, 1, false);
}

// Whoever counts bytes or UTF-16 units instead of characters is far beyond the text's end.
std::string wide_text(const Session& session) {
    std::string text;
    for (int count = 0; count < 50; ++count) {
        text += session.look.facts.unicode ? "é漢🐘" : "abc";
    }
    return text;
}

std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

void tells_where_it_failed(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const std::string before = "-- " + wide_text(session) + "\n" + insert(1, wide_text(session)) + ";\n\r\n";
    bool told = false;
    for (const std::string broken : {"SELECT note FRM kit_rows WHERE id = 1", "SELECT note FROM kit_missing",
                                     "INSERT INTO kit_rows VALUES"}) {
        std::string text = before;
        text += broken;
        const spi::ScriptFailure failure = session.run_refused(text);
        require(!failure.message.empty(), "a failure has no message");
        session.connection->execute("DELETE FROM kit_rows", patience());
        if (failure.position == 0)
            continue;
        told = true;
        const std::size_t begin = characters_of(before) + 1;
        require(failure.position >= begin && failure.position <= begin + broken.size(),
                fmt::format(
                    "the position of the failure in \"{}\" is {}, expected {} to {}, in characters from 1",
                    broken, failure.position, begin, begin + broken.size()));
    }
    if (!told)
        not_claimed("ScriptFailure::position is always 0: the engine shows the statement instead");
}

void failure_shows_in_the_file(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const std::string wide = wide_text(session);
    const std::string letter = session.look.facts.unicode ? "ü" : "u";
    const std::string broken = "SELECT note FRM kit_rows WHERE id = 1";
    const Files files{{"1_broken.up.sql", "-- " + wide + "\n" + insert(1, wide) + "; /* " + wide + " */ " +
                                              insert(2, "b") + ";\n\n  /* " + letter + " */ " + broken +
                                              ";\n" + insert(3, "c") + ";\n"}};
    const ErrorDetails error = error_of([&] { trial.migrator(files).up(); }, "up() of a broken file");
    require_same(std::to_string(error.where.line), "4", "the line of the broken statement");
    constexpr std::size_t kBegin = 11;  // behind two blanks, a comment of seven characters, and its blank
    require(error.where.column >= kBegin && error.where.column <= kBegin + broken.size(),
            fmt::format("the column of the broken statement is {}, expected {} to {}", error.where.column,
                        kBegin, kBegin + broken.size()));
    require(error.excerpt.find("FRM") != std::string::npos, "the excerpt does not show the broken line");
}

void may_be_one_long_statement(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    const std::size_t size = trial.subject().large_bytes;
    session.run(insert(1, std::string(size, 'x')));
    require_same(session.count("SELECT length(note) FROM kit_rows"), size, "length of a long literal");
}

void may_be_long(Trial& trial) {
    const Session session = trial.open();
    trial.make_rows(session);
    constexpr std::size_t kStatements = 1000;
    const std::string note(trial.subject().large_bytes / kStatements, 'x');
    std::string text;
    for (std::size_t number = 0; number < kStatements; ++number) {
        text += insert(static_cast<int>(number), note) + ";\n";
    }
    const spi::ScriptResult result = session.connection->execute(text, patience());
    require(!result.failure, "a long script fails: " + (result.failure ? result.failure->message : ""));
    require_same(result.completed, kStatements, "completed statements of a long script");
    require_same(session.count("SELECT count(*) FROM kit_rows"), kStatements, "rows of a long script");

    session.run("DELETE FROM kit_rows");
    trial.migrator({{"1_long.up.sql", text}, {"1_long.down.sql", "DELETE FROM kit_rows;\n"}}).up();
    require_same(session.count("SELECT count(*) FROM kit_rows"), kStatements, "rows of a long file");
}

void is_cut_as_the_server_cuts(Trial& trial) {
    const std::string& script = trial.subject().hard_script;
    if (script.empty())
        not_claimed("hard_script is not given");
    const Session session = trial.open();
    const std::vector<std::string_view> statements = spi::statements_of(script, session.dialect());
    const spi::ScriptResult whole = session.connection->execute(script, patience());
    require(!whole.failure, "hard_script fails: " + (whole.failure ? whole.failure->message : ""));
    require_same(statements.size(), whole.completed,
                 "statements into which the dialect's rules cut hard_script, compared with execute()");
    session.drop();
    for (const std::string_view statement : statements) {
        const spi::ScriptResult result = session.connection->execute(statement, patience());
        require(!result.failure, fmt::format("the server refuses what the dialect's rules cut out: {}: {}",
                                             statement, result.failure ? result.failure->message : ""));
        require_same(result.completed, 1, fmt::format("statements in what the rules cut out: {}", statement));
    }
}

constexpr std::array kChecks{
    Check{"script_counts_completed_statements", counts_completed_statements},
    Check{"script_of_nothing_passes", of_nothing_passes},
    Check{"script_tells_where_it_failed", tells_where_it_failed},
    Check{"script_failure_shows_in_the_file", failure_shows_in_the_file},
    Check{"script_may_be_one_long_statement", may_be_one_long_statement},
    Check{"script_may_be_long", may_be_long},
    Check{"script_is_cut_as_the_server_cuts", is_cut_as_the_server_cuts},
};

}  // namespace

std::span<const Check> script_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
