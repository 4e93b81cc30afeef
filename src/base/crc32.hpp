// SPDX-License-Identifier: MIT
// CRC-32 as zlib computes it, from which golang-migrate makes its lock ids.
#pragma once

#include <cstdint>
#include <string_view>

namespace aether::migrate {

/// Returns the CRC-32 of the bytes (IEEE 802.3: polynomial 0xEDB88320 reflected, all ones in and out).
std::uint32_t crc32(std::string_view bytes) noexcept;

}  // namespace aether::migrate
