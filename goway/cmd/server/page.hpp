// SPDX-License-Identifier: MIT
// The page for people: the schema's history, and a picture of its tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog.hpp"
#include "schema.hpp"

namespace aether::server {

/// Returns an HTML page that loads nothing else. `nonce` marks its own style and script for the browser.
std::string make_page(const Schema& schema, const std::vector<Table>& tables, std::string_view nonce);

}  // namespace aether::server
