// SPDX-License-Identifier: MIT
// Opens, reads and replaces the small files of the scratch servers.
#include "scratch_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "scratch_failure.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr std::size_t kLargestText = 64u << 10;
constexpr std::size_t kLargestLog = 1u << 20;
constexpr std::size_t kLogEnd = 4u << 10;

// O_NONBLOCK: a pipe that somebody put there must not hold us up.
Descriptor open_for_reading(const std::string& path) {
    return Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

// Reads up to `limit` bytes from an offset; nothing when reading fails.
std::optional<std::string> read_from(int file, std::size_t offset, std::size_t limit) {
    std::string text(limit, '\0');
    std::size_t length = 0;
    while (length < limit) {
        const ssize_t got =
            pread(file, text.data() + length, limit - length, static_cast<off_t>(offset + length));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return std::nullopt;
        }
        if (got == 0) {
            break;
        }
        length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    return text;
}

void write_all(int file, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t put = write(file, text.data(), text.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            fail_system(fmt::format("cannot write {}", path), errno);
        }
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

[[noreturn]] void fail_foreign_folder(const std::string& path, std::string_view what) {
    fail({ErrorCode::connection_failed, fmt::format("{} {}", path, what),
          "a scratch server needs a private folder of its own: "
          "look at this one, and remove it when nobody needs it"});
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

Descriptor::~Descriptor() {
    reset();
}

void Descriptor::reset() noexcept {
    if (number_ >= 0) {
        close(std::exchange(number_, -1));
    }
}

std::optional<std::string> load_text(const std::string& path) {
    const Descriptor file = open_for_reading(path);
    struct stat facts{};
    if (file.get() < 0 || fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return std::nullopt;
    }
    return read_from(file.get(), 0, kLargestText);
}

void save_text(const std::string& path, std::string_view text) {
    const std::string beside = path + ".new";
    const Descriptor file(
        open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (file.get() < 0) {
        fail_system(fmt::format("cannot write {}", beside), errno);
    }
    write_all(file.get(), text, beside);
    if (rename(beside.c_str(), path.c_str()) != 0) {
        fail_system(fmt::format("cannot rename {}", beside), errno);
    }
}

void make_folder(const std::string& path, mode_t mode, const std::optional<Identity>& owner) {
    const bool made = mkdir(path.c_str(), mode) == 0;
    if (!made && errno != EEXIST) {
        fail_system(fmt::format("cannot make the folder {}", path), errno);
    }
    const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat facts{};
    if (folder.get() < 0 || fstat(folder.get(), &facts) != 0) {
        if (errno == ENOTDIR || errno == ELOOP) {
            fail_foreign_folder(path, "is a file or a link, not a folder");
        }
        fail_system(fmt::format("cannot open the folder {}", path), errno);
    }
    if (facts.st_uid != geteuid() && (!owner || facts.st_uid != owner->user)) {
        fail_foreign_folder(path, fmt::format("belongs to another user (number {})", facts.st_uid));
    }
    if ((facts.st_mode & 0777 & ~mode) != 0 && !made) {
        fail_foreign_folder(path, fmt::format("is open to others (its mode is {:o})", facts.st_mode & 07777));
    }
    // The process's umask may have taken bits away.
    if (fchmod(folder.get(), mode) != 0) {
        fail_system(fmt::format("cannot set the mode of {}", path), errno);
    }
    if (owner && facts.st_uid != owner->user && fchown(folder.get(), owner->user, owner->group) != 0) {
        fail_system(fmt::format("cannot give the folder {} to user number {}", path, owner->user), errno);
    }
}

Descriptor open_log(const std::string& path) {
    struct stat facts{};
    if (lstat(path.c_str(), &facts) == 0 && static_cast<std::size_t>(facts.st_size) > kLargestLog &&
        rename(path.c_str(), (path + ".old").c_str()) != 0) {
        fail_system(fmt::format("cannot rename {}", path), errno);
    }
    Descriptor file(
        open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (file.get() < 0) {
        fail_system(fmt::format("cannot open {}", path), errno);
    }
    return file;
}

std::size_t size_of(const Descriptor& file) noexcept {
    struct stat facts{};
    return fstat(file.get(), &facts) == 0 ? static_cast<std::size_t>(facts.st_size) : 0;
}

std::string load_log_end(const std::string& path, std::size_t from) {
    const Descriptor file = open_for_reading(path);
    if (file.get() < 0) {
        return {};
    }
    const std::size_t size = size_of(file);
    const bool cut = size > from + kLogEnd;
    const std::size_t start = cut ? size - kLogEnd : from;
    std::string text = read_from(file.get(), start, kLogEnd).value_or(std::string());
    if (cut) {
        text.erase(0, text.find('\n') + 1);
    }
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

}  // namespace aether::migrate::postgres::scratch
