// SPDX-License-Identifier: MIT
// What an error shows of a file: the line at fault or a statement's first line, without secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "script.hpp"

namespace aether::migrate::run {

/// Returns the line that holds a byte of the piece, with its number and a caret below that byte. A line with
/// a masked secret has no caret: it would point beside the place.
std::string excerpt(const Piece& piece, std::size_t offset);

/// Returns a statement's first line, cut between characters: the file itself shows the rest.
std::string headline(std::string_view statement);

}  // namespace aether::migrate::run
