// SPDX-License-Identifier: MIT
// The numbers and answers that several commands read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/version.hpp>

#include "../signals.hpp"

namespace aether::migrate::cli {

/// Reads the N of `up N` and `down N`; nothing when there is no argument.
/// Throws Error (invalid_argument): "can't read limit argument N". golang-migrate takes up to 2^64-1 and then
/// overflows into "all"; more than any number of migrations is refused here.
std::optional<std::uint64_t> read_limit(const std::vector<std::string>& arguments);

/// Returns the first argument.
/// Throws Error (invalid_argument): "please specify version argument V".
const std::string& need_version(const std::vector<std::string>& arguments);

/// Reads one line from standard input and says whether its first word is y or Y; the end of input is a no.
/// Throws Error (cancelled) when a SIGTERM came instead.
bool read_yes(const Signals& signals);

}  // namespace aether::migrate::cli
