// SPDX-License-Identifier: MIT
// Real scratch servers after accidents: killed servers and makers, lost sockets, missing programs, broken
// settings.
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include <csignal>
#include <vector>

#include "../../drivers/postgres/scratch_process.hpp"
#include "scratch_fixture.hpp"

namespace aether::migrate::postgres {
namespace {

// Starts asking for a server in a process of its own, and kills that process as soon as a condition holds.
void kill_who_asks_for(const std::string& name, const std::function<bool()>& condition) {
    const pid_t process = fork();
    if (process == 0) {
        try {
            scratch::url(name);
        } catch (const Error&) {
            _exit(1);
        }
        _exit(0);
    }
    EXPECT_TRUE(becomes_true(condition));
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
}

TEST_F(ScratchServer, comes_back_with_its_data_after_its_process_was_killed) {
    const std::string url = start_shop();
    Client(url).ask("CREATE TABLE t AS SELECT 7 AS n");
    const Client busy(url);
    busy.ask("BEGIN");
    kill_server("shop");

    EXPECT_EQ(scratch::url("shop"), url);

    EXPECT_EQ(Client(url).ask("SELECT n FROM t"), "7");
}

TEST_F(ScratchServer, can_be_dropped_after_its_process_was_killed) {
    start_shop();
    const std::optional<scratch::PidFile> file = scratch::load_pid_file(scratch::place_of(base, "shop"));
    ASSERT_TRUE(file);
    struct shmid_ds segment{};
    ASSERT_EQ(shmctl(file->segment, IPC_STAT, &segment), 0);
    kill_server("shop");

    scratch::drop("shop");

    EXPECT_FALSE(std::filesystem::exists(base + "/shop"));
    EXPECT_EQ(shmctl(file->segment, IPC_STAT, &segment), -1) << "shared memory is left";
}

TEST_F(ScratchServer, comes_back_while_an_orphan_is_still_at_a_long_statement) {
    const std::string url = start_shop();
    const std::unique_ptr<PGconn, decltype(&PQfinish)> busy(PQconnectdb(url.c_str()), &PQfinish);
    const pid_t worker = PQbackendPID(busy.get());
    // Pure computing: it does not look whether its server is still there.
    ASSERT_EQ(PQsendQuery(busy.get(), "SELECT count(*) FROM generate_series(1, 100000000000)"), 1);
    ASSERT_TRUE(becomes_true([&url] {
        return Client(url).ask("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%100000000000)'") !=
               "0";
    }));
    kill_server("shop");

    start_shop();

    EXPECT_FALSE(is_alive(worker)) << "a new server with an old one's process would damage the data";
    EXPECT_TRUE(Client(url).is_open());
}

TEST_F(ScratchServer, starts_although_its_old_process_number_is_in_use_again) {
    const std::string url = start_shop();
    const std::string pid_file = base + "/shop/data/postmaster.pid";
    std::string lines = text_of(pid_file);
    scratch::stop("shop");
    // A process of the server's user, which PostgreSQL takes for a running server.
    struct stat owner{};
    ASSERT_EQ(stat((base + "/shop/data").c_str(), &owner), 0);
    const pid_t other = fork();
    if (other == 0) {
        if (geteuid() == 0 && setuid(owner.st_uid) != 0) {
            _exit(1);
        }
        pause();
        _exit(0);
    }
    lines.replace(0, lines.find('\n'), std::to_string(other));
    append(pid_file, lines);

    EXPECT_FALSE(scratch::stop("shop"));
    append(pid_file, lines);
    EXPECT_EQ(scratch::url("shop"), url);

    EXPECT_TRUE(Client(url).is_open());
    EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0) << "the other process must live";
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
}

TEST_F(ScratchServer, is_made_again_when_its_maker_was_killed) {
    kill_who_asks_for("half", [this] { return std::filesystem::exists(base + "/half/data/base"); });
    ASSERT_EQ(scratch::list().size(), 1u);
    EXPECT_NE(scratch::list()[0].server.find("(unfinished)"), std::string::npos);

    EXPECT_TRUE(Client(scratch::url("half")).is_open());
}

TEST_F(ScratchServer, can_be_dropped_when_its_maker_was_killed) {
    kill_who_asks_for("half", [this] { return std::filesystem::exists(base + "/half/data/base"); });

    scratch::drop("half");

    EXPECT_FALSE(std::filesystem::exists(base + "/half"));
}

TEST_F(ScratchServer, is_found_when_its_starter_was_killed) {
    start_shop();
    scratch::stop("shop");
    kill_who_asks_for("shop", [this] { return std::filesystem::exists(base + "/shop/data/postmaster.pid"); });

    EXPECT_TRUE(Client(scratch::url("shop")).is_open());
}

TEST_F(ScratchServer, is_started_anew_when_its_socket_was_removed) {
    const std::string url = start_shop();
    std::filesystem::remove_all(base + "/shop/socket");

    EXPECT_EQ(scratch::url("shop"), url);

    EXPECT_TRUE(Client(url).is_open());
}

TEST_F(ScratchServer, names_its_programs_and_the_ways_out_when_they_are_gone) {
    start_shop();
    scratch::stop("shop");
    const std::string record = base + "/shop/cluster";
    std::string text = text_of(record);
    const std::size_t programs = text.find("programs ") + 9;
    text.replace(programs, text.find('\n', programs) - programs, "/nonexistent/bin");
    std::ofstream(record) << text;

    const ErrorDetails error = error_of([] { scratch::url("shop"); });

    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_NE(error.message.find("which is gone from /nonexistent/bin"), std::string::npos) << error.message;
    EXPECT_NE(error.hint.find("apt-get install postgresql-"), std::string::npos) << error.hint;
    EXPECT_EQ(error.next, "migrate scratch drop shop");
    EXPECT_EQ(scratch::list().size(), 1u);
}

TEST_F(ScratchServer, refuses_programs_of_another_major_version) {
    start_shop();
    scratch::stop("shop");
    const std::string record = base + "/shop/cluster";
    std::string text = text_of(record);
    const std::size_t major = text.find("major ") + 6;
    text.replace(major, text.find('\n', major) - major, "11");
    std::ofstream(record) << text;

    const ErrorDetails error = error_of([] { scratch::url("shop"); });

    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_NE(error.message.find("was made by PostgreSQL 11"), std::string::npos) << error.message;
}

TEST_F(ScratchServer, shows_the_end_of_its_log_when_it_does_not_start) {
    start_shop();
    scratch::stop("shop");
    append(base + "/shop/data/postgresql.conf", "\nno_such_setting = 1\n");

    const ErrorDetails error = error_of([] { scratch::url("shop"); });

    EXPECT_EQ(error.code, ErrorCode::connection_failed);
    EXPECT_NE(error.message.find("scratch server \"shop\" did not start"), std::string::npos)
        << error.message;
    EXPECT_NE(error.context.find("no_such_setting"), std::string::npos) << error.context;
    EXPECT_EQ(error.context.find("running bootstrap script"), std::string::npos) << "only of this start";
    EXPECT_EQ(error.next, "migrate scratch drop shop");
}

TEST_F(ScratchServer, leaves_nothing_when_there_are_no_programs) {
    const Variable chosen("AETHER_POSTGRES_BIN", "/nonexistent");

    const ErrorDetails error = error_of([] { scratch::url("never"); });

    EXPECT_EQ(error.code, ErrorCode::unsupported);
    EXPECT_EQ(error.message, "AETHER_POSTGRES_BIN is /nonexistent, which does not hold initdb and postgres");
    EXPECT_TRUE(std::filesystem::is_empty(base));
}

TEST_F(ScratchServer, leaves_nothing_when_it_could_not_be_made) {
    // Programs that answer as PostgreSQL does, and an initdb that fails.
    const std::string programs = folder + "/bin";
    std::filesystem::create_directory(programs);
    append(programs + "/postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 15.1'\n");
    append(programs + "/initdb", "#!/bin/sh\necho 'initdb: error: no space left on device' >&2\nexit 3\n");
    chmod((programs + "/postgres").c_str(), 0755);
    chmod((programs + "/initdb").c_str(), 0755);
    chmod(programs.c_str(), 0755);
    const Variable chosen("AETHER_POSTGRES_BIN", programs.c_str());

    const ErrorDetails error = error_of([] { scratch::url("never"); });

    EXPECT_EQ(error.code, ErrorCode::connection_failed);
    EXPECT_NE(error.message.find("initdb ended with exit status 3"), std::string::npos) << error.message;
    EXPECT_EQ(error.context, "initdb: error: no space left on device");
    EXPECT_TRUE(std::filesystem::is_empty(base));
}

TEST_F(ScratchServer, refuses_a_folder_that_is_not_its_own_and_leaves_it_alone) {
    start_shop();
    std::filesystem::create_directory(base + "/foreign");
    append(base + "/foreign/file", "precious");

    EXPECT_EQ(error_of([] { scratch::url("foreign"); }).code, ErrorCode::connection_failed);
    EXPECT_EQ(error_of([] { scratch::drop("foreign"); }).code, ErrorCode::invalid_argument);

    EXPECT_EQ(text_of(base + "/foreign/file"), "precious");
    EXPECT_EQ(scratch::list().size(), 1u);
}

TEST_F(ScratchServer, refuses_a_socket_folder_that_others_can_enter) {
    const std::string deep = folder + "/" + std::string(120, 'd');
    std::filesystem::create_directories(deep);
    keep_servers_below(deep);
    const Client client(scratch::url("open"));
    const std::string quoted = client.ask("SHOW unix_socket_directories");
    const std::string socket_folder = quoted.substr(1, quoted.size() - 2);
    scratch::stop("open");
    ASSERT_EQ(chmod(socket_folder.c_str(), 0777), 0);

    const ErrorDetails error = error_of([] { scratch::url("open"); });

    EXPECT_EQ(error.code, ErrorCode::connection_failed);
    EXPECT_NE(error.message.find("is open to others"), std::string::npos) << error.message;
    ASSERT_EQ(chmod(socket_folder.c_str(), 0700), 0);
    EXPECT_TRUE(Client(scratch::url("open")).is_open());
}

}  // namespace
}  // namespace aether::migrate::postgres
