// SPDX-License-Identifier: MIT
// The program's only arguments: -help and -version.
#pragma once

#include <string_view>

namespace aether::server {

/// Prints what was asked for. Returns false, and prints an error, for any other argument.
bool print_usage(std::string_view argument);

}  // namespace aether::server
