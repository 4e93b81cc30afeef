// SPDX-License-Identifier: MIT
// Finds the values of password-like words in a text, in all the ways in which SQL writes a string.
#pragma once

#include <string>
#include <string_view>

namespace aether::migrate {

/// What becomes of the line breaks inside a masked value.
enum class LineBreaks { dropped, kept };

/// What stands in the place of a secret.
inline constexpr std::string_view kMask = "xxxxx";

/// Tells whether a URL or a value without quotes ends at this character of a sentence.
bool ends_word(char c);

/// Tells whether a name as in "name=value" may hold this character.
bool is_key_character(char c);

/// Appends the mask of a text, on each of its lines when its line breaks are kept.
void append_mask(std::string& out, std::string_view hidden, LineBreaks breaks);

/// Returns the text with what follows a secret key (is_secret_key) or IDENTIFIED BY masked: key=value,
/// "key": "value", KEY 'value' and KEY('value'); the value also as E'', U&'', N'', $tag$ $tag$ or with
/// doubled quotes, behind line breaks and comments. When the value is put together (PASSWORD %L, PASSWORD $1,
/// ||), all is masked up to the next semicolon.
std::string mask_values(std::string_view text, LineBreaks breaks);

}  // namespace aether::migrate
