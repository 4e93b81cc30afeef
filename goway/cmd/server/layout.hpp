// SPDX-License-Identifier: MIT
// Where the boxes of a picture stand: columns by who refers to whom.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "catalog.hpp"

namespace aether::server {

/// Places tables in columns, each an ordered list of indices into `tables`. A table stands to the right of
/// every table that it refers to, as far as references make no circle, and near to those that it has to do
/// with. Tables that nothing refers to and that refer to nothing stand in the last columns.
std::vector<std::vector<std::size_t>> arrange(const std::vector<Table>& tables);

}  // namespace aether::server
