// SPDX-License-Identifier: MIT
// Real scratch servers, made and started from the PostgreSQL of this machine: what a user asks of them.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <vector>

#include "scratch_fixture.hpp"

namespace aether::migrate::postgres {
namespace {

std::atomic<int> forks{0};

int forks_of(const std::function<void()>& call) {
    static const int kRegistered = pthread_atfork([] { ++forks; }, nullptr, nullptr);
    EXPECT_EQ(kRegistered, 0);
    const int before = forks;
    call();
    return forks - before;
}

// Runs a call in several processes at once; returns how many of them ended well.
int run_in_processes(int count, const std::function<bool()>& call) {
    std::vector<pid_t> processes;
    for (int number = 0; number < count; ++number) {
        const pid_t process = fork();
        if (process == 0) {
            bool good = false;
            try {
                good = call();
            } catch (const Error& error) {
                std::fprintf(stderr, "%s\n%s\n", error.what(), error.details().context.c_str());
            }
            _exit(good ? 0 : 1);
        }
        processes.push_back(process);
    }
    int good = 0;
    for (const pid_t process : processes) {
        int status = 0;
        waitpid(process, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 1 : 0;
    }
    return good;
}

TEST_F(ScratchServer, is_made_started_and_connectable) {
    const std::string url = scratch::url("try-it_1");

    const Client client(url);
    ASSERT_TRUE(client.is_open()) << client.error();
    EXPECT_EQ(client.ask("SELECT current_database()"), "try-it_1");
    EXPECT_EQ(client.ask("SELECT current_user"), "postgres");
    EXPECT_EQ(client.ask("SHOW server_encoding"), "UTF8");
    EXPECT_EQ(client.ask("SHOW listen_addresses"), "");
    EXPECT_EQ(client.ask("SHOW fsync"), "on");
    EXPECT_EQ(client.ask("SELECT count(*) FROM pg_database WHERE datallowconn AND NOT datistemplate"), "2");
}

TEST_F(ScratchServer, is_listed_with_its_version_while_it_runs_and_after) {
    EXPECT_TRUE(scratch::list().empty());

    const Client client(start_shop());
    std::vector<scratch::Cluster> listed = scratch::list();
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0].name, "shop");
    const std::string version = client.ask("SHOW server_version");
    EXPECT_EQ(listed[0].server, "PostgreSQL " + version.substr(0, version.find(' ')));
    EXPECT_TRUE(listed[0].running);
    EXPECT_EQ(listed[0].data, client.ask("SHOW data_directory").empty() ? "" : base + "/shop/data");

