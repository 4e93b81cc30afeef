// SPDX-License-Identifier: MIT
// Decides what the two files of a new migration are called.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <aether/migrate/create.hpp>

#include "../base/time_zone.hpp"

namespace aether::migrate {

/// Names inside the directory, without a path.
struct NewNames {
    std::string up;
    std::string down;
    std::vector<std::string> warnings;  ///< Why the new files may never be applied.
};

/// Makes the names from the options (the directory in them aside) and the names that are in the directory.
///
/// The number of a name is the version of a migration file, whatever its extension; a name of the new files'
/// extension that is no migration's counts with the digits before its first underscore, as golang-migrate
/// reads it. A sequence goes on after the largest number. A name without a number counts for nothing. Throws
/// Error (invalid_argument): with golang-migrate's texts for wrong options, for a number that is taken
/// ("duplicate migration version: 000007") and for one that is too wide; and for parts that would put a file
/// elsewhere or let it be read as something else than it is.
NewNames make_new_names(const CreateOptions& options, const TimeZone& zone,
                        std::span<const std::string> existing);

}  // namespace aether::migrate
