// SPDX-License-Identifier: MIT
// Child processes of the scratch servers, with the system's small programs in PostgreSQL's place.
#include "../../drivers/postgres/scratch_child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

#include <aether/migrate/error.hpp>

namespace aether::migrate::postgres::scratch {
namespace {

Deadline in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

constexpr std::chrono::milliseconds kLong{20'000};

Command shell(const std::string& script) {
    Command command;
    command.program = "/bin/sh";
    command.arguments = {"-c", script};
    return command;
}

std::string printed_by(const std::string& script) {
    return run_and_read(shell(script), in(kLong)).text;
}

std::string error_of(const Command& command, Deadline until) {
    try {
        run(command, until);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

TEST(scratch_child, tells_how_the_program_ended) {
    EXPECT_EQ(describe_status(run(shell("exit 0"), in(kLong))), "exit status 0");
    EXPECT_EQ(describe_status(run(shell("exit 7"), in(kLong))), "exit status 7");
    EXPECT_EQ(describe_status(run(shell("kill -9 $$"), in(kLong))), "signal 9");
}

TEST(scratch_child, gives_the_input_and_takes_the_output_with_the_errors) {
    Command command = shell("cat; echo bad >&2");
    command.input = "good\n";

    EXPECT_EQ(run_and_read(command, in(kLong)).text, "good\nbad\n");
}

TEST(scratch_child, says_who_cannot_run_what) {
    Command missing;
    missing.program = "/nonexistent/postgres";
    Command elsewhere = shell("exit 0");
    elsewhere.folder = "/nonexistent";

    EXPECT_EQ(error_of(missing, in(kLong)),
              "this user cannot run /nonexistent/postgres: No such file or directory");
    EXPECT_EQ(error_of(elsewhere, in(kLong)),
              "this user cannot enter /nonexistent: No such file or directory");
}

TEST(scratch_child, is_killed_with_all_it_started_at_the_deadline) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    Descriptor from(ends[0]);
    Descriptor into(ends[1]);
    Command command = shell("sleep 1000 & sleep 1000");
    command.output = &into;

    EXPECT_EQ(error_of(command, in(std::chrono::milliseconds(200))),
              "/bin/sh did not end in time and was killed");

    // The end of the output shows that nobody holds it any more.
    into.reset();
    char byte = 0;
    EXPECT_EQ(read(from.get(), &byte, 1), 0);
}

TEST(scratch_child, can_be_left_running_and_is_nobody_to_wait_for) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor from(ends[0]);
    Descriptor into(ends[1]);
    Command command = shell("sleep 0.3; echo done");
    command.output = &into;
    {
        Child child(command, Abandoned::left_running);
        EXPECT_FALSE(child.wait(in(std::chrono::milliseconds(20))));
    }
    into.reset();

    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);

    std::array<char, 16> text{};
    EXPECT_EQ(read(from.get(), text.data(), text.size()), 5);
}

TEST(scratch_child, sees_nothing_of_the_environment_but_what_programs_need) {
    setenv("PGPASSWORD", "hidden-word", 1);
    setenv("DATABASE_URL", "hidden-word", 1);
    setenv("TZ", "UTC", 1);

    const std::string environment = printed_by("env");

    EXPECT_EQ(environment.find("hidden-word"), std::string::npos) << environment;
    EXPECT_NE(environment.find("LC_ALL=C\n"), std::string::npos);
    EXPECT_NE(environment.find("TZ=UTC\n"), std::string::npos);
    unsetenv("PGPASSWORD");
    unsetenv("DATABASE_URL");
    unsetenv("TZ");
}

TEST(scratch_child, inherits_no_descriptors) {
    const Descriptor low(open("/dev/null", O_RDONLY));
    const Descriptor high(fcntl(low.get(), F_DUPFD, 500));
    ASSERT_GE(high.get(), 500);

    // The listing itself has the folder open as number 3.
    EXPECT_EQ(printed_by("exec ls /proc/self/fd"), "0\n1\n2\n3\n");
}

TEST(scratch_child, has_usual_signals_and_a_session_of_its_own) {
    void (*const before)(int) = std::signal(SIGTERM, SIG_IGN);
    sigset_t blocked;
    sigset_t previous;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &previous);

    EXPECT_EQ(describe_status(run(shell("kill -TERM $$; sleep 1"), in(kLong))), "signal 15");
    EXPECT_EQ(printed_by("read -r a b c d e s rest < /proc/self/stat; test $s = $$ && echo own"), "own\n");

    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    std::signal(SIGTERM, before);
}

TEST(scratch_child, makes_private_files) {
    EXPECT_EQ(printed_by("umask"), "0077\n");
}

TEST(scratch_child, leaves_signal_mask_and_handlers_as_they_are) {
    sigset_t before;
    sigset_t after;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);

    run(shell("exit 0"), in(kLong));

    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    for (int number = 1; number < SIGRTMIN; ++number) {
        EXPECT_EQ(sigismember(&before, number), sigismember(&after, number)) << number;
    }
}

TEST(scratch_child, becomes_the_user_it_is_given) {
    Command command = shell("id -u; id -g; id -G");
    command.identity = Identity{65534, 65534};
    if (geteuid() == 0) {
        EXPECT_EQ(run_and_read(command, in(kLong)).text, "65534\n65534\n65534\n");
    } else {
        EXPECT_NE(error_of(command, in(kLong)).find("cannot become user number 65534 to run /bin/sh"),
                  std::string::npos);
    }
}

}  // namespace
}  // namespace aether::migrate::postgres::scratch
