// SPDX-License-Identifier: MIT
// Searches the folders in which systems put PostgreSQL.
#include "scratch_programs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "scratch_child.hpp"
#include "scratch_failure.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

// A system folder is parent/prefix<major>suffix. Without a number: parent/prefix itself, of unknown age.
struct Pattern {
    std::string_view parent;
    std::string_view prefix;
    std::string_view suffix;
};

constexpr std::array<Pattern, 5> kNumbered{{
    {"/usr/lib/postgresql", "", "/bin"},           // Debian, Ubuntu
    {"/usr", "pgsql-", "/bin"},                    // PostgreSQL's own RPM packages
    {"/usr/lib", "postgresql", "/bin"},            // SUSE
    {"/opt/homebrew/opt", "postgresql@", "/bin"},  // Homebrew on Apple silicon
    {"/usr/local/opt", "postgresql@", "/bin"},     // Homebrew on Intel
}};

constexpr std::string_view kFromSource = "/usr/local/pgsql/bin";

constexpr std::string_view kHowToInstall =
    "install one, on Debian and Ubuntu with: apt-get install postgresql (that also makes "
    "and starts a cluster of the package's own; not if you first install postgresql-common "
    "and write create_main_cluster = false into /etc/postgresql-common/createcluster.conf); "
    "or name the folder that holds initdb and postgres in AETHER_POSTGRES_BIN";

bool is_program(const std::string& path) noexcept {
    struct stat facts{};
    return stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
           (facts.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

std::optional<int> parse_number(std::string_view text) noexcept {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size() && number > 0;
    return whole ? std::optional(number) : std::nullopt;
}

struct Found {
    int major = 0;
    std::string folder;
};

// Keeps the newest of a pattern's folders, if it is newer than what was found before.
void look_into(const std::string& root, const Pattern& pattern, Found& best) {
    std::error_code error;
    const std::string parent = root + std::string(pattern.parent);
    for (std::filesystem::directory_iterator entry(parent, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(pattern.prefix)) {
            continue;
        }
        const std::optional<int> major = parse_number(std::string_view(name).substr(pattern.prefix.size()));
        std::string folder = fmt::format("{}/{}{}", parent, name, pattern.suffix);
        if (major && *major >= kOldestMajor && *major > best.major && holds_programs(folder)) {
            best = {*major, std::move(folder)};
        }
    }
}

std::string find_in_path(std::string_view path) {
    while (!path.empty()) {
        const std::size_t end = std::min(path.find(':'), path.size());
        const std::string folder(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
        // A relative entry would lead elsewhere tomorrow.
        if (folder.starts_with('/') && holds_programs(folder)) {
            return folder;
        }
    }
    return {};
}

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Search search_of_this_process() {
    Search search;
    search.chosen = variable("AETHER_POSTGRES_BIN");
    search.path = variable("PATH");
    return search;
}

bool holds_programs(const std::string& folder) {
    return is_program(folder + "/initdb") && is_program(folder + "/postgres");
}

std::string find_programs(const Search& search) {
    if (!search.chosen.empty()) {
        const std::string folder = std::filesystem::absolute(search.chosen).lexically_normal().string();
        if (!holds_programs(folder)) {
            fail(
                {ErrorCode::unsupported,
                 fmt::format("AETHER_POSTGRES_BIN is {}, which does not hold initdb and postgres",
                             search.chosen),
                 "name the folder of a PostgreSQL server's programs, as /usr/lib/postgresql/15/bin, or unset "
                 "AETHER_POSTGRES_BIN"});
        }
        return folder;
    }
    Found best;
    for (const Pattern& pattern : kNumbered) {
        look_into(search.root, pattern, best);
    }
    if (!best.folder.empty()) {
        return best.folder;
    }
    std::string from_source = search.root + std::string(kFromSource);
    if (holds_programs(from_source)) {
        return from_source;
    }
    std::string folder = find_in_path(search.path);
    if (folder.empty()) {
        fail({ErrorCode::unsupported,
              "no PostgreSQL server is installed on this machine, and a scratch server needs one",
              std::string(kHowToInstall)});
    }
    return folder;
}

std::optional<Programs> parse_version(std::string_view text) {
    // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
    constexpr std::string_view kStart = "postgres (PostgreSQL) ";
    if (!text.starts_with(kStart)) {
        return std::nullopt;
    }
    text.remove_prefix(kStart.size());
    text = text.substr(0, text.find_first_of(" \n"));
    const std::optional<int> major = parse_number(text.substr(0, text.find_first_not_of("0123456789")));
    if (!major) {
        return std::nullopt;
    }
    Programs programs;
    programs.major = *major;
    programs.version = text;
    return programs;
}

Programs load_programs(const std::string& folder, const std::optional<Identity>& identity, Deadline until) {
    Command command;
    command.program = folder + "/postgres";
    command.arguments = {"--version"};
    command.identity = identity;
    const Printed printed = run_and_read(std::move(command), until);
    std::optional<Programs> programs = parse_version(printed.text);
    if (printed.status != 0 || !programs) {
        Failure failure;
        failure.code = ErrorCode::unsupported;
        failure.message =
            fmt::format("{}/postgres --version ended with {} and did not answer as PostgreSQL does", folder,
                        describe_status(printed.status));
        failure.context = printed.text;
        failure.hint =
            "install that PostgreSQL again, or name the folder of another one in AETHER_POSTGRES_BIN";
        fail(std::move(failure));
    }
    if (programs->major < kOldestMajor) {
        fail({ErrorCode::unsupported,
              fmt::format("PostgreSQL {} in {} is too old for a scratch server", programs->version, folder),
              fmt::format("PostgreSQL {} or newer is needed", kOldestMajor)});
    }
    programs->folder = folder;
    return *programs;
}

}  // namespace aether::migrate::postgres::scratch
