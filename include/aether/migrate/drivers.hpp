// SPDX-License-Identifier: MIT
// Which databases can be opened: the drivers inside the library, and their modules beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// Where a driver is.
enum class DriverState {
    built_in,  ///< In the library itself.
    module,    ///< In a file of its own, which was opened.
    missing,   ///< The library knows it by name, and its module is not there.
    broken     ///< Its module is there and can't be used.
};

/// Returns "built in", "module", "missing" or "broken".
AETHER_MIGRATE_EXPORT std::string_view name_of(DriverState state) noexcept;

/// One driver. Unknown members are empty.
struct Driver {
    std::string name;                  ///< "postgres"
    std::vector<std::string> schemes;  ///< Of its URLs: "postgres", "postgresql", …
    DriverState state = DriverState::missing;
    std::string file;            ///< The module, or where it was looked for; empty when built in.
    std::string client_library;  ///< The one that is loaded, as "libpq 15.20".
    std::string package;         ///< The Debian package to install when the driver is missing.
    std::string problem;         ///< Why a module can't be used.
};

/// Returns the drivers that the library knows and those that it finds in the folder of modules, sorted by
/// name. Opens every module for that. The folder is AETHER_MIGRATE_DRIVERS, an absolute path, or else
/// aether-migrate/drivers beside the library's own file. Throws Error (invalid_argument) when that variable
/// holds a relative path. Threads: any.
AETHER_MIGRATE_EXPORT std::vector<Driver> list_drivers();

}  // namespace aether::migrate
