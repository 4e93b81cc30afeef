// SPDX-License-Identifier: MIT
// The list of all kinds of sources in this repository.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <aether/migrate/embedded.hpp>
#include <aether/migrate/spi/source.hpp>

namespace aether::migrate::sources {

/// Returns every kind of source that was built in; it lives as long as the program.
std::span<const spi::SourceInfo> all_sources();

/// Opens a directory by its path, without URL syntax. Throws Error (source_unusable).
std::unique_ptr<spi::Source> open_path(std::string_view path);

/// Opens migrations that are built in, which outlive the source. Throws Error (source_unusable).
std::unique_ptr<spi::Source> open_constant(const EmbeddedMigrations& embedded);

}  // namespace aether::migrate::sources
