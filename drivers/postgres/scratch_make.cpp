// SPDX-License-Identifier: MIT
// Runs initdb and makes the one database of a scratch server.
#include "scratch_make.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <clocale>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "scratch_child.hpp"
#include "scratch_failure.hpp"
#include "scratch_programs.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

bool is_part_of_lock_or_record(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name == "lock" || name == "cluster" || name == "cluster.new";
}

// The lock and the record go last: as long as there is something to remove, the folder is marked as ours and
// locked.
void remove_contents(const Place& place) {
    std::error_code error;
    if (owns_socket_folder(place)) {
        std::filesystem::remove_all(place.socket, error);
    }
    for (std::filesystem::directory_iterator entry(place.folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (is_part_of_lock_or_record(entry->path())) {
            continue;
        }
        std::filesystem::remove_all(entry->path(), error);
        if (error) {
            break;
        }
    }
    if (error) {
        fail_system(fmt::format("cannot remove what is in {}", place.folder), error.value());
    }
}

void remove_folder(const Place& place) noexcept {
    unlink((place.record + ".new").c_str());
    unlink(place.record.c_str());
    unlink(place.lock.c_str());
    // Fails when somebody who waited for the lock is already making the server anew: it is theirs now.
    rmdir(place.folder.c_str());
}

// Removes a server whose making ends by an error.
class Unfinished {
public:
    explicit Unfinished(const Place& place) : place_(place) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        if (kept_) {
            return;
        }
        try {
            remove_contents(place_);
            remove_folder(place_);
        } catch (...) {
            // A destructor: the first error is on its way, and what is left stays marked as unfinished.
        }
    }

    void keep() noexcept { kept_ = true; }

private:
    const Place& place_;
    bool kept_ = false;
};

// Every system has C; C.UTF-8 also knows upper and lower case beyond ASCII.
std::string server_locale() {
    const locale_t found = newlocale(LC_ALL_MASK, "C.UTF-8", static_cast<locale_t>(nullptr));
    if (found == static_cast<locale_t>(nullptr)) {
        return "C";
    }
    freelocale(found);
    return "C.UTF-8";
}

void run_step(const Place& place, const Command& command, Deadline until) {
    const std::size_t log_start = size_of(*command.output);
    const int status = run(command, until);
    if (status == 0) {
        return;
    }
    Failure failure;
    failure.message = fmt::format("scratch server \"{}\" could not be made: {} ended with {}", place.name,
                                  command.program, describe_status(status));
    failure.context = load_log_end(place.log, log_start);
    fail(std::move(failure));
}

void run_initdb(const Place& place, Command command, const Programs& programs, Deadline until) {
    command.program = programs.folder + "/initdb";
    // --no-sync: seconds on a slow disk, for data that nobody has put anything into yet.
    command.arguments = {"--pgdata=" + place.data,     "--username=postgres", "--auth-local=trust",
                         "--auth-host=reject",         "--encoding=UTF8",     "--no-sync",
                         "--locale=" + server_locale()};
    run_step(place, command, until);
}

// In single-user mode: no socket, no client library, no session that would have to be authenticated.
void create_database(const Place& place, Command command, const Programs& programs, Deadline until) {
    if (place.name == "postgres") {
        return;
    }
    command.program = programs.folder + "/postgres";
    command.arguments = {"--single", "-F", "-c", "exit_on_error=on", "-D", place.data, "postgres"};
    command.input = fmt::format("CREATE DATABASE \"{}\";\n", place.name);
    run_step(place, command, until);
}

}  // namespace

void check_is_ours(const Place& place) {
    if (load_record(place)) {
        return;
    }
    std::error_code error;
    for (std::filesystem::directory_iterator entry(place.folder, error), end; !error && entry != end;
         entry.increment(error)) {
        // A record that can't be read is somebody else's, or of a newer version of this program.
        if (entry->path().filename() == "cluster" || !is_part_of_lock_or_record(entry->path())) {
            fail({ErrorCode::connection_failed,
                  fmt::format("{} is there already and is not a scratch server that this version knows",
                              place.folder),
                  "choose another name, or remove that folder when nobody needs it"});
        }
    }
}

Record make_server(const Place& place, Deadline until) {
    check_is_ours(place);
    Unfinished unfinished(place);
    const std::optional<Identity> identity = new_server_identity();
    const Programs programs = load_programs(find_programs(search_of_this_process()), identity, until);
    Record record;
    record.programs = programs.folder;
    record.major = programs.major;
    record.version = programs.version;
    save_record(place, record);
    remove_contents(place);
    make_folder(place.data, 0700, identity);

    const Descriptor log = open_log(place.log);
    Command command;
    command.folder = place.data;
    command.identity = identity;
    command.output = &log;
    run_initdb(place, command, programs, until);
    create_database(place, command, programs, until);

    record.stage = Stage::ready;
    save_record(place, record);
    unfinished.keep();
    return record;
}

void remove_server(const Place& place, Record record) {
    record.stage = Stage::dropping;
    save_record(place, record);
    remove_contents(place);
    remove_folder(place);
}

}  // namespace aether::migrate::postgres::scratch
