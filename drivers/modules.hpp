// SPDX-License-Identifier: MIT
// The files of drivers that are not inside the library: where they lie, and how one is opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::drivers {

/// Returns the folder of modules: AETHER_MIGRATE_DRIVERS (not for a program with its owner's rights), or
/// aether-migrate/drivers beside the file that this code is in. Throws Error (invalid_argument) when the
/// variable holds a relative path.
std::string module_folder();

/// Returns the path of a driver's module; nothing when a name like this is no file's name.
std::optional<std::string> module_path(std::string_view name);

/// Returns the names of the drivers that have a module in the folder, sorted; none when there is no folder.
std::vector<std::string> module_names();

/// Tells whether there is a file. Also true when that can't be found out: opening it then says why.
bool module_exists(const std::string& path);

/// Opens a module, for good; the same one again gives the same driver. `client_package` is what to install
/// when its client library is missing, empty when unknown. Throws Error (driver_unusable). Threads: any.
const spi::DriverInfo& open_module(const std::string& path, std::string_view client_package);

}  // namespace aether::migrate::drivers
