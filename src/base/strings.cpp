// SPDX-License-Identifier: MIT
// Small text helpers that the standard library lacks.
#include "strings.hpp"

namespace aether::migrate {
namespace {

void append_escaped(std::string& out, char c) {
    static constexpr std::string_view kNamed = "\a\b\f\n\r\t\v";
    static constexpr std::string_view kNames = "abfnrtv";
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t named = kNamed.find(c); named != std::string_view::npos) {
        out += '\\';
        out += kNames[named];
    } else if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
        out += "\\x";
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xfU];
    } else {
        out += c;
    }
}

}  // namespace

int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

std::string go_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        append_escaped(quoted, c);
    }
    quoted += '"';
    return quoted;
}

}  // namespace aether::migrate
