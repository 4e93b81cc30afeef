// SPDX-License-Identifier: MIT
// How a file comes in pieces, and what of it a shell client's commands become.
#include "../../src/run/script.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../../src/source/memory.hpp"
#include "../support/pieces.hpp"

namespace aether::migrate::run {
namespace {

constexpr const char* kFile = "1_a.up.sql";

// What a file is made of, piece after piece.
struct Pieces {
    std::string text;
    sql::Texts statements;
    std::vector<std::size_t> lines;
    std::size_t count = 0;
};

Pieces read(const std::string& text, const spi::LexicalRules& rules) {
    MemorySource source({{kFile, text}});
    const spi::Dialect dialect = sql::dialect_of(rules);
    ScriptReader reader(source, kFile, dialect);
    Pieces pieces;
    Piece piece;
    while (reader.next(piece)) {
        ++pieces.count;
        pieces.text += piece.text;
        for (const sql::Statement& statement : piece.statements) {
            pieces.statements.emplace_back(
                piece.text.substr(statement.begin, statement.end - statement.begin));
            pieces.lines.push_back(sql::position_at(piece.text, statement.begin, piece.start).line);
        }
    }
    return pieces;
}

TEST(script, delimiter_holds_from_one_piece_to_the_next) {
    std::string text = "DELIMITER $$\n";
    for (int line = 2; line < 20000; ++line) {
        text += "CREATE PROCEDURE p() BEGIN SELECT 1; END$$\n";
    }

    const Pieces pieces = read(text, sql::kMysqlRules);

    EXPECT_GT(pieces.count, 2U);
    ASSERT_EQ(pieces.statements.size(), 19998U);
    for (std::size_t i = 0; i < pieces.statements.size(); ++i) {
        ASSERT_EQ(pieces.statements[i], "CREATE PROCEDURE p() BEGIN SELECT 1; END");
        ASSERT_EQ(pieces.lines[i], i + 2);
    }
    EXPECT_EQ(pieces.text.find('$'), std::string::npos);
    EXPECT_EQ(pieces.text.find("DELIMITER"), std::string::npos);
    EXPECT_EQ(pieces.text.size(), text.size());
}

TEST(script, text_without_delimiters_is_not_touched) {
    const std::string text = "SELECT 1 -- a\n;\nSELECT '$$ DELIMITER //\n';\n-- b\n";

    EXPECT_EQ(read(text, sql::kMysqlRules).text, text);
    EXPECT_EQ(read("DELIMITER //\nSELECT 1//", {}).text, "DELIMITER //\nSELECT 1//");
}

}  // namespace
}  // namespace aether::migrate::run
