// SPDX-License-Identifier: MIT
// The list of all kinds of sources in this repository; a new one adds a line.
#include "all.hpp"

#include <array>

#include "directory/directory_source.hpp"

namespace aether::migrate::sources {

std::span<const spi::SourceInfo> all_sources() {
    static const std::array kAll = {
        directory_info(),
    };
    return kAll;
}

std::unique_ptr<spi::Source> open_path(std::string_view path) {
    return open_directory(path);
}

}  // namespace aether::migrate::sources
