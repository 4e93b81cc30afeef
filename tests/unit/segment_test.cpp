// SPDX-License-Identifier: MIT
// How a file's statements fall into segments.
#include "../../src/plan/segment.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

using spi::StatementKind;

// One letter for each statement.
StatementKind kind_of(char letter) {
    switch (letter) {
        case 's':
            return StatementKind::session_setting;
        case 'a':
            return StatementKind::session_setting_alone;
        case 'n':
            return StatementKind::non_transactional;
        case 'B':
            return StatementKind::begins_transaction;
        case 'C':
            return StatementKind::ends_transaction;
        default:
            return StatementKind::transactional;
    }
}

// Segments with blanks between them: T(…) transaction, O(…) own block, one with a dot after its COMMIT, and
// N(…) bare.
std::string segments_of(std::string_view statements, Cut cut = Cut::together,
                        spi::TransactionalDdl ddl = spi::TransactionalDdl::full) {
    Segmenter segmenter(cut, ddl);
    std::string text;
    std::size_t begun = 0;
    for (const char statement : statements) {
        const SegmentPart part = segmenter.take(kind_of(statement));
        if (part.begins) {
            text += text.empty() ? "" : ") ";
            text += part.mode == SegmentMode::transaction       ? "T("
                    : part.mode == SegmentMode::own_transaction ? "O("
                                                                : "N(";
            ++begun;
        }
        text += statement;
        text += part.ends_block ? "." : "";
        EXPECT_EQ(segmenter.segments(), begun) << statements;
    }
    return text.empty() ? text : text + ")";
}

TEST(segment, holds_consecutive_transactional_statements) {
    EXPECT_EQ(segments_of(""), "");
    EXPECT_EQ(segments_of("t"), "T(t)");
    EXPECT_EQ(segments_of("tttt"), "T(tttt)");
}

TEST(segment, of_a_statement_that_no_transaction_takes_is_its_own) {
    EXPECT_EQ(segments_of("n"), "N(n)");
    EXPECT_EQ(segments_of("nn"), "N(n) N(n)");
    EXPECT_EQ(segments_of("ttntt"), "T(tt) N(n) T(tt)");
    EXPECT_EQ(segments_of("nttnn"), "N(n) T(tt) N(n) N(n)");
}

TEST(segment, takes_session_settings_with_transactional_statements) {
    EXPECT_EQ(segments_of("st"), "T(st)");
    EXPECT_EQ(segments_of("snst"), "T(s) N(n) T(st)");
}

TEST(segment, of_a_setting_that_no_transaction_takes_is_its_own) {
    EXPECT_EQ(segments_of("attsa"), "N(a) T(tts) N(a)");
    EXPECT_EQ(segments_of("aBtCa"), "N(a) O(BtC.) N(a)");
    EXPECT_EQ(segments_of("BatC"), "O(BatC.)");
    EXPECT_EQ(segments_of("ata", Cut::one_each), "N(a) T(t) N(a)");
}

TEST(segment, is_a_block_that_the_file_opens) {
    EXPECT_EQ(segments_of("BttC"), "O(BttC.)");
    EXPECT_EQ(segments_of("BC"), "O(BC.)");
    EXPECT_EQ(segments_of("tBtCt"), "T(t) O(BtC.) T(t)");
    EXPECT_EQ(segments_of("BtCBtC"), "O(BtC.) O(BtC.)");
    EXPECT_EQ(segments_of("nBsCn"), "N(n) O(BsC.) N(n)");
}

TEST(segment, leaves_everything_in_a_block_until_its_commit) {
    EXPECT_EQ(segments_of("BtntCt"), "O(BtntC.) T(t)");
    EXPECT_EQ(segments_of("BtBtCt"), "O(BtBtC.) T(t)");
    EXPECT_EQ(segments_of("Btt"), "O(Btt)");
}

TEST(segment, ends_a_block_where_the_server_commits_it) {
    constexpr auto kNone = spi::TransactionalDdl::none;

    EXPECT_EQ(segments_of("BtntC", Cut::together, kNone), "O(Bt) N(n) T(t) N(C)");
    EXPECT_EQ(segments_of("BttC", Cut::together, kNone), "O(BttC.)");
}

TEST(segment, of_a_commit_without_a_block_is_bare) {
    EXPECT_EQ(segments_of("tCt"), "T(t) N(C) T(t)");
    EXPECT_EQ(segments_of("BCCt"), "O(BC.) N(C) T(t)");
}

TEST(segment, is_each_statement_when_cut_one_by_one) {
    EXPECT_EQ(segments_of("tst", Cut::one_each), "T(t) T(s) T(t)");
    EXPECT_EQ(segments_of("tnt", Cut::one_each), "T(t) N(n) T(t)");
    EXPECT_EQ(segments_of("tBttCtt", Cut::one_each), "T(t) O(BttC.) T(t) T(t)");
}

}  // namespace
}  // namespace aether::migrate
