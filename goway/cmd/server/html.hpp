// SPDX-License-Identifier: MIT
// Text inside of HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace aether::server {

/// Returns the text with &, <, >, " and ' as references: for content and for quoted attributes.
std::string escaped(std::string_view text);

}  // namespace aether::server