    scratch::stop("shop");
    listed = scratch::list();
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_FALSE(listed[0].running);
}

TEST_F(ScratchServer, takes_no_process_and_no_lock_to_find_when_it_runs) {
    const std::string url = start_shop();
    const int lock = open((base + "/shop/lock").c_str(), O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0);

    EXPECT_EQ(forks_of([&url] { EXPECT_EQ(scratch::url("shop"), url); }), 0);

    close(lock);
    constexpr int kTimes = 1000;
    const auto start = std::chrono::steady_clock::now();
    for (int time = 0; time < kTimes; ++time) {
        scratch::url("shop");
    }
    const auto each = (std::chrono::steady_clock::now() - start) / kTimes;
    RecordProperty("microseconds", static_cast<int>(each / std::chrono::microseconds(1)));
}

TEST_F(ScratchServer, is_made_once_when_eight_processes_ask_at_once) {
    const auto ask = [] { return Client(scratch::url("many")).is_open(); };

    EXPECT_EQ(run_in_processes(8, ask), 8);

    const std::string log = text_of(base + "/many/log");
    EXPECT_NE(log.find("ready to accept connections"), std::string::npos);
    EXPECT_EQ(log.find("running bootstrap script"), log.rfind("running bootstrap script"));
    EXPECT_EQ(log.find("ready to accept connections"), log.rfind("ready to accept connections"));
}

TEST_F(ScratchServer, is_started_once_when_eight_processes_find_it_stopped) {
    start_shop();
    scratch::stop("shop");
    std::filesystem::resize_file(base + "/shop/log", 0);

    EXPECT_EQ(run_in_processes(8, [] { return Client(scratch::url("shop")).is_open(); }), 8);

    const std::string log = text_of(base + "/shop/log");
    EXPECT_NE(log.find("ready to accept connections"), std::string::npos);
    EXPECT_EQ(log.find("ready to accept connections"), log.rfind("ready to accept connections"));
}

TEST_F(ScratchServer, survives_processes_that_make_stop_and_drop_it_at_once) {
    const auto ask = [] {
        for (int round = 0; round < 2; ++round) {
            scratch::url("mixed");
            try {
                round % 2 == 0 ? static_cast<void>(scratch::stop("mixed")) : scratch::drop("mixed");
            } catch (const Error& error) {
                if (error.code() != ErrorCode::invalid_argument) {
                    throw;
                }
            }
        }
        return true;
    };

    EXPECT_EQ(run_in_processes(3, ask), 3);

    EXPECT_TRUE(Client(scratch::url("mixed")).is_open());
}

TEST_F(ScratchServer, keeps_its_data_when_it_is_stopped) {
    const std::string url = start_shop();
    Client(url).ask("CREATE TABLE t AS SELECT 7 AS n");
    const pid_t process = process_of("shop");

    EXPECT_TRUE(scratch::stop("shop"));
    EXPECT_FALSE(is_alive(process));
    EXPECT_FALSE(scratch::stop("shop"));

    EXPECT_EQ(scratch::url("shop"), url);
    EXPECT_EQ(Client(url).ask("SELECT n FROM t"), "7");
}

TEST_F(ScratchServer, ends_open_sessions_when_it_is_stopped) {
    const Client client(start_shop());
    client.ask("BEGIN");

    EXPECT_TRUE(scratch::stop("shop"));

    EXPECT_NE(client.ask("SELECT 1"), "1");
}

TEST_F(ScratchServer, leaves_nothing_when_it_is_dropped) {
    scratch::url("gone");
    start_shop();
    const pid_t process = process_of("gone");

    scratch::drop("gone");

    EXPECT_FALSE(is_alive(process));
    EXPECT_FALSE(std::filesystem::exists(base + "/gone"));
    EXPECT_EQ(scratch::list().size(), 1u);
    EXPECT_TRUE(scratch::list()[0].running);
}

TEST_F(ScratchServer, drop_removes_links_and_not_what_they_lead_to) {
    start_shop();
    std::filesystem::create_directory(folder + "/elsewhere");
    append(folder + "/elsewhere/file", "precious");
    std::filesystem::create_directory_symlink(folder + "/elsewhere", base + "/shop/data/pg_tblspc/99999");
    std::filesystem::create_directory_symlink(folder + "/elsewhere", base + "/shop/link");

    scratch::drop("shop");

    EXPECT_FALSE(std::filesystem::exists(base + "/shop"));
    EXPECT_EQ(text_of(folder + "/elsewhere/file"), "precious");
}

TEST_F(ScratchServer, that_does_not_exist_can_be_neither_stopped_nor_dropped) {
    for (const auto& call : {+[] { scratch::drop("nobody"); }, +[] { scratch::stop("nobody"); }}) {
        const ErrorDetails error = error_of(call);

        EXPECT_EQ(error.code, ErrorCode::invalid_argument);
        EXPECT_EQ(error.message, "there is no scratch server \"nobody\"");
        EXPECT_EQ(error.next, "migrate scratch list");
    }
    EXPECT_FALSE(std::filesystem::exists(base));
}

TEST_F(ScratchServer, has_a_short_socket_path_however_deep_its_folder_is) {
    const std::string deep = folder + "/" + std::string(120, 'd') + "/, \"quoted\" 100% é";
    std::filesystem::create_directories(deep);
    base = keep_servers_below(deep);

    const Client client(scratch::url("deep"));

    ASSERT_TRUE(client.is_open()) << client.error();
    const std::string socket = client.ask("SHOW unix_socket_directories");
    EXPECT_EQ(socket.find("\"/tmp/aether-migrate-"), 0u) << socket;
    const std::string socket_folder = socket.substr(1, socket.size() - 2);
    struct stat facts{};
    ASSERT_EQ(stat(socket_folder.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0700u);
    scratch::drop("deep");
    EXPECT_FALSE(std::filesystem::exists(socket_folder));
}

TEST_F(ScratchServer, can_be_kept_in_a_folder_with_odd_characters) {
    const std::string odd = folder + "/o 100%,\"é&?";
    std::filesystem::create_directories(odd);
    keep_servers_below(odd);

    const Client client(scratch::url("odd"));

    EXPECT_EQ(client.ask("SELECT current_database()"), "odd") << client.error();
}

TEST_F(ScratchServer, belongs_to_an_unprivileged_user_and_is_closed_to_others) {
    start_shop();

    for (const char* const part : {"/shop/data", "/shop/socket"}) {
        struct stat facts{};
        ASSERT_EQ(stat((base + part).c_str(), &facts), 0);
        EXPECT_EQ(facts.st_mode & 0777, 0700u) << part;
        EXPECT_NE(facts.st_uid, 0u) << part;
    }
}

TEST_F(ScratchServer, leaves_the_calling_process_without_children) {
    scratch::url("alone");
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);

    scratch::drop("alone");
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

TEST_F(ScratchServer, works_in_a_process_that_ignores_its_children) {
    void (*const before)(int) = std::signal(SIGCHLD, SIG_IGN);

    EXPECT_TRUE(Client(scratch::url("ignored")).is_open());

    std::signal(SIGCHLD, before);
}

TEST_F(ScratchServer, inherits_no_descriptor_and_no_secret) {
    const Variable secret("DATABASE_URL", "postgres://u:hidden-word@h/d");
    const Variable setting("PGDATA", "/nonexistent");
    const Variable port("PGPORT", "1");
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);

    const std::string url = scratch::url("clean");

    close(ends[1]);
    pollfd look{ends[0], POLLIN, 0};
    EXPECT_EQ(poll(&look, 1, 5000), 1) << "somebody still holds the pipe";
    close(ends[0]);
    const std::string environment = text_of("/proc/" + std::to_string(process_of("clean")) + "/environ");
    EXPECT_NE(environment.find("LC_ALL=C"), std::string::npos);
    EXPECT_EQ(environment.find("hidden-word"), std::string::npos);
    EXPECT_EQ(environment.find("PGDATA"), std::string::npos);
    EXPECT_TRUE(Client(url).is_open()) << "PGPORT must not matter";
}

}  // namespace
}  // namespace aether::migrate::postgres
