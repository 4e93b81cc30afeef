// SPDX-License-Identifier: MIT
// Migrations that are built into the program, or into a library that it uses.
#pragma once

#include <memory>
#include <string_view>

#include <aether/migrate/embedded.hpp>
#include <aether/migrate/spi/source.hpp>

namespace aether::migrate::sources {

/// Opens what was embedded under the name in embedded://NAME. Throws Error: invalid_url; source_unusable when
/// the process shows nothing of that name.
std::unique_ptr<spi::Source> open_embedded_url(std::string_view url);

/// Opens embedded migrations, which outlive the source. Bodies stay where they are and are read from there.
/// Throws Error (source_unusable) when they have another layout than this library reads.
std::unique_ptr<spi::Source> open_embedded(const EmbeddedMigrations& embedded);

/// Returns the entry for the list of sources: the scheme "embedded".
spi::SourceInfo embedded_info() noexcept;

}  // namespace aether::migrate::sources
