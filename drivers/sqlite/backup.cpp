// SPDX-License-Identifier: MIT
// Copies the database before a run (x-backup).
#include "backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <system_error>
#include <thread>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "errors.hpp"

namespace aether::migrate::sqlite {

namespace {

constexpr int kPagesAtOnce = 1000;
constexpr std::chrono::milliseconds kPause{20};

[[noreturn]] void fail(const std::string& file, const std::string& reason, std::string next = {}) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = fmt::format("x-backup: {}: {}", file, reason);
    details.state = "nothing was changed";
    details.next = next.empty() ? "see to that, or leave x-backup out of the database URL" : std::move(next);
    throw Error(std::move(details));
}

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

bool is_folder(const std::string& path) {
    struct stat facts{};
    return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string target_of(const std::string& where, const std::string& database) {
    if (!is_folder(where))
        return where;
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format("{}/{}-{:%Y%m%dT%H%M%SZ}-{}", where, database.empty() ? "memory" : base_name(database),
                       fmt::gmtime(now), getpid());
}

// The file while it is not complete; removed unless it was put in its place.
class Unfinished {
public:
    explicit Unfinished(const std::string& target)
        : name_(fmt::format("{}.unfinished-{}", target, getpid())) {
        unlink(name_.c_str());  // of a killed process that had our number
        const int descriptor = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor < 0)
            fail(name_, reason_of(errno));
        close(descriptor);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        unlink(name_.c_str());
        unlink((name_ + "-journal").c_str());
    }

    const std::string& name() const { return name_; }

    void put_at(const std::string& target) const {
        // Where the file system has no such rename, the name was looked at before.
        if (renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0)
            return;
        if (errno != EINVAL && errno != ENOSYS)
            fail(target, reason_of(errno));
        if (rename(name_.c_str(), target.c_str()) != 0)
            fail(target, reason_of(errno));
    }

private:
    std::string name_;
};

// A rename is durable with its folder.
void sync_folder(const std::string& file) {
    const std::size_t slash = file.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : file.substr(0, slash + 1);
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    fsync(descriptor);
    close(descriptor);
}

void copy_pages(sqlite3* source, const std::string& name, const spi::Wait& wait) {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(name.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> copy(opened, &sqlite3_close_v2);
    if (code != SQLITE_OK)
        fail(name, read_failure(opened, code).message);
    sqlite3_backup* backup = sqlite3_backup_init(opened, "main", source, "main");
    if (backup == nullptr)
        fail(name, read_failure(opened, SQLITE_ERROR).message);
    const auto begun = std::chrono::steady_clock::now();
    auto moved = begun;
    int step = SQLITE_OK;
    int left = -1;
    while (step == SQLITE_OK || step == SQLITE_BUSY || step == SQLITE_LOCKED) {
        if (wait.stop.stop_requested() || std::chrono::steady_clock::now() - moved > kLongestBusy)
            break;
        step = sqlite3_backup_step(backup, kPagesAtOnce);
        if (step == SQLITE_OK && sqlite3_backup_remaining(backup) != left) {
            left = sqlite3_backup_remaining(backup);
            moved = std::chrono::steady_clock::now();
        } else if (step != SQLITE_DONE) {
            std::this_thread::sleep_for(kPause);
        }
    }
    sqlite3_backup_finish(backup);
    if (step == SQLITE_DONE)
        return;
    if (wait.stop.stop_requested())
        throw Error(ErrorCode::cancelled, "stopped while the database was copied");
    fail(name, sqlite3_errstr(step));
}

}  // namespace

std::string back_up(Session& session, const std::string& where, const spi::Wait& wait) {
    const std::string database = session.file();
    std::string target = target_of(where, database);
    struct stat facts{};
    if (lstat(target.c_str(), &facts) == 0)
        fail(target, "there is such a file already",
             "move it away, or name a folder: there each copy has a name of its own");
    const Unfinished unfinished(target);
    copy_pages(session.raw(), unfinished.name(), wait);
    if (stat(database.c_str(), &facts) == 0)
        chmod(unfinished.name().c_str(), facts.st_mode & 0777U);
    unfinished.put_at(target);
    sync_folder(target);
    return target;
}

}  // namespace aether::migrate::sqlite
