// SPDX-License-Identifier: MIT
// Which processes hold SQLite's locks on a database file, as far as the kernel tells.
#pragma once

#include <string>
#include <vector>

#include <aether/migrate/spi/limits.hpp>

namespace aether::migrate::sqlite {

/// Returns the other processes that write to the database, or when there is none those that read it. Reads
/// /proc/locks, and never opens the file itself: closing any descriptor of it would drop this process's own
/// locks on it. Empty for processes of other containers, and without /proc.
std::vector<spi::Blocker> find_lock_holders(const std::string& file);

/// The same of a text with the lines of /proc/locks, for the inodes of the file and of its "-shm".
std::vector<spi::Blocker> lock_holders_in(const std::string& locks, unsigned long inode,
                                          unsigned long shared_memory_inode);

}  // namespace aether::migrate::sqlite
