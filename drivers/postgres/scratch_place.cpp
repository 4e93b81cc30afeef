// SPDX-License-Identifier: MIT
// Finds the folders of the scratch servers and keeps their socket paths short.
#include "scratch_place.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "scratch_failure.hpp"
#include "scratch_user.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr std::size_t kLongestName = 40;
// PostgreSQL keeps paths in 1024 bytes (MAXPGPATH) and appends its own file names.
constexpr std::size_t kLongestFolder = 800;

bool is_letter(char character) noexcept {
    return character >= 'a' && character <= 'z';
}

bool is_name(std::string_view text) noexcept {
    const auto may_follow = [](char character) {
        return is_letter(character) || (character >= '0' && character <= '9') || character == '_' ||
               character == '-';
    };
    return !text.empty() && text.size() <= kLongestName && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(), may_follow);
}

// 64-bit FNV-1a: std::hash may differ from one build to the next, and every process must find the same
// socket.
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char character : text) {
        hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
    }
    return hash;
}

std::string_view variable(const char* name) noexcept {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

// As it is asked for, before links are resolved.
std::string wanted_base() {
    const std::string_view chosen = variable("AETHER_SCRATCH_DIR");
    if (!chosen.empty()) {
        if (!chosen.starts_with('/')) {
            fail({ErrorCode::unsupported,
                  fmt::format("AETHER_SCRATCH_DIR is {}, which is not an absolute path", chosen),
                  "give the folder from the root on, or unset AETHER_SCRATCH_DIR"});
        }
        return std::string(chosen);
    }
    if (is_root()) {
        return "/var/lib/aether-migrate/scratch";
    }
    // The XDG specification: a relative path is to be ignored.
    const std::string_view state = variable("XDG_STATE_HOME");
    if (state.starts_with('/')) {
        return fmt::format("{}/aether-migrate/scratch", state);
    }
    const std::string_view home = variable("HOME");
    const std::string folder = home.starts_with('/') ? std::string(home) : home_of_this_user();
    if (!folder.starts_with('/')) {
        fail({ErrorCode::unsupported, "this user has no home folder to keep scratch servers in",
              "name a folder in AETHER_SCRATCH_DIR"});
    }
    return fmt::format("{}/.local/state/aether-migrate/scratch", folder);
}

// Makes one folder, whatever the umask is, and leaves one that exists as it is. Returns 0 or errno.
int make_folder_on_the_way(const std::string& path, mode_t mode) noexcept {
    return mkdir(path.c_str(), mode) == 0 && chmod(path.c_str(), mode) == 0 ? 0 : errno;
}

std::string percent_encoded(std::string_view text) {
    std::string encoded;
    for (const char character : text) {
        const bool plain = is_letter(character) || (character >= 'A' && character <= 'Z') ||
                           (character >= '0' && character <= '9') ||
                           std::string_view("/-._~").find(character) != std::string_view::npos;
        if (plain) {
            encoded += character;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(character));
        }
    }
    return encoded;
}

}  // namespace

void check_name(std::string_view name) {
    if (!is_name(name)) {
        fail({ErrorCode::invalid_argument, fmt::format("\"{}\" cannot be the name of a scratch server", name),
              "a name is 1 to 40 of a-z 0-9 _ -, beginning with a letter"});
    }
    if (name == "template0" || name == "template1") {
        fail({ErrorCode::invalid_argument, fmt::format("\"{}\" cannot be the name of a scratch server", name),
              "every PostgreSQL server has a database of this name, which is not for use"});
    }
}

std::string base_folder() {
    const std::string wanted = wanted_base();
    std::error_code error;
    const std::filesystem::path resolved = std::filesystem::canonical(wanted, error);
    return error ? wanted : resolved.string();
}

void make_base_folder() {
    const std::string wanted = wanted_base();
    // The server's user must be able to pass; an ordinary user is that user.
    const mode_t mode = is_root() ? 0755 : 0700;
    for (std::size_t end = wanted.find('/', 1); end != std::string::npos; end = wanted.find('/', end + 1)) {
        // Whether it worked shows below: a folder on the way may exist and be closed to us for writing.
        make_folder_on_the_way(wanted.substr(0, end), mode);
    }
    const int error = make_folder_on_the_way(wanted, mode);
    if (error != 0 && error != EEXIST) {
        Failure failure;
        failure.message = fmt::format("cannot make the folder {}: {}", wanted, system_text(error));
        failure.hint = "scratch servers are kept there; another folder can be named in AETHER_SCRATCH_DIR";
        fail(std::move(failure));
    }
    struct stat facts{};
    if (stat(wanted.c_str(), &facts) != 0) {
        fail_system(fmt::format("cannot look at {}", wanted), errno);
    }
    if (!S_ISDIR(facts.st_mode) || facts.st_uid != geteuid() || (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        fail({ErrorCode::connection_failed,
              fmt::format(
                  "{} cannot hold scratch servers: it is not a folder in which only this user may write",
                  wanted),
              "give it to this user with mode 0700, or name another folder in AETHER_SCRATCH_DIR"});
    }
}

Place place_of(std::string_view base, std::string_view name) {
    Place place;
    place.name = name;
    place.folder = fmt::format("{}/{}", base, name);
    if (place.folder.size() > kLongestFolder) {
        fail({ErrorCode::connection_failed,
              fmt::format("the folder of scratch server \"{}\" would have a path of {} bytes, "
                          "and PostgreSQL can use {}",
                          name, place.folder.size(), kLongestFolder),
              "name a folder with a shorter path in AETHER_SCRATCH_DIR"});
    }
    place.record = place.folder + "/cluster";
    place.lock = place.folder + "/lock";
    place.log = place.folder + "/log";
    place.data = place.folder + "/data";
    place.socket = socket_folder(place.folder);
    // At most 63 bytes are shown: 8 + 40 + 1 + 12.
    place.tag = fmt::format("scratch/{}/{:012x}", name, hash_of(place.folder) & 0xffffffffffff);
    return place;
}

std::string socket_folder(std::string_view folder) {
    std::string inside = fmt::format("{}/socket", folder);
    // In a URL a comma would separate two hosts, however it is written.
    const bool has_comma = inside.find(',') != std::string::npos;
    if (!has_comma && inside.size() + 1 + kSocketFile.size() <= kLongestSocketPath) {
        return inside;
    }
    return fmt::format("/tmp/aether-migrate-{}-{:016x}", geteuid(), hash_of(folder));
}

bool owns_socket_folder(const Place& place) noexcept {
    struct stat socket{};
    struct stat data{};
    return lstat(place.socket.c_str(), &socket) == 0 && lstat(place.data.c_str(), &data) == 0 &&
           S_ISDIR(socket.st_mode) && socket.st_uid == data.st_uid &&
           (socket.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

std::vector<std::string> find_names(const std::string& base) {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(base, error), end; !error && entry != end;
         entry.increment(error)) {
        std::string name = entry->path().filename().string();
        if (is_name(name)) {
            names.push_back(std::move(name));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string url_of(const Place& place) {
    return fmt::format("postgres://postgres@/{}?host={}&port=5432", place.name,
                       percent_encoded(place.socket));
}

}  // namespace aether::migrate::postgres::scratch
