// SPDX-License-Identifier: MIT
// Finds the kind of source that a URL asks for, and opens it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <aether/migrate/spi/source.hpp>

namespace aether::migrate {

/// Opens the source of a URL; schemes are compared in lower case.
/// Throws Error: invalid_url; unknown_scheme when no source of the list has the scheme, with the known ones
/// as hint; what the source itself throws.
std::unique_ptr<spi::Source> open_source(std::string_view url, std::span<const spi::SourceInfo> sources);

}  // namespace aether::migrate
