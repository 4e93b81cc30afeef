// SPDX-License-Identifier: MIT
// Looks up the user that runs a scratch server.
#include "scratch_user.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <vector>

#include "scratch_failure.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

using Lookup = std::function<int(passwd* into, char* text, std::size_t size, passwd** found)>;

// Calls a getpw…_r function with a buffer that grows until the entry fits.
std::optional<passwd> find_user(std::vector<char>& buffer, const Lookup& lookup) {
    constexpr std::size_t kLargest = 1u << 20;
    for (buffer.resize(1u << 12); buffer.size() <= kLargest; buffer.resize(buffer.size() * 2)) {
        passwd entry{};
        passwd* found = nullptr;
        const int error = lookup(&entry, buffer.data(), buffer.size(), &found);
        if (error != ERANGE) {
            return found == nullptr ? std::nullopt : std::optional(entry);
        }
    }
    return std::nullopt;
}

std::optional<Identity> find_identity(const char* name) {
    std::vector<char> buffer;
    const std::optional<passwd> entry =
        find_user(buffer, [name](passwd* into, char* text, std::size_t size, passwd** found) {
            return getpwnam_r(name, into, text, size, found);
        });
    return entry ? std::optional(Identity{entry->pw_uid, entry->pw_gid}) : std::nullopt;
}

}  // namespace

bool is_root() noexcept {
    return geteuid() == 0;
}

std::optional<Identity> new_server_identity() {
    if (!is_root()) {
        return std::nullopt;
    }
    const char* const chosen = std::getenv("AETHER_SCRATCH_USER");
    if (chosen != nullptr && *chosen != '\0') {
        const std::optional<Identity> identity = find_identity(chosen);
        if (!identity || identity->user == 0) {
            fail({ErrorCode::unsupported,
                  fmt::format(
                      "AETHER_SCRATCH_USER is {}, {}", chosen,
                      identity ? "and PostgreSQL refuses to run as root" : "and there is no such user"),
                  "name an unprivileged user of this machine, or unset AETHER_SCRATCH_USER"});
        }
        return identity;
    }
    for (const char* const name : {"postgres", "nobody"}) {
        const std::optional<Identity> identity = find_identity(name);
        if (identity && identity->user != 0) {
            return identity;
        }
    }
    fail({ErrorCode::unsupported,
          "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as",
          "name an unprivileged user of this machine in AETHER_SCRATCH_USER"});
}

std::optional<Identity> server_identity(const std::string& data) {
    if (!is_root()) {
        return std::nullopt;
    }
    struct stat facts{};
    if (lstat(data.c_str(), &facts) != 0) {
        fail_system(fmt::format("cannot look at {}", data), errno);
    }
    if (!S_ISDIR(facts.st_mode) || facts.st_uid == 0) {
        fail({ErrorCode::connection_failed,
              fmt::format("{} is not a folder of an unprivileged user, and PostgreSQL refuses to run as root",
                          data)});
    }
    return Identity{facts.st_uid, facts.st_gid};
}

std::string home_of_this_user() {
    std::vector<char> buffer;
    const std::optional<passwd> entry =
        find_user(buffer, [](passwd* into, char* text, std::size_t size, passwd** found) {
            return getpwuid_r(geteuid(), into, text, size, found);
        });
    return entry && entry->pw_dir != nullptr ? entry->pw_dir : std::string();
}

}  // namespace aether::migrate::postgres::scratch
