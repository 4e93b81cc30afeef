// SPDX-License-Identifier: MIT
// Who is seen to hold a lock on a database file.
#include "../../drivers/sqlite/file_locks.hpp"

#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

namespace aether::migrate::sqlite {
namespace {

constexpr unsigned long kFile = 100;
constexpr unsigned long kSharedMemory = 200;

// One word for each holder: its number and what it does.
std::string holders_in(const std::string& locks) {
    std::string text;
    for (const spi::Blocker& blocker : lock_holders_in(locks, kFile, kSharedMemory)) {
        text += (text.empty() ? "" : " ") + std::to_string(blocker.pid) + "-" + blocker.state;
    }
    return text;
}

TEST(file_locks, name_the_writer_before_the_readers) {
    EXPECT_EQ(holders_in("1: POSIX  ADVISORY  READ 11 08:01:100 1073741826 1073742335\n"
                         "2: POSIX  ADVISORY  WRITE 12 08:01:100 1073741825 1073741825\n"),
              "12-writing");
    EXPECT_EQ(holders_in("1: POSIX  ADVISORY  READ 11 08:01:100 1073741826 1073742335\n"
                         "2: POSIX  ADVISORY  READ 13 08:01:100 1073741826 1073742335\n"),
              "11-reading 13-reading");
}

TEST(file_locks, are_in_the_shared_memory_in_wal_mode) {
    EXPECT_EQ(holders_in("1: POSIX  ADVISORY  WRITE 21 08:01:200 120 120\n"
                         "2: POSIX  ADVISORY  READ 22 08:01:200 124 124\n"
                         "3: POSIX  ADVISORY  READ 23 08:01:200 128 128\n"),
              "21-writing");
    // The last byte is held by everybody who has the database open.
    EXPECT_EQ(holders_in("3: POSIX  ADVISORY  READ 23 08:01:200 128 128\n"), "");
}

TEST(file_locks, pass_over_what_concerns_nobody_else) {
    EXPECT_EQ(holders_in("1: POSIX  ADVISORY  WRITE 31 08:01:999 1073741825 1073741825\n"
                         "2: FLOCK  ADVISORY  WRITE 32 08:01:100 0 EOF\n"
                         "2: -> POSIX  ADVISORY  WRITE 33 08:01:100 1073741825 1073741825\n"
                         "3: OFDLCK ADVISORY  WRITE -1 08:01:100 0 EOF\n"
                         "4: POSIX  ADVISORY  WRITE 0 08:01:100 1073741825 1073741825\n"
                         "5: POSIX  ADVISORY  WRITE " +
                         std::to_string(getpid()) + " 08:01:100 1073741825 1073741825\nnonsense\n"),
              "");
}

}  // namespace
}  // namespace aether::migrate::sqlite
