// SPDX-License-Identifier: MIT
// Checks of bound values, placeholders and what a statement says it changed.
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

using namespace std::string_literals;

constexpr const char* kInsert = "INSERT INTO kit_rows (id, note) VALUES (?, ?)";
constexpr const char* kSelect = "SELECT note FROM kit_rows WHERE id = ?";

Session open_with_rows(const Trial& trial) {
    Session session = trial.open();
    trial.make_rows(session);
    return session;
}

// Texts that break whatever pastes, escapes, folds, cuts or converts them.
std::vector<std::string> hostile_texts(const spi::ServerFacts& facts) {
    std::vector<std::string> texts{"",
                                   " ",
                                   "trailing blanks   ",
                                   "NULL",
                                   "it's",
                                   "''",
                                   "'; DROP TABLE kit_rows; --",
                                   "\"quoted\"",
                                   "`back`",
                                   "[brackets]",
                                   R"(back\slash \' \\ \n \0 \x00)",
                                   "$1 ? :name @name %s {}",
                                   "$$dollar$$ $tag$x$tag$",
                                   "-- line /* block */ # hash",
                                   "line\nfeed\r\nand return\tand tab\v\f\x1b\x01\x7f",
                                   "0042",
                                   "1e3",
                                   "true",
                                   "\\N"};
    if (facts.unicode) {
        texts.insert(texts.end(), {"äöü ß éè", "漢字仮名", "🜁🐘\U0010FFFF", "e\u0301 \u202e\u200b\ufeff",
                                   "\u2018quotes\u2019 \uff07"});
    }
    return texts;
}

void come_back_as_they_were(Trial& trial) {
    const Session session = open_with_rows(trial);
    int id = 0;
    for (const std::string& text : hostile_texts(session.look.facts)) {
        const std::string number = std::to_string(++id);
        session.query(kInsert, {number, text});
        require_same(session.ask(kSelect, {number}), text, "a text that was bound and read again");
        require_same(session.count("SELECT count(*) FROM kit_rows WHERE note = ? AND id = ?", {text, number}),
                     1, fmt::format("rows that hold the text \"{}\"", text));
    }
}

void tell_null_from_an_empty_text(Trial& trial) {
    const Session session = open_with_rows(trial);
    session.query(kInsert, {"1", std::nullopt});
    session.query(kInsert, {"2", ""});
    const auto read = [&](const char* id) { return session.query(kSelect, {id}).rows.at(0).at(0); };
    require(!read("1").has_value(), "a NULL that was bound comes back as a text");
    require(read("2") == spi::Value(""), "an empty text that was bound comes back as NULL or another text");
    require_same(session.count("SELECT count(*) FROM kit_rows WHERE note IS NULL"), 1, "rows with NULL");
}

void convert_numbers(Trial& trial) {
    const Session session = trial.open();
    session.run("CREATE TABLE kit_rows (id bigint NOT NULL PRIMARY KEY, flag boolean NOT NULL)");
    for (const char* number : {"0", "1", "-1", "9223372036854775807", "-9223372036854775808"}) {
        session.query("INSERT INTO kit_rows (id, flag) VALUES (?, ?)", {number, "1"});
        require_same(session.ask("SELECT id FROM kit_rows WHERE id = ?", {number}), number,
                     "a number that was bound and read again");
    }
    session.query("UPDATE kit_rows SET flag = ? WHERE id > ?", {"0", "0"});
    require_same(session.count("SELECT count(*) FROM kit_rows WHERE flag = ?", {"0"}), 2,
                 "rows whose flag was set to 0");
    require_same(session.count("SELECT count(*) FROM kit_rows WHERE flag = ?", {"1"}), 3,
                 "rows whose flag is 1");
}

void with_a_zero_byte_are_never_cut(Trial& trial) {
    const Session session = open_with_rows(trial);
    const std::string text = "before\0after"s;
    try {
        session.query(kInsert, {"1", text});
    } catch (const Error& error) {
        require(error.code() != ErrorCode::connection_failed, "a zero byte in a value costs the session");
        require_same(session.count("SELECT count(*) FROM kit_rows"), 0, "rows after the refusal");
        return;
    }
    require_same(session.ask(kSelect, {"1"}), text, "a text with a zero byte, which was not refused");
}

void of_great_size_come_back(Trial& trial) {
    const Session session = open_with_rows(trial);
    std::string text(trial.subject().large_bytes, 'x');
    for (std::size_t at = 0; at < text.size(); at += 1000) {
        text[at] = '\'';
    }
    session.query(kInsert, {"1", text});
    const std::string back = session.ask(kSelect, {"1"});
    require_same(back.size(), text.size(), "bytes that came back of a long value");
    require(back == text, "a long value came back changed");
}

