// SPDX-License-Identifier: MIT
// What stands on the page whatever the schema: its style and its script.
#pragma once

#include <string_view>

namespace aether::server {

extern const std::string_view kStyle;
extern const std::string_view kScript;  ///< Lights up a table of the picture with what it has to do with.

}  // namespace aether::server
