// SPDX-License-Identifier: MIT
// Tables and their foreign keys as a picture.
#pragma once

#include <string>
#include <vector>

#include "catalog.hpp"

namespace aether::server {

/// Returns an SVG element: a box for each table with its keys, tables that others refer to on the left, a
/// line for each foreign key. The same tables give the same picture. Boxes and lines carry the names of their
/// tables (data-table, data-from, data-to) for a script that follows them.
std::string draw_tables(const std::vector<Table>& tables);

}  // namespace aether::server