void bind_in_order(Trial& trial) {
    const Session session = open_with_rows(trial);
    spi::BoundStatement insert{"INSERT INTO kit_rows (note, id) VALUES ", {}};
    const bool numbered = session.dialect().placeholder == spi::Placeholder::dollar_number;
    for (int row = 0; row < 20; ++row) {
        const auto mark = [&](std::size_t value) { return numbered ? fmt::format("${}", value) : "?"s; };
        insert.values.emplace_back(fmt::format("note {}", row));
        const std::string note = mark(insert.values.size());
        insert.values.emplace_back(std::to_string(row));
        insert.sql += fmt::format("{}({}, {})", row == 0 ? "" : ", ", note, mark(insert.values.size()));
    }
    require_same(session.connection->query(insert, patience()).affected, 20, "rows of one INSERT");
    for (const char* row : {"0", "7", "19"}) {
        require_same(session.ask(kSelect, {row}), std::string("note ") + row, "the note that was bound");
    }
    const std::string marks = numbered ? "SELECT '$1 ?', note FROM kit_rows WHERE id = $1"
                                       : "SELECT '$1 ?', note FROM kit_rows WHERE id = ?";
    const spi::Rows rows = session.connection->query({marks, {"7"}}, patience());
    require_same(rows.rows.at(0).at(0).value_or("NULL"), "$1 ?", "a string that looks like a placeholder");
}

void count_the_rows_that_they_reach(Trial& trial) {
    const Session session = open_with_rows(trial);
    require_same(session.query("INSERT INTO kit_rows (id, note) VALUES (1, 'a'), (2, 'a')").affected, 2,
                 "affected rows of an INSERT of two");
    require_same(session.query("UPDATE kit_rows SET note = ? WHERE id = ?", {"b", "1"}).affected, 1,
                 "affected rows of an UPDATE of one");
    // The engine moves the version by compare and swap: a row that is found counts, even unchanged.
    require_same(session.query("UPDATE kit_rows SET note = ? WHERE id = ?", {"b", "1"}).affected, 1,
                 "affected rows of an UPDATE that finds one row and changes nothing in it");
    require_same(session.query("UPDATE kit_rows SET note = ? WHERE id = ?", {"b", "9"}).affected, 0,
                 "affected rows of an UPDATE that finds none");
    require_same(session.query("DELETE FROM kit_rows WHERE id > ?", {"0"}).affected, 2,
                 "affected rows of a DELETE of two");
    require_same(session.query("SELECT note FROM kit_rows").rows.size(), 0, "rows of an empty table");
}

void stop_a_batch_at_its_first_failure(Trial& trial) {
    const Session session = open_with_rows(trial);
    const Session other = trial.open();
    const std::vector<spi::BoundStatement> good{
        {"INSERT INTO kit_rows (id, note) VALUES (1, 'a'), (2, 'a')", {}},
        {"DELETE FROM kit_rows WHERE id = 1", {}}};
    session.begin();
    const std::vector<spi::Rows> answers = session.connection->batch(good, patience());
    require_same(answers.size(), 2, "answers of a batch of two");
    require_same(answers[0].affected, 2, "affected rows of the first statement");
    require_same(answers[1].affected, 1, "affected rows of the second statement");
    session.commit();
    require_same(other.count("SELECT count(*) FROM kit_rows"), 1, "rows after a batch and COMMIT");

    const std::vector<spi::BoundStatement> bad{{"INSERT INTO kit_rows (id, note) VALUES (3, 'c')", {}},
                                               {"INSERT INTO kit_missing (id) VALUES (1)", {}},
                                               {"DELETE FROM kit_rows", {}}};
    session.begin();
    const ErrorDetails error =
        error_of([&] { session.connection->batch(bad, patience()); }, "a batch whose second statement fails");
    require(error.code == ErrorCode::bookkeeping_failed,
            fmt::format("it fails as {}, expected bookkeeping_failed", name_of(error.code)));
    session.roll_back();
    require_same(session.connection->batch({}, patience()).size(), 0, "answers of an empty batch");
    require_same(other.count("SELECT count(*) FROM kit_rows"), 1, "rows after a batch that was rolled back");
    error_of([&] { session.connection->batch(bad, patience()); }, "the same batch outside of a block");
    require(other.count("SELECT count(*) FROM kit_rows") > 0,
            "a batch goes on after a statement that failed");
}

constexpr std::array kChecks{
    Check{"value_texts_come_back_as_they_were", come_back_as_they_were},
    Check{"value_null_is_no_empty_text", tell_null_from_an_empty_text},
    Check{"value_texts_become_numbers", convert_numbers},
    Check{"value_with_a_zero_byte_is_never_cut", with_a_zero_byte_are_never_cut},
    Check{"value_of_great_size_comes_back", of_great_size_come_back},
    Check{"value_placeholders_bind_in_order", bind_in_order},
    Check{"value_counts_the_rows_reached", count_the_rows_that_they_reach},
    Check{"value_batch_stops_at_its_first_failure", stop_a_batch_at_its_first_failure},
};

}  // namespace

std::span<const Check> value_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
