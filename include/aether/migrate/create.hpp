// SPDX-License-Identifier: MIT
// Makes a new, empty pair of migration files.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// How the version of a new migration is made.
enum class VersionScheme { timestamp, sequence };

/// What to create. The defaults are those of golang-migrate's create.
struct CreateOptions {
    std::string name;       ///< "create_users"; no slash, not "..".
    std::string extension;  ///< "sql"; one leading dot is stripped.
    std::string directory;  ///< Empty: the working directory. Made with its parents.
    VersionScheme scheme = VersionScheme::timestamp;
    int digits = 6;                              ///< Width for sequence.
    std::string time_format = "20060102150405";  ///< Go time layout, or "unix", or "unixNano".
    std::string time_zone = "UTC";               ///< IANA name, "UTC", "Local", or empty for UTC.
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

/// The files that were made, as absolute paths, and what the caller should hear about them.
struct Created {
    std::vector<std::string> files;  ///< The up file, then the down file.
    std::vector<std::string>
        warnings;  ///< As: the time layout gives no pure number, `up` will ignore the files.
};

/// Makes both files, empty, never over existing ones. The next sequence number follows the largest parsed
/// version in the directory (golang-migrate takes the last name in byte order, and so makes a second 10 after
/// 9_x, 10_y). Throws Error (invalid_argument, source_unusable) with golang-migrate's texts; nothing is left
/// behind then.
AETHER_MIGRATE_EXPORT Created create_migration(const CreateOptions& options);

}  // namespace aether::migrate
