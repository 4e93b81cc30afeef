// SPDX-License-Identifier: MIT
// Tells a scratch server's processes from all others by /proc, and ends those that are left over.
#include "scratch_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "scratch_failure.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr std::chrono::milliseconds kPause{5};
// What a kill takes is the time to give the memory back.
constexpr std::chrono::seconds kKillPatience{5};

std::string_view line_of(std::string_view text, int number) noexcept {
    for (; number > 1; --number) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            return {};
        }
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

std::optional<int> parse_number(std::string_view text) noexcept {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// Takes spaces and the word behind them off a text; nothing when the word is no number.
std::optional<int> take_number(std::string_view& text) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::optional<int> number = parse_number(text.substr(0, end));
    text.remove_prefix(end);
    return number;
}

// The arguments of a process, each ended by a zero byte, if it belongs to the user that owns the data. These
// two facts are readable for root even where a container took CAP_SYS_PTRACE from it; exe and cwd are not.
std::optional<std::string> command_line_of(pid_t process, const Place& place) {
    const std::string folder = "/proc/" + std::to_string(process);
    struct stat owner{};
    struct stat facts{};
    if (lstat(place.data.c_str(), &owner) != 0 || stat(folder.c_str(), &facts) != 0 ||
        owner.st_uid != facts.st_uid) {
        return std::nullopt;
    }
    return load_text(folder + "/cmdline");
}

bool is_server(pid_t process, const Place& place) {
    const std::optional<std::string> line = command_line_of(process, place);
    if (!line) {
        return false;
    }
    const std::string_view program(line->c_str());
    const std::string data = std::string("\0-D\0", 4) + place.data + '\0';
    return (program == "postgres" || program.ends_with("/postgres")) && line->find(data) != std::string::npos;
}

// All processes but the first change their title: "postgres: scratch/NAME/HASH: checkpointer".
bool is_worker(pid_t process, const Place& place) {
    const std::optional<std::string> line = command_line_of(process, place);
    return line && line->starts_with("postgres: " + place.tag + ": ");
}

// Returns a pidfd; -1 on kernels before 5.3.
int open_handle([[maybe_unused]] pid_t process) noexcept {
#ifdef SYS_pidfd_open
    return static_cast<int>(syscall(SYS_pidfd_open, process, 0u));
#else
    return -1;
#endif
}

void send_signal(const Descriptor& handle, pid_t process, int signal) noexcept {
#ifdef SYS_pidfd_send_signal
    if (handle.get() >= 0) {
        syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0u);
        return;
    }
#endif
    kill(process, signal);
}

// Waits until a process has ended, its memory is given back and its files are closed.
bool is_gone_by(const Descriptor& handle, pid_t process, const Place& place, Deadline until) {
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (handle.get() >= 0) {
            pollfd look{handle.get(), POLLIN, 0};
            if (poll(&look, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0) {
                return true;
            }
        } else if (!is_server(process, place) && !is_worker(process, place)) {
            return true;
        } else {
            std::this_thread::sleep_for(kPause);
        }
        if (left.count() <= 0) {
            return false;
        }
    }
}

// Removes the shared memory of a killed server: the kernel would keep it until the machine is started anew.
void remove_segment(const Place& place) {
    const std::optional<PidFile> file = load_pid_file(place);
    struct stat owner{};
    if (!file || file->segment < 0 || lstat(place.data.c_str(), &owner) != 0) {
        return;
    }
    const Deadline until = std::chrono::steady_clock::now() + kKillPatience;
    struct shmid_ds segment{};
    // Numbers are used again, and the file belongs to the server's user: nothing but that user's own segment
    // may go.
    while (shmctl(file->segment, IPC_STAT, &segment) == 0 && segment.shm_perm.uid == owner.st_uid &&
           segment.shm_perm.__key == file->segment_key) {
        if (segment.shm_nattch == 0) {
            shmctl(file->segment, IPC_RMID, nullptr);
            return;
        }
        // Processes of the killed server are still on their way out.
        if (std::chrono::steady_clock::now() > until) {
            return;
        }
        std::this_thread::sleep_for(kPause);
    }
}

// Kills the processes that outlived their server: one in the middle of a long statement has not noticed yet.
void kill_workers(const Place& place) {
    const Deadline until = std::chrono::steady_clock::now() + kKillPatience;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::optional<int> process = parse_number(entry->path().filename().string());
        if (!process || *process <= 1) {
            continue;
        }
        const Descriptor handle(open_handle(*process));
        if (is_worker(*process, place)) {
            send_signal(handle, *process, SIGKILL);
            is_gone_by(handle, *process, place, until);
        }
    }
}

}  // namespace

std::optional<PidFile> parse_pid_file(std::string_view text) {
    const std::optional<int> process = parse_number(line_of(text, 1));
    if (!process || *process <= 1) {
        return std::nullopt;
    }
    PidFile file;
    file.process = *process;
    // "  5432001         4": both numbers right-aligned.
    std::string_view memory = line_of(text, 7);
    const std::optional<int> key = take_number(memory);
    const std::optional<int> segment = take_number(memory);
    if (key && segment) {
        file.segment_key = *key;
        file.segment = *segment;
    }
    file.ready = line_of(text, 8).starts_with("ready");
    return file;
}

std::optional<PidFile> load_pid_file(const Place& place) {
    const std::optional<std::string> text = load_text(place.data + "/postmaster.pid");
    return text ? parse_pid_file(*text) : std::nullopt;
}

ServerProcess::ServerProcess(const Place& place, pid_t process, Descriptor handle)
    : place_(place), process_(process), handle_(std::move(handle)) {}

std::optional<ServerProcess> ServerProcess::find(const Place& place) {
    const std::optional<PidFile> file = load_pid_file(place);
    if (!file) {
        return std::nullopt;
    }
    // First the handle, then the look: what is seen is what the handle means.
    Descriptor handle(open_handle(file->process));
    if (!is_server(file->process, place)) {
        return std::nullopt;
    }
    return ServerProcess(place, file->process, std::move(handle));
}

void ServerProcess::send(int signal) const noexcept {
    send_signal(handle_, process_, signal);
}

bool ServerProcess::is_gone_by(Deadline until) const {
    return scratch::is_gone_by(handle_, process_, place_, until);
}

void clear_remains(const Place& place) {
    kill_workers(place);
    remove_segment(place);
    // PostgreSQL ignores these files when there is no process with the number in them. When the number is
    // used again by a process of the same user, or nobody has waited for the killed server, it would refuse
    // to start.
    const std::string pid_file = place.data + "/postmaster.pid";
    if (unlink(pid_file.c_str()) != 0 && errno != ENOENT) {
        fail_system("cannot remove " + pid_file, errno);
    }
    if (owns_socket_folder(place)) {
        // Through a descriptor: root must not follow a link that the server's user puts there now.
        const Descriptor folder(open(place.socket.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        const std::string socket(kSocketFile);
        unlinkat(folder.get(), socket.c_str(), 0);
        unlinkat(folder.get(), (socket + ".lock").c_str(), 0);
    }
}

}  // namespace aether::migrate::postgres::scratch
