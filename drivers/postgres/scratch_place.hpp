// SPDX-License-Identifier: MIT
// Where a scratch server lives: its name, its folders, its socket and the URL that leads there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aether::migrate::postgres::scratch {

/// The longest path of a Unix socket: sockaddr_un::sun_path has 108 bytes, the last for the end mark.
inline constexpr std::size_t kLongestSocketPath = 107;

/// The file that a server with port 5432 makes in its socket folder.
inline constexpr std::string_view kSocketFile = ".s.PGSQL.5432";

/// The paths of one scratch server.
///
///     <base>/NAME/cluster   the record (see scratch_record.hpp); what marks the folder as ours
///     <base>/NAME/lock      held by flock while somebody makes, starts, stops or drops the server
///     <base>/NAME/log       what initdb and the server say
///     <base>/NAME/data      PostgreSQL's own; belongs to the user that runs the server
///     <base>/NAME/socket    belongs to the same user; below /tmp where this path can't be one
///
/// As root everything but the last two belongs to root, so that the server's user can't make root read, write
/// or remove anything elsewhere.
struct Place {
    std::string name;
    std::string folder;
    std::string record;
    std::string lock;
    std::string log;
    std::string data;
    std::string socket;
    std::string
        tag;  ///< What the server's processes show in their titles: differs for equal names elsewhere.
};

/// Throws Error (invalid_argument) unless a name is 1 to 40 of a-z 0-9 _ -, beginning with a letter, and is
/// not the name of a template database.
void check_name(std::string_view name);

/// Returns the folder of all scratch servers, which need not exist: AETHER_SCRATCH_DIR, else, as root,
/// /var/lib/aether-migrate/scratch, else aether-migrate/scratch below XDG_STATE_HOME or ~/.local/state. Links
/// in it are resolved, so that one folder has one name. Throws Error (unsupported) when none of these is an
/// absolute path.
std::string base_folder();

/// Makes the folder of all scratch servers. Throws Error (connection_failed) when it can't be made, or when
/// others than this user may write in it.
void make_base_folder();

/// Returns the paths of a server below a base folder.
Place place_of(std::string_view base, std::string_view name);

/// Returns the socket folder for a server's folder: inside it, or, when that path is too long or holds a
/// comma, a short one in /tmp whose name is made from the user's number and a hash of the path. Not in
/// XDG_RUNTIME_DIR, which is removed when its user logs out.
std::string socket_folder(std::string_view folder);

/// Returns whether the socket folder is there, private, and of the user that owns the data: below /tmp
/// anybody can make a folder of that name first.
bool owns_socket_folder(const Place& place) noexcept;

/// Returns the names for which there is a folder below a base folder, sorted.
std::vector<std::string> find_names(const std::string& base);

/// Returns `postgres://postgres@/NAME?host=…&port=5432`. The port stands there because PGPORT would change
/// it.
std::string url_of(const Place& place);

}  // namespace aether::migrate::postgres::scratch
