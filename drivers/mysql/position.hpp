// SPDX-License-Identifier: MIT
// Where in a text the server found a syntax error, from what it quotes in its message.
#pragma once

#include <cstddef>
#include <string_view>

namespace aether::migrate::mysql {

/// Returns the place in characters from 1; one past the text's end for an error at the end of input; 0 when
/// the message has none or it fits several places.
///
/// The message ends with `near 'REST' at line N`: the text from the place on, of which at most 80 bytes are
/// shown, and the line counted from the beginning of the statement at fault.
std::size_t find_place(std::string_view message, std::string_view text);

}  // namespace aether::migrate::mysql
