// SPDX-License-Identifier: MIT
// Whether files make a complete set of migrations: for what builds or ships them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// Returns those of the names that are migrations, in the order of their versions, up before down.
///
/// Stricter than a run, which takes what golang-migrate takes. Throws Error (source_unusable) that lists
/// every problem and `place`, the directory:
/// - what a run refuses: two files of one version and direction, a version that no database can store;
/// - a name that is none, but was meant to be: it ends in ".sql", or begins with digits and "_", or holds
///   ".up." or ".down." in any case. Other names, and those that begin with a dot, are left out;
/// - an up file without its down file, or the other way round;
/// - a number that is left out, where files are numbered one by one: where the first version is 0 or 1, or is
///   written with a leading zero. Versions that are times may jump;
/// - no migration at all.
AETHER_MIGRATE_EXPORT std::vector<std::string> check_complete(const std::vector<std::string>& names,
                                                              std::string_view place);

}  // namespace aether::migrate
