// SPDX-License-Identifier: MIT
// CRC-32 as zlib computes it, from which golang-migrate makes its lock ids.
#include "crc32.hpp"

namespace aether::migrate {

std::uint32_t crc32(std::string_view bytes) noexcept {
    // Bit by bit: the inputs are names of a few dozen bytes, a table would cost more than it saves.
    constexpr std::uint32_t kPolynomial = 0xEDB88320U;
    std::uint32_t remainder = 0xFFFFFFFFU;
    for (const char c : bytes) {
        remainder ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? kPolynomial : 0U);
        }
    }
    return ~remainder;
}

}  // namespace aether::migrate
