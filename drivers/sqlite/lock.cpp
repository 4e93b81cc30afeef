// SPDX-License-Identifier: MIT
// The migration lock: a lock on a file beside the database, between processes and between sessions.
#include "lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/client_name.hpp>

namespace aether::migrate::sqlite {

namespace {

constexpr const char* kSuffix = "-migrate-lock";
// The holder removes the file while another one opens it; each time that happens somebody got on.
constexpr int kTries = 10;

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0)
            close(number_);
    }
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

[[noreturn]] void fail(const std::string& file, int error) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = fmt::format("can't lock {}: {}", file, std::generic_category().message(error));
    details.hint =
        "migrations lock a file beside the database; SQLite, too, needs to write files into that folder";
    details.state = "nothing was changed";
    details.next = "give this user the right to write into the folder of the database";
    throw Error(std::move(details));
}

struct flock whole_file() {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

bool is_same_file(int descriptor, const std::string& file) {
    struct stat opened{};
    struct stat named{};
    return fstat(descriptor, &opened) == 0 && stat(file.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// Whoever may make files in the folder could put there what we would then empty and give away.
bool is_ordinary(int descriptor) {
    struct stat facts{};
    return fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink <= 1;
}

// Everybody who may write the database must be able to take its lock, whoever took it first.
void give_rights_of(const std::string& database, int descriptor) {
    struct stat facts{};
    if (stat(database.c_str(), &facts) != 0)
        return;
    [[maybe_unused]] const int owned = fchown(descriptor, facts.st_uid, facts.st_gid);  // root alone may
    fchmod(descriptor, facts.st_mode & 0666U);
}

std::int64_t seconds_now() {
    using std::chrono::system_clock;
    return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
}

void write_owner(int descriptor) {
    const std::string text =
        fmt::format("pid {}\nclient {}\nsince {}\n", getpid(), spi::client_name(), seconds_now());
    // For people only: the lock holds without it.
    if (ftruncate(descriptor, 0) == 0) [[maybe_unused]]
        const ssize_t written = pwrite(descriptor, text.data(), text.size(), 0);
}

}  // namespace

bool MigrationLock::try_take(const std::string& database) {
    if (is_held())
        return true;
    give_back();
    if (database.empty()) {
        in_memory_ = true;
        return true;
    }
    file_ = database + kSuffix;
    for (int tries = 0; tries < kTries; ++tries) {
        Descriptor descriptor(
            open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
        if (descriptor.get() < 0)
            fail(file_, errno);
        struct flock lock = whole_file();
        if (fcntl(descriptor.get(), F_OFD_SETLK, &lock) != 0) {
            if (errno == EAGAIN || errno == EACCES)
                return false;
            fail(file_, errno);
        }
        if (!is_same_file(descriptor.get(), file_))
            continue;
        if (!is_ordinary(descriptor.get()))
            fail(file_, EEXIST);
        give_rights_of(database, descriptor.get());
        write_owner(descriptor.get());
        descriptor_ = descriptor.release();
        return true;
    }
    return false;
}

bool MigrationLock::is_held() const {
    return in_memory_ || (descriptor_ >= 0 && is_same_file(descriptor_, file_));
}

void MigrationLock::give_back() noexcept {
    in_memory_ = false;
    if (descriptor_ < 0)
        return;
    // While it is locked: whoever opened it before finds afterwards that it is not the named one any more.
    if (is_same_file(descriptor_, file_))
        unlink(file_.c_str());
    close(std::exchange(descriptor_, -1));
}

std::optional<spi::LockHolder> MigrationLock::holder(const std::string& database) {
    std::ifstream file(database + kSuffix);
    spi::LockHolder holder;
    std::string line;
    while (std::getline(file, line)) {
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string_view word = std::string_view(line).substr(0, blank);
        const std::string value = line.substr(std::min(blank + 1, line.size()));
        if (word == "pid") {
            std::istringstream(value) >> holder.pid;
        } else if (word == "client") {
            const std::size_t at = std::min(value.find('@'), value.size());
            holder.user = value.substr(0, at);
            holder.client = value.substr(std::min(at + 1, value.size()));
        } else if (word == "since") {
            std::int64_t since = 0;
            std::istringstream(value) >> since;
            holder.age = fmt::format("{}s", std::max<std::int64_t>(seconds_now() - since, 0));
        }
    }
    if (holder.pid == 0)
        return std::nullopt;
    return holder;
}

}  // namespace aether::migrate::sqlite
