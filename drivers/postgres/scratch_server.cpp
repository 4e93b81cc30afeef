// SPDX-License-Identifier: MIT
// Starts a scratch server from its own programs, waits for it, and stops it.
#include "scratch_server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "scratch_child.hpp"
#include "scratch_failure.hpp"
#include "scratch_process.hpp"
#include "scratch_programs.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kPause{5};
// A server that is ready and can't be reached may be about to stop.
constexpr seconds kPatience{2};

bool answers(const Place& place) {
    const std::string path = fmt::format("{}/{}", place.socket, kSocketFile);
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path || !owns_socket_folder(place)) {
        return false;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // EAGAIN: it listens, and many are waiting.
    return probe.get() >= 0 &&
           (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
            errno == EAGAIN);
}

[[noreturn]] void fail_without_programs(const Place& place, const Record& record, const std::string& what) {
    Failure failure;
    failure.code = ErrorCode::unsupported;
    failure.message =
        fmt::format("scratch server \"{}\" was made by PostgreSQL {}, {}", place.name, record.major, what);
    failure.hint = fmt::format(
        "install that PostgreSQL again (on Debian and Ubuntu: "
        "apt-get install postgresql-{}), or give the server and its data up",
        record.major);
    failure.next = fmt::format("migrate scratch drop {}", place.name);
    fail(std::move(failure));
}

// A server keeps the programs it was made with; their minor version may change.
void check_programs(const Place& place, Record& record, const std::optional<Identity>& identity,
                    Deadline until) {
    if (!holds_programs(record.programs)) {
        fail_without_programs(place, record, fmt::format("which is gone from {}", record.programs));
    }
    const Programs programs = load_programs(record.programs, identity, until);
    if (programs.major != record.major) {
        fail_without_programs(
            place, record, fmt::format("and {} holds PostgreSQL {} now", record.programs, programs.version));
    }
    if (programs.version != record.version) {
        record.version = programs.version;
        save_record(place, record);
    }
}

// A list in one setting: commas and quotes of the path are taken as they are between double quotes.
std::string quoted_item(const std::string& path) {
    std::string quoted = "\"";
    for (const char character : path) {
        quoted += character;
        if (character == '"') {
            quoted += character;
        }
    }
    return quoted + '"';
}

// Given as arguments, these cannot be changed by ALTER SYSTEM. Dynamic shared memory in files: /dev/shm is
// small in containers, and systemd empties it when its user logs out (RemoveIPC).
std::vector<std::string> server_arguments(const Place& place) {
    std::vector<std::string> arguments{"-D", place.data};
    for (const std::string& setting : {
             std::string("listen_addresses="),
             std::string("port=5432"),
             "unix_socket_directories=" + quoted_item(place.socket),
             std::string("unix_socket_permissions=0700"),
             std::string("dynamic_shared_memory_type=mmap"),
             std::string("log_destination=stderr"),
             std::string("logging_collector=off"),
             "cluster_name=" + place.tag,
         }) {
        arguments.emplace_back("-c");
        arguments.push_back(setting);
    }
    return arguments;
}

[[noreturn]] void fail_start(const Place& place, const std::string& what, std::size_t log_start) {
    Failure failure;
    failure.message = fmt::format("scratch server \"{}\" {}", place.name, what);
    failure.context = load_log_end(place.log, log_start);
    failure.hint = fmt::format("its log is {}; if its data can go, make it anew", place.log);
    failure.next = fmt::format("migrate scratch drop {}", place.name);
    fail(std::move(failure));
}

void await_ready(const Place& place, Child& child, std::size_t log_start, Deadline until) {
    std::optional<int> status;
    while (condition_of(place) != Condition::ready) {
        if (steady_clock::now() > until) {
            fail_start(place, "was started and is not ready yet; it goes on starting", log_start);
        }
        if (status) {
            std::this_thread::sleep_for(kPause);
        } else {
            status = child.wait(steady_clock::now() + kPause);
        }
        // One that a killed process of ours had started may have come first: then this one gave way to it.
        if (status && condition_of(place) == Condition::stopped) {
            fail_start(place, fmt::format("did not start: it ended with {}", describe_status(*status)),
                       log_start);
        }
    }
}

void start(const Place& place, Record& record, Deadline until) {
    const std::optional<Identity> identity = server_identity(place.data);
    check_programs(place, record, identity, until);
    make_folder(place.socket, 0700, identity);
    clear_remains(place);
    const Descriptor log = open_log(place.log);
    const std::size_t log_start = size_of(log);
    Command command;
    command.program = record.programs + "/postgres";
    command.arguments = server_arguments(place);
    command.folder = place.data;
    command.identity = identity;
    command.output = &log;
    Child child(command, Abandoned::left_running);
    await_ready(place, child, log_start, until);
}

}  // namespace

Condition condition_of(const Place& place) {
    const std::optional<PidFile> file = load_pid_file(place);
    if (file && file->ready && answers(place)) {
        return Condition::ready;
    }
    if (ServerProcess::find(place)) {
        return file && file->ready ? Condition::unreachable : Condition::changing;
    }
    // A server in another container on the same folder: its processes can't be seen, but it listens.
    return answers(place) ? Condition::changing : Condition::stopped;
}

void bring_up(const Place& place, Record record, Deadline until) {
    std::optional<steady_clock::time_point> unreachable_since;
    bool answered_unseen = false;
    while (true) {
        const steady_clock::time_point now = steady_clock::now();
        switch (condition_of(place)) {
            case Condition::ready:
                // Of a server that was killed this moment a child may still have the socket; one in another
                // container answers again.
                if (answered_unseen || ServerProcess::find(place))
                    return;
                answered_unseen = true;
                break;
            case Condition::stopped:
                start(place, record, until);
                return;
            case Condition::unreachable:
                unreachable_since = unreachable_since.value_or(now);
                if (now > *unreachable_since + kPatience) {
                    bring_down(place, Shutdown::fast);
                }
                break;
            case Condition::changing:
                break;
        }
        if (now > until) {
            fail_start(place, "runs but takes no connections: it is starting, recovering or stopping", 0);
        }
        std::this_thread::sleep_for(kPause);
    }
}

bool bring_down(const Place& place, Shutdown shutdown) {
    struct Means {
        int signal;
        seconds patience;
    };
    // Fast, immediate, and what no server can refuse.
    constexpr std::array<Means, 3> kMeans{
        {{SIGINT, seconds(25)}, {SIGQUIT, seconds(10)}, {SIGKILL, seconds(5)}}};

    const std::optional<ServerProcess> server = ServerProcess::find(place);
    if (!server) {
        if (answers(place)) {
            fail(
                {ErrorCode::connection_failed,
                 fmt::format("scratch server \"{}\" runs, but not where this process can see it", place.name),
                 "stop it in the container, or on the machine, that started it"});
        }
        clear_remains(place);
        return false;
    }
    for (std::size_t step = shutdown == Shutdown::fast ? 0 : 1; step < kMeans.size(); ++step) {
        server->send(kMeans[step].signal);
        if (server->is_gone_by(steady_clock::now() + kMeans[step].patience)) {
            clear_remains(place);
            return true;
        }
    }
    fail({ErrorCode::connection_failed,
          fmt::format("scratch server \"{}\" did not stop, not even when killed", place.name),
          fmt::format("look at its processes and its log {}", place.log)});
}

}  // namespace aether::migrate::postgres::scratch
