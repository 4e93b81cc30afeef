// SPDX-License-Identifier: MIT
// Migrations that lie as files in a directory.
#include "directory_source.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::sources {
namespace {

// A file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// The system's text in Go's style, which has no capital at its beginning.
std::string reason_of(int code) {
    std::string text = std::generic_category().message(code);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

int open_at(int directory, const char* name, int flags) {
    int number = -1;
    do {
        number = ::openat(directory, name, flags | O_CLOEXEC | O_NOCTTY);
    } while (number < 0 && errno == EINTR);
    return number;
}

[[noreturn]] void refuse_directory(const std::string& path, int code) {
    ErrorDetails details;
    details.code = ErrorCode::source_unusable;
    // The path may be a URL with a token in it, given to the wrong flag.
    // The words in parentheses are those that golang-migrate's users look for.
    details.message = fmt::format("open {}: {}{}", redact(path), reason_of(code),
                                  code == ENOENT ? " (file does not exist)" : "");
    if (!path.starts_with('/')) {
        std::array<char, 4096> working{};
        if (::getcwd(working.data(), working.size()) != nullptr) {
            details.hint = fmt::format("the path is relative to {}", working.data());
        }
    }
    details.next = "check -path or MIGRATIONS_PATH";
    throw Error(std::move(details));
}

Descriptor open_folder(const std::string& path) {
    Descriptor folder(open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY));
    if (folder.get() < 0) {
        refuse_directory(path, errno);
    }
    return folder;
}

// Says what an entry is that is no file, with its article; empty for a file.
std::string_view kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG:
            return "";
        case S_IFDIR:
            return "a directory";
        case S_IFIFO:
            return "a named pipe";
        case S_IFSOCK:
            return "a socket";
        default:
            return "a device";
    }
}

std::string problem_of_link(int folder, const char* name) {
    struct stat status{};
    if (::fstatat(folder, name, &status, 0) == 0) {
        const std::string_view kind = kind_of(status.st_mode);
        return kind.empty() ? std::string() : fmt::format("a symbolic link to {}", kind);
    }
    switch (errno) {
        case ENOENT:
            return "dangling symbolic link";
        case ELOOP:
            return "a loop of symbolic links";
        default:
            return fmt::format("a symbolic link that can't be followed: {}", reason_of(errno));
    }
}

// What one directory entry means for the list of files.
struct Judgement {
    bool listed = true;
    std::string problem;
};

Judgement judge(mode_t mode, int folder, const char* name) {
    if (S_ISLNK(mode)) {
        return {true, problem_of_link(folder, name)};
    }
    return {!S_ISDIR(mode), std::string(kind_of(mode))};
}

// The entry's kind comes with its name on all common file systems, so a directory of 10,000 files costs no
// stat.
Judgement judge_entry(int folder, const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN) {
        return judge(DTTOIF(entry.d_type), folder, entry.d_name);
    }
    struct stat status{};
    if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return judge(status.st_mode, folder, entry.d_name);
    }
    return {true, reason_of(errno)};
}

class DirectorySource final : public spi::Source {
public:
    // The folder is opened once: it stays the same when the process changes its working directory.
    explicit DirectorySource(std::string path) : path_(std::move(path)), folder_(open_folder(path_)) {}

private:
    std::string do_describe() const override { return path_; }

    std::string do_path_of(const std::string& name) const override {
        if (path_ == ".") {
            return name;
        }
        return path_.ends_with('/') ? path_ + name : path_ + "/" + name;
    }

    std::vector<spi::SourceFile> do_list() override {
        Descriptor folder(open_at(folder_.get(), ".", O_RDONLY | O_DIRECTORY));
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(
            folder.get() < 0 ? nullptr : ::fdopendir(folder.get()), &::closedir);
        if (!stream) {
            refuse_directory(path_, errno);
        }
        (void)folder.release();
        std::vector<spi::SourceFile> files;
        while (true) {
            errno = 0;
            const dirent* const entry = ::readdir(stream.get());
            if (entry == nullptr) {
                break;
            }
            Judgement judgement = judge_entry(folder_.get(), *entry);
            if (judgement.listed) {
                files.push_back({entry->d_name, std::move(judgement.problem)});
            }
        }
        if (errno != 0) {
            throw Error(ErrorCode::source_unusable, fmt::format("read {}: {}", path_, reason_of(errno)));
        }
        return files;
    }

