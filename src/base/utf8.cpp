// SPDX-License-Identifier: MIT
// UTF-8 by the table of well-formed byte sequences (The Unicode Standard, table 3-7).
#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace aether::migrate {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// What the first byte of a character says: how many bytes follow, and the bounds of the next one. The bounds
/// keep out overlong forms, surrogates and numbers above U+10FFFF; later bytes are always 80 to BF.
struct Lead {
    std::uint8_t missing = 0;
    std::uint8_t lowest = 0x80;
    std::uint8_t highest = 0xBF;
};

constexpr std::uint8_t kNoLead = 0xFF;

constexpr Lead lead_of(std::uint8_t byte) {
    if (byte < 0x80) {
        return {};
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        return {1};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return {2, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return {3, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
    }
    return {kNoLead};
}

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

/// Returns the offset of the first byte above 127, eight bytes a time.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    while (at + sizeof word <= text.size()) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & 0x8080808080808080U) != 0) {
            break;
        }
        at += sizeof word;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) {
        ++at;
    }
    return at;
}

struct Range {
    char32_t first;
    char32_t last;
};

bool is_in(const Range* begin, const Range* end, char32_t code) {
    const Range* after = std::upper_bound(
        begin, end, code, [](char32_t value, const Range& range) { return value < range.first; });
    return after != begin && code <= std::prev(after)->last;
}

// Marks that are drawn over the character before them, and characters without a width (general categories Mn,
// Me, Cf).
constexpr std::array<Range, 17> kNoWidth{{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x0591, 0x05BD},
                                          {0x0610, 0x061A},
                                          {0x064B, 0x065F},
                                          {0x093C, 0x093C},
                                          {0x0941, 0x0948},
                                          {0x0E34, 0x0E3A},
                                          {0x0E47, 0x0E4E},
                                          {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF},
                                          {0x200B, 0x200F},
                                          {0x2060, 0x2064},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F},
                                          {0xFE20, 0xFE2F},
                                          {0xFEFF, 0xFEFF}}};

// East Asian wide and full-width forms, and pictographs that terminals draw over two columns (UAX #11).
constexpr std::array<Range, 14> kWide{{{0x1100, 0x115F},
                                       {0x231A, 0x231B},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xA960, 0xA97F},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0x1F300, 0x1FAFF},
                                       {0x20000, 0x3FFFD}}};

}  // namespace

std::optional<std::uint64_t> Utf8Validator::take(std::string_view piece) noexcept {
    std::size_t at = 0;
    while (!fault_) {
        if (missing_ == 0) {
            at = skip_ascii(piece, at);
        }
        if (at == piece.size()) {
            break;
        }
        const auto byte = static_cast<std::uint8_t>(piece[at]);
        if (missing_ == 0) {
            const Lead lead = lead_of(byte);
            character_begin_ = taken_ + at;
            missing_ = lead.missing;
            lowest_ = lead.lowest;
            highest_ = lead.highest;
            if (missing_ == kNoLead) {
                fault_ = character_begin_;
            }
        } else if (byte < lowest_ || byte > highest_) {
            fault_ = character_begin_;
        } else {
            --missing_;
            lowest_ = 0x80;
            highest_ = 0xBF;
        }
        ++at;
    }
    taken_ += piece.size();
    return fault_;
}

std::optional<std::uint64_t> Utf8Validator::finish() const noexcept {
    if (!fault_ && missing_ > 0) {
        return character_begin_;
    }
    return fault_;
}

std::optional<std::uint64_t> find_utf8_fault(std::string_view text) noexcept {
    Utf8Validator validator;
    validator.take(text);
    return validator.finish();
}

ByteOrderMark find_byte_order_mark(std::string_view text) noexcept {
    if (text.starts_with(kUtf8ByteOrderMark)) {
        return ByteOrderMark::utf8;
    }
    if (text.starts_with("\xFF\xFE")) {
        return ByteOrderMark::utf16_little_endian;
    }
    if (text.starts_with("\xFE\xFF")) {
        return ByteOrderMark::utf16_big_endian;
    }
    return ByteOrderMark::none;
}

std::size_t count_characters(std::string_view text) noexcept {
    return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues));
}

DecodedCharacter decode_character(std::string_view text, std::size_t offset) noexcept {
    if (offset >= text.size()) {
        return {};
    }
    const auto first = static_cast<std::uint8_t>(text[offset]);
    const Lead lead = lead_of(first);
    if (lead.missing == 0) {
        return {first, 1};
    }
    const std::size_t size = lead.missing == kNoLead ? 1 : lead.missing + std::size_t{1};
    const std::string_view bytes = text.substr(offset, size);
    if (lead.missing == kNoLead || bytes.size() < size || find_utf8_fault(bytes)) {
        return {kReplacement, 1};
    }
    char32_t code = first & (0x3FU >> lead.missing);
    for (std::size_t i = 1; i < size; ++i) {
        code = code << 6 | (static_cast<std::uint8_t>(bytes[i]) & 0x3FU);
    }
    return {code, size};
}

int display_width(char32_t code) noexcept {
    if (code < 0x0300) {
        return 1;
    }
    if (is_in(kNoWidth.begin(), kNoWidth.end(), code)) {
        return 0;
    }
    return is_in(kWide.begin(), kWide.end(), code) ? 2 : 1;
}

}  // namespace aether::migrate
