// SPDX-License-Identifier: MIT
// Runs one command and prints its exit code, wall time, processor time and peak memory, free of the caller's
// own.
//
// A process takes over the peak memory of whatever called exec for it, so a child of Python never shows less
// than Python's own size. This program is small, and its child is measured by wait4 alone.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

namespace {

long long microseconds(const timeval& time) {
    return time.tv_sec * 1000000LL + time.tv_usec;
}

long long now_in_nanoseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// Standard output and error of the command go to a file: a terminal or a pipe would be timed with it.
void redirect_output(const char* path) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const int null = open("/dev/null", O_RDONLY);
    if (file < 0 || null < 0 || dup2(null, 0) < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0) {
        _exit(126);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: spawn OUTPUT_FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    const long long started = now_in_nanoseconds();
    const pid_t child = fork();
    if (child < 0) {
        std::perror("spawn: fork");
        return 1;
    }
    if (child == 0) {
        redirect_output(arguments[1]);
        execv(arguments[2], arguments + 2);
        _exit(127);
    }
    int status = 0;
    rusage usage{};
    if (wait4(child, &status, 0, &usage) != child) {
        std::perror("spawn: wait4");
        return 1;
    }
    const long long ended = now_in_nanoseconds();
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::printf("%d %lld %lld %ld\n", code, ended - started,
                microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss);
    return 0;
}
