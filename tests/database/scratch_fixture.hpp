// SPDX-License-Identifier: MIT
// A state folder for scratch servers that lasts one test, and what the tests look at from outside.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>

#include <aether/migrate/error.hpp>

#include "../../drivers/postgres/scratch.hpp"
#include "../support/client.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::postgres {

inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline void append(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary | std::ios::app) << text;
}

/// Returns the Error that a call throws; fails the test when it throws none.
inline ErrorDetails error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.details();
    }
    ADD_FAILURE() << "no error was thrown";
    return {};
}

/// Each test has a state folder of its own; all servers in it are dropped at its end. Making a server takes
/// seconds: tests that are about something else take a copy of one that was made for all of them.
class ScratchServer : public testing::Test {
protected:
    static void SetUpTestSuite() {
        keep_servers_below(model().emplace().path());
        scratch::url("shop");
        scratch::stop("shop");
    }

    static void TearDownTestSuite() { model().reset(); }

    void SetUp() override { base = keep_servers_below(folder); }

    void TearDown() override {
        for (const scratch::Cluster& cluster : scratch::list()) {
            scratch::drop(cluster.name);
        }
    }

    /// Sets the state folder as the environment of root and of an ordinary user has it; returns the servers'
    /// folder.
    static std::string keep_servers_below(const std::string& folder) {
        if (geteuid() == 0) {
            setenv("AETHER_SCRATCH_DIR", (folder + "/scratch").c_str(), 1);
            return folder + "/scratch";
        }
        unsetenv("AETHER_SCRATCH_DIR");
        setenv("XDG_STATE_HOME", folder.c_str(), 1);
        return folder + "/aether-migrate/scratch";
    }

    /// Starts a copy of the server that was made for all tests, and returns its URL. Its name is "shop".
    std::string start_shop() const {
        const std::string from = model()->path() + base.substr(folder.size());
        std::filesystem::create_directories(base);
        EXPECT_EQ(chmod(base.c_str(), 0755), 0);
        EXPECT_EQ(std::system(("cp -a " + from + "/shop " + base).c_str()), 0);
        return scratch::url("shop");
    }

    /// Returns the process number of a server's first process.
    pid_t process_of(const std::string& name) const {
        return std::atoi(text_of(base + "/" + name + "/data/postmaster.pid").c_str());
    }

    static bool is_alive(pid_t process) {
        return !text_of("/proc/" + std::to_string(process) + "/cmdline").empty();
    }

    void kill_server(const std::string& name) const {
        const pid_t process = process_of(name);
        ASSERT_EQ(kill(process, SIGKILL), 0);
        ASSERT_TRUE(becomes_true([process] { return !is_alive(process); }));
    }

    static std::optional<Folder>& model() {
        static std::optional<Folder> folder;
        return folder;
    }

    const Folder own;
    const std::string folder = own.path();  ///< Of this test.
    std::string base;                       ///< The folder of all servers.
};

/// Sets a variable of the environment for one test.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name)) {
            before_ = before;
        }
        setenv(name, value, 1);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() {
        if (before_) {
            setenv(name_, before_->c_str(), 1);
        } else {
            unsetenv(name_);
        }
    }

private:
    const char* name_;
    std::optional<std::string> before_;
};

}  // namespace aether::migrate::postgres
