// SPDX-License-Identifier: MIT
// A disk that fails at any call of a run: what is recorded is applied, and the next run completes it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/migrate.hpp>

#include "../../drivers/sqlite/driver.hpp"
#include "../support/folder.hpp"
#include "failing_files.hpp"

namespace aether::migrate::sqlite {
namespace {

using Lines = std::vector<std::string>;

// Of a transaction, of segments, and of a transaction that spills its pages before it commits.
const Lines kBodies{
    "CREATE TABLE t1 (i);\nINSERT INTO ran VALUES (1);\n",
    "CREATE TABLE t2 (i);\nVACUUM;\nINSERT INTO ran VALUES (2);\n",
    "PRAGMA cache_size = 2;\nCREATE TABLE t3 (b);\nINSERT INTO t3 SELECT zeroblob(9000) FROM ran;\n"
    "INSERT INTO ran VALUES (3);\n"};

class FailingDiskTest : public ::testing::Test {
protected:
    FailingDiskTest() {
        std::filesystem::create_directory(folder_ / "files");
        for (std::size_t i = 0; i < kBodies.size(); ++i) {
            const std::string number = std::to_string(i + 1);
            std::ofstream(folder_ / "files" / (number + "_m.up.sql")) << kBodies[i];
        }
    }

    // Of the healthy sessions, which need not outlive a power cut.
    std::string url() const { return file_url() + "?_synchronous=OFF"; }
    std::string file_url() const { return "sqlite://" + (folder_ / "app.db").string(); }

    void start_anew() const {
        std::filesystem::remove(folder_ / "app.db");
        std::filesystem::remove(folder_ / "app.db-journal");
        rows("CREATE TABLE ran (n integer)");
    }

    // What the state of the error tells, or an empty text after a success.
    std::string up(const std::string& url) const {
        Options options;
        options.path = (folder_ / "files").string();
        options.database = url;
        options.driver = &kDriver;
        try {
            Migrator(options).up();
        } catch (const Error& error) {
            EXPECT_TRUE(error.details().sqlstate.empty() || error.details().sqlstate.starts_with("SQLITE_"))
                << error.details().sqlstate;
            return error.what() + std::string(" / ") + error.details().state;
        }
        return {};
    }

    // The first column of what a healthy session reads.
    Lines rows(const std::string& sql) const {
        Lines lines;
        const auto connection = kDriver.open(url(), {}).connection;
        for (const std::vector<spi::Value>& row : connection->query({sql, {}}, {}).rows) {
            lines.push_back(row.front().value_or(""));
        }
        return lines;
    }
    bool has_table(const std::string& name) const {
        return !rows("SELECT 1 FROM sqlite_master WHERE name = '" + name + "'").empty();
    }

    // What one fault left, against what is recorded.
    void judge(const std::string& said) const {
        EXPECT_EQ(rows("PRAGMA integrity_check"), Lines{"ok"});
        const bool known = has_table("schema_migrations");
        const Lines row = known ? rows(
                                      "SELECT version || CASE WHEN dirty THEN ' dirty' ELSE '' END"
                                      " FROM schema_migrations")
                                : Lines{};
        const std::string version = row.empty() ? "0" : row.front();
        const Lines applied =
            has_table("schema_migrations_history")
                ? rows("SELECT version FROM schema_migrations_history WHERE event = 'applied'")
                : Lines{};
        const Lines ran = rows("SELECT n FROM ran ORDER BY n");
        const bool dirty = version.ends_with("dirty");
        EXPECT_EQ(applied, ran) << version;
        EXPECT_EQ(version, dirty ? "2 dirty" : std::to_string(ran.size()));
        EXPECT_EQ(has_table("t1"), !ran.empty());
        EXPECT_EQ(has_table("t3"), ran.size() == 3);
        if (!dirty) {
            EXPECT_EQ(has_table("t2"), ran.size() >= 2);
        }
        if (said.find("clean: nothing of this file") != std::string::npos) {
            EXPECT_FALSE(dirty) << said;
        }
    }

    // Fails one call later each time, until a run does not come to it.
    void sweep(DiskFault fault) {
        FailingFiles files;
        for (fault.at = 1;; ++fault.at) {
            SCOPED_TRACE("call " + std::to_string(fault.at));
            start_anew();
            files.set(fault);
            const std::string said = up(file_url() + "?vfs=failing");
            if (!files.was_reached()) {
                EXPECT_EQ(said, "");
                break;
            }
            judge(said);
            ASSERT_EQ(up(url()), "");
            ASSERT_EQ(rows("SELECT n FROM ran ORDER BY n"), (Lines{"1", "2", "3"}));
            ASSERT_FALSE(HasFailure()) << said;
        }
        std::printf("%ld calls\n", fault.at - 1);
        EXPECT_GT(fault.at, 50);
    }

    Folder made_;
    std::filesystem::path folder_ = made_.path();
};

TEST_F(FailingDiskTest, that_is_dead_from_one_call_on_leaves_a_known_state) {
    sweep({.code = SQLITE_IOERR});
}

TEST_F(FailingDiskTest, that_is_full_from_one_call_on_leaves_a_known_state) {
    sweep({.code = SQLITE_FULL});
}

TEST_F(FailingDiskTest, that_fails_once_leaves_a_known_state) {
    sweep({.code = SQLITE_IOERR, .goes_on = false});
}

}  // namespace
}  // namespace aether::migrate::sqlite
