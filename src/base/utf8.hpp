// SPDX-License-Identifier: MIT
// UTF-8: strict validation of bytes that come in pieces, byte order marks, characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aether::migrate {

/// Checks bytes that come in pieces, cut anywhere. Refuses what Unicode refuses: overlong forms, surrogates,
/// numbers above U+10FFFF, cut-off characters. A zero byte is a character here.
class Utf8Validator {
public:
    /// Takes the next bytes. Returns the offset, counted from the first byte ever taken, of the first byte
    /// that is not part of a valid character (of its first byte, when later ones are wrong); nothing when all
    /// is well so far. After a fault every call returns that fault.
    std::optional<std::uint64_t> take(std::string_view piece) noexcept;

    /// Says that no bytes follow. Returns the offset of the first byte of a character that is cut off, or the
    /// fault.
    std::optional<std::uint64_t> finish() const noexcept;

private:
    std::uint64_t taken_ = 0;  // bytes before the next piece
    std::optional<std::uint64_t> fault_;
    std::uint64_t character_begin_ = 0;  // of the character that is under way
    std::uint8_t missing_ = 0;           // bytes it still needs
    std::uint8_t lowest_ = 0x80;         // bounds of its next byte
    std::uint8_t highest_ = 0xBF;
};

/// Returns the offset of the first byte of a text that is not UTF-8, or nothing.
std::optional<std::uint64_t> find_utf8_fault(std::string_view text) noexcept;

/// The mark at a file's start that tells its encoding.
enum class ByteOrderMark { none, utf8, utf16_little_endian, utf16_big_endian };

/// Returns the mark that a text begins with. The UTF-8 one is kUtf8ByteOrderMark.size() bytes long.
ByteOrderMark find_byte_order_mark(std::string_view text) noexcept;

inline constexpr std::string_view kUtf8ByteOrderMark = "\xEF\xBB\xBF";

/// Returns how many characters begin in a text: its bytes that continue none.
std::size_t count_characters(std::string_view text) noexcept;

/// One character of a text.
struct DecodedCharacter {
    char32_t code = 0;     ///< U+FFFD when the bytes are not UTF-8.
    std::size_t size = 0;  ///< Bytes that it takes, at least 1; 0 at the text's end.
};

/// Reads the character at an offset.
DecodedCharacter decode_character(std::string_view text, std::size_t offset) noexcept;

/// Returns the columns that a character takes on a terminal: 0 for combining marks, 2 for the wide ones of
/// East Asia and most pictographs, 1 for all else, controls too. Ranges, not the whole of Unicode: right for
/// nearly all text.
int display_width(char32_t code) noexcept;

}  // namespace aether::migrate