    std::string do_read(const std::string& name, std::uint64_t offset, std::size_t max_bytes) override {
        // O_NONBLOCK: a pipe that took the file's place must not stop us for ever.
        const Descriptor file(open_at(folder_.get(), name.c_str(), O_RDONLY | O_NONBLOCK));
        struct stat status{};
        if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
            refuse_file("open", name, reason_of(errno));
        }
        if (!S_ISREG(status.st_mode)) {
            refuse_file("read", name, fmt::format("is {}", kind_of(status.st_mode)));
        }
        const auto size = static_cast<std::uint64_t>(status.st_size);
        const std::uint64_t left = size > offset ? size - offset : 0;
        // One byte more than is left, so that the end shows; a size of 0 may be a file system that does not
        // know it.
        std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(max_bytes, left + 1)), '\0');
        std::size_t filled = 0;
        while (filled < max_bytes) {
            if (filled == bytes.size()) {
                bytes.resize(std::min(max_bytes, bytes.size() + kGrowth));
            }
            const ssize_t count = ::pread(file.get(), bytes.data() + filled, bytes.size() - filled,
                                          static_cast<off_t>(offset + filled));
            if (count < 0 && errno != EINTR) {
                refuse_file("read", name, reason_of(errno));
            }
            if (count == 0) {
                break;
            }
            filled += count > 0 ? static_cast<std::size_t>(count) : 0;
        }
        bytes.resize(filled);
        return bytes;
    }

    [[noreturn]] void refuse_file(std::string_view action, const std::string& name,
                                  const std::string& reason) const {
        ErrorDetails details;
        details.code = ErrorCode::source_unusable;
        details.message = fmt::format("{} {}: {}", action, do_path_of(name), reason);
        details.where.file = do_path_of(name);
        throw Error(std::move(details));
    }

    static constexpr std::size_t kGrowth = 65536;

    std::string path_;
    Descriptor folder_;
};

int hex_value(char digit) {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    const std::size_t index = kDigits.find(digit);
    return index == std::string_view::npos ? -1 : static_cast<int>(index < 16 ? index : index - 6);
}

// Wrong escapes stay as they are.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
        if (escape) {
            plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool exists(const std::string& path) {
    struct stat status{};
    // A loop of links or a folder that may not be entered is there, and the error about it is the one to
    // show.
    return ::stat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

// A path is a C string for the system; what follows a zero byte would be dropped without a word.
void check_path(std::string_view path) {
    if (path.find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::source_unusable, "the path of the migrations holds a zero byte");
    }
}

std::unique_ptr<spi::Source> make_source(std::string path) {
    check_path(path);
    return std::make_unique<DirectorySource>(path.empty() ? std::string(".") : std::move(path));
}

constexpr std::array<std::string_view, 1> kSchemes = {"file"};

}  // namespace

std::unique_ptr<spi::Source> open_directory_url(std::string_view url) {
    const std::string_view before_query = url.substr(0, url.find_first_of("?#"));
    (void)Url::parse(before_query);
    // From here on the text is known to be valid.
    std::string_view rest = before_query.substr(before_query.find(':') + 1);
    if (!rest.starts_with('/')) {
        return make_source(std::string(rest));
    }
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
        const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
        rest.remove_prefix(at == std::string_view::npos ? 0 : at + 1);
    }
    return make_source(decoded(rest));
}

std::unique_ptr<spi::Source> open_directory(std::string_view path) {
    check_path(path);
    const std::string_view cut = path.substr(0, path.find_first_of("?#"));
    for (const std::string& candidate : {std::string(path), decoded(path), std::string(cut), decoded(cut)}) {
        if (!candidate.empty() && exists(candidate)) {
            return make_source(candidate);
        }
    }
    return make_source(std::string(path));
}

spi::SourceInfo directory_info() noexcept {
    return {"directory", kSchemes, &open_directory_url};
}

}  // namespace aether::migrate::sources
