// SPDX-License-Identifier: MIT
// The list of all kinds of sources in this repository; a new one adds a line.
#include "all.hpp"

#include <array>

#include "directory/directory_source.hpp"
#include "embedded/embedded_source.hpp"

namespace aether::migrate::sources {

std::span<const spi::SourceInfo> all_sources() {
    static const std::array kAll = {
        directory_info(),
        embedded_info(),
    };
    return kAll;
}

std::unique_ptr<spi::Source> open_path(std::string_view path) {
    return open_directory(path);
}

std::unique_ptr<spi::Source> open_constant(const EmbeddedMigrations& embedded) {
    return open_embedded(embedded);
}

}  // namespace aether::migrate::sources
