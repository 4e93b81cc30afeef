// SPDX-License-Identifier: MIT
// The record of a scratch server and PostgreSQL's own postmaster.pid, as texts.
#include "../../drivers/postgres/scratch_record.hpp"

#include <gtest/gtest.h>

#include <string>

#include "../../drivers/postgres/scratch_process.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr const char* kRecord =
    "aether-migrate scratch cluster 1\n"
    "stage ready\n"
    "programs /opt/my server/bin\n"
    "major 15\n"
    "version 15.20\n";

TEST(scratch_record, reads_what_it_wrote) {
    const std::optional<Record> record = parse_record(kRecord);

    ASSERT_TRUE(record);
    EXPECT_EQ(record->stage, Stage::ready);
    EXPECT_EQ(record->programs, "/opt/my server/bin");
    EXPECT_EQ(record->major, 15);
    EXPECT_EQ(record->version, "15.20");
    EXPECT_EQ(format_record(*record), kRecord);
}

TEST(scratch_record, knows_every_stage) {
    for (const Stage stage : {Stage::making, Stage::ready, Stage::dropping}) {
        Record record{stage, "/p", 18, "18.4"};

        const std::optional<Record> read = parse_record(format_record(record));

        ASSERT_TRUE(read);
        EXPECT_EQ(read->stage, stage);
    }
}

TEST(scratch_record, is_no_record_when_any_part_is_missing_or_odd) {
    const std::string whole = kRecord;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(parse_record(whole.substr(0, length))) << length;
    }
    EXPECT_FALSE(parse_record("aether-migrate scratch cluster 2\n" + whole.substr(whole.find('\n') + 1)));
    EXPECT_FALSE(parse_record(std::string(whole).replace(whole.find("ready"), 5, "steady")));
    EXPECT_FALSE(parse_record(std::string(whole).replace(whole.find("15\n"), 2, "1x")));
}

TEST(scratch_pid_file, gives_process_segment_and_state) {
    const std::optional<PidFile> file =
        parse_pid_file("4711\n/data\n1700000000\n5432\n/socket\n\n  12345678        42\nready   \n");

    ASSERT_TRUE(file);
    EXPECT_EQ(file->process, 4711);
    EXPECT_EQ(file->segment_key, 12345678);
    EXPECT_EQ(file->segment, 42);
    EXPECT_TRUE(file->ready);
}

TEST(scratch_pid_file, is_not_ready_while_lines_are_missing_or_say_otherwise) {
    EXPECT_FALSE(parse_pid_file("4711\n/data\n1700000000\n5432\n/socket\n\n")->ready);
    EXPECT_FALSE(parse_pid_file("4711\n/data\n1\n5432\n/s\n\n  1 2\nstopping\n")->ready);
    EXPECT_EQ(parse_pid_file("4711\n/data\n")->segment, -1);
    EXPECT_EQ(parse_pid_file("4711\n/data\n1\n5432\n/s\n\n  12\nready\n")->segment, -1);
}

TEST(scratch_pid_file, names_no_process_that_could_be_harmed) {
    for (const char* const text : {"", "\n", "0\n", "1\n", "-1\n", "-4711\n", "47x\n", "99999999999\n"}) {
        EXPECT_FALSE(parse_pid_file(text)) << text;
    }
}

}  // namespace
}  // namespace aether::migrate::postgres::scratch
