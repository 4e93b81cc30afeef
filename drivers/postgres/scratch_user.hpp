// SPDX-License-Identifier: MIT
// Who runs a scratch server: PostgreSQL refuses root, so root hands it to an unprivileged user.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace aether::migrate::postgres::scratch {

/// A user and its group, as the kernel knows them.
struct Identity {
    uid_t user = 0;
    gid_t group = 0;
};

/// Returns whether this process is root and must hand over.
bool is_root() noexcept;

/// Returns who runs a server that is made now; nothing: this process's own user. As root:
/// AETHER_SCRATCH_USER, else `postgres` if the machine has such a user, else `nobody`. Throws Error
/// (unsupported) when that user does not exist or is root.
std::optional<Identity> new_server_identity();

/// Returns who runs the server with this data folder, which is the folder's owner; nothing: this process's
/// own user. Throws Error (connection_failed) when there is no such folder, or root owns it.
std::optional<Identity> server_identity(const std::string& data);

/// Returns the user's home folder from the user database; empty when there is none.
std::string home_of_this_user();

}  // namespace aether::migrate::postgres::scratch
