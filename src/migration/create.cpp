// SPDX-License-Identifier: MIT
// Makes the files of a new migration, all or nothing, one process at a time.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stop_token>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <aether/migrate/create.hpp>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>

#include "../base/clock.hpp"
#include "../base/strings.hpp"
#include "create_names.hpp"

namespace aether::migrate {
namespace {

namespace fs = std::filesystem;

/// Go's form, which golang-migrate prints: "mkdir m: permission denied".
[[noreturn]] void fail(std::string_view action, const fs::path& path, int error) {
    throw Error(ErrorCode::source_unusable,
                fmt::format("{} {}: {}", action, path.string(),
                            spi::lower_case(std::generic_category().message(error))));
}

/// What was made so far. Removed, the last first, unless it is kept; a directory that is no longer empty
/// stays.
class Unfinished {
public:
    Unfinished() = default;
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        for (; !paths_.empty(); paths_.pop_back()) {
            std::remove(paths_.back().c_str());
        }
    }

    void add(const fs::path& path) { paths_.push_back(path.string()); }
    void keep() { paths_.clear(); }

private:
    std::vector<std::string> paths_;
};

/// Keeps other calls of create out of a directory, so that two at a time can't both take the next number. The
/// system lets go of the lock when the process ends, however it ends.
class DirectoryLock {
public:
    explicit DirectoryLock(const fs::path& directory)
        : handle_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (handle_ < 0) {
            fail("open", directory, errno);
        }
        SystemClock clock;
        const auto deadline = clock.now() + std::chrono::seconds(10);
        // Another reason than "held" means that this file system has no such locks: go on without.
        while (::flock(handle_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            if (clock.now() >= deadline) {
                ::close(handle_);
                throw Error(
                    ErrorCode::source_unusable,
                    fmt::format("another process has kept {} locked for 10 seconds", directory.string()));
            }
            clock.sleep(std::chrono::milliseconds(5), std::stop_token());
        }
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock() { ::close(handle_); }

private:
    int handle_;
};

/// Returns the path by the rules of Go's filepath.Clean, which golang-migrate applies: ".." is taken back as
/// text.
fs::path cleaned(const std::string& directory) {
    if (directory.find('\0') != std::string::npos) {
        fail("mkdir", go_quoted(directory), EINVAL);
    }
    const fs::path path = fs::path(directory).lexically_normal();
    return path.empty() ? "." : path;
}

void make_directories(const fs::path& directory, Unfinished& unfinished) {
    std::error_code ignored;
    fs::path so_far;
    for (const fs::path& part : directory) {
        so_far /= part;
        if (fs::is_directory(so_far, ignored)) {
            continue;
        }
        if (::mkdir(so_far.c_str(), 0777) == 0) {
            unfinished.add(so_far);
        } else if (const int error = errno; error != EEXIST) {
            fail("mkdir", so_far, error);
        } else if (!fs::is_directory(so_far, ignored)) {
            fail("mkdir", so_far, fs::exists(so_far, ignored) ? ENOTDIR : EEXIST);
        }
    }
}

std::vector<std::string> names_in(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(directory, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    if (error) {
        fail("open", directory, error.value());
    }
    return names;
}

void make_file(const fs::path& path, Unfinished& unfinished) {
    const int handle = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (handle < 0) {
        fail("open", path, errno);
    }
    unfinished.add(path);
    ::close(handle);
}

/// The way by which the user came here, where the shell tells it: symbolic links keep their names.
fs::path working_directory() {
    std::error_code error;
    const char* told = std::getenv("PWD");
    if (told != nullptr && *told == '/' && fs::equivalent(told, ".", error)) {
        return told;
    }
    fs::path found = fs::current_path(error);
    if (error) {
        fail("getwd", ".", error.value());
    }
    return found;
}

}  // namespace

Created create_migration(const CreateOptions& options) {
    if (options.extension.empty()) {
        throw Error(ErrorCode::invalid_argument, "-ext flag must be specified");
    }
    const TimeZone zone = load_time_zone(options.time_zone);
    make_new_names(options, zone, {});  // what is wrong with the options is found before anything is made
    const fs::path directory = cleaned(options.directory);
    const fs::path from = directory.is_absolute() ? fs::path() : working_directory();

    Unfinished unfinished;
    make_directories(directory, unfinished);
    const DirectoryLock lock(directory);
    NewNames names = make_new_names(options, zone, names_in(directory));
    Created created;
    for (const std::string& name : {names.up, names.down}) {
        const fs::path path = (directory / name).lexically_normal();
        make_file(path, unfinished);
        created.files.push_back((from / path).lexically_normal().string());
    }
    created.warnings = std::move(names.warnings);
    unfinished.keep();
    return created;
}

}  // namespace aether::migrate
