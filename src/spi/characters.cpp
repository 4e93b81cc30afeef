// SPDX-License-Identifier: MIT
// Small text helpers that drivers need and the standard library lacks.
#include <aether/migrate/spi/characters.hpp>

#include <algorithm>

namespace aether::migrate::spi {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return lower;
}

std::size_t characters_in(std::string_view text, std::size_t bytes) {
    const std::string_view part = text.substr(0, bytes);
    return static_cast<std::size_t>(std::count_if(part.begin(), part.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

}  // namespace aether::migrate::spi
