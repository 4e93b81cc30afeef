// SPDX-License-Identifier: MIT
// Small files, logs and private folders of the scratch servers, and their lock.
#include "../../drivers/postgres/scratch_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <aether/migrate/error.hpp>

#include "../../drivers/postgres/scratch_lock.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

class ScratchFile : public testing::Test {
protected:
    std::string refusal_of(const std::string& path) const {
        try {
            make_folder(path, 0700, std::nullopt);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    static mode_t mode_of(const std::string& path) {
        struct stat facts{};
        return stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
    }

    const Folder own;
    const std::string folder = own.path();
};

TEST_F(ScratchFile, is_read_back_as_it_was_saved_and_is_private) {
    save_text(folder + "/f", "one");
    save_text(folder + "/f", "two\n");

    EXPECT_EQ(load_text(folder + "/f"), "two\n");
    EXPECT_EQ(mode_of(folder + "/f"), 0600u);
    EXPECT_FALSE(std::filesystem::exists(folder + "/f.new"));
}

TEST_F(ScratchFile, is_nothing_when_missing_or_not_a_regular_file) {
    save_text(folder + "/f", "text");
    std::filesystem::create_symlink(folder + "/f", folder + "/link");
    ASSERT_EQ(mkfifo((folder + "/pipe").c_str(), 0600), 0);

    EXPECT_FALSE(load_text(folder + "/missing"));
    EXPECT_FALSE(load_text(folder + "/link"));
    EXPECT_FALSE(load_text(folder + "/pipe"));
    EXPECT_FALSE(load_text(folder));
}

TEST_F(ScratchFile, folder_is_made_private_and_may_exist) {
    make_folder(folder + "/d", 0700, std::nullopt);
    make_folder(folder + "/d", 0700, std::nullopt);

    EXPECT_EQ(mode_of(folder + "/d"), 0700u);
}

TEST_F(ScratchFile, folder_that_others_can_enter_is_refused_and_stays_as_it_is) {
    std::filesystem::create_directory(folder + "/d");
    ASSERT_EQ(chmod((folder + "/d").c_str(), 0750), 0);

    EXPECT_EQ(refusal_of(folder + "/d"), folder + "/d is open to others (its mode is 750)");
    EXPECT_EQ(mode_of(folder + "/d"), 0750u);
}

TEST_F(ScratchFile, folder_that_is_a_link_or_a_file_is_refused) {
    std::filesystem::create_directory(folder + "/d");
    std::filesystem::create_directory_symlink(folder + "/d", folder + "/link");
    save_text(folder + "/file", "");

    EXPECT_EQ(refusal_of(folder + "/link"), folder + "/link is a file or a link, not a folder");
    EXPECT_EQ(refusal_of(folder + "/file"), folder + "/file is a file or a link, not a folder");
}

TEST_F(ScratchFile, folder_of_another_user_is_refused) {
    // Only root can make one; for everybody else the root folder is one.
    std::string foreign = "/";
    if (geteuid() == 0) {
        foreign = folder + "/d";
        std::filesystem::create_directory(foreign);
        ASSERT_EQ(chown(foreign.c_str(), 65534, 65534), 0);
    }

    EXPECT_NE(refusal_of(foreign).find("belongs to another user (number "), std::string::npos)
        << refusal_of(foreign);
}

TEST_F(ScratchFile, log_shows_the_last_whole_lines_since_a_size) {
    std::ofstream(folder + "/log") << "before\n";
    Descriptor log = open_log(folder + "/log");
    const std::size_t start = size_of(log);
    std::ofstream(folder + "/log", std::ios::app) << "first\nlast\n";

    EXPECT_EQ(load_log_end(folder + "/log", start), "first\nlast");

    for (int line = 0; line < 1000; ++line) {
        std::ofstream(folder + "/log", std::ios::app) << "line " << line << " of many\n";
    }
    const std::string end = load_log_end(folder + "/log", start);
    EXPECT_LE(end.size(), 4096u);
    EXPECT_EQ(end.substr(0, 5), "line ");
    EXPECT_TRUE(end.ends_with("line 999 of many"));
}

TEST_F(ScratchFile, log_that_grew_large_is_put_aside_once) {
    std::ofstream(folder + "/log") << std::string((1u << 20) + 1, 'x');

    const Descriptor log = open_log(folder + "/log");

    EXPECT_EQ(size_of(log), 0u);
    EXPECT_EQ(std::filesystem::file_size(folder + "/log.old"), (1u << 20) + 1);
}

TEST_F(ScratchFile, lock_is_held_by_one_at_a_time) {
    std::filesystem::create_directory(folder + "/a");
    const Place place = place_of(folder, "a");
    std::optional<Lock> first = Lock::try_take(place);
    ASSERT_TRUE(first);

    EXPECT_FALSE(Lock::try_take(place));

    first.reset();
    EXPECT_TRUE(Lock::try_take(place));
}

TEST_F(ScratchFile, lock_of_a_server_without_a_folder_is_none) {
    EXPECT_FALSE(Lock::try_take(place_of(folder, "nofolder")));
}

TEST_F(ScratchFile, lock_names_its_holder_when_the_wait_is_over) {
    std::filesystem::create_directory(folder + "/a");
    const Place place = place_of(folder, "a");
    const std::optional<Lock> held = Lock::try_take(place);
    try {
        await_lock(place, std::chrono::steady_clock::now() - std::chrono::seconds(1));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::connection_failed);
        EXPECT_EQ(error.details().message, "gave up waiting for scratch server \"a\": process " +
                                               std::to_string(getpid()) +
                                               " is making, starting or stopping it");
    }
}

}  // namespace
}  // namespace aether::migrate::postgres::scratch
