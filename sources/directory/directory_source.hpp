// SPDX-License-Identifier: MIT
// Migrations that lie as files in a directory.
#pragma once

#include <memory>
#include <string_view>

#include <aether/migrate/spi/source.hpp>

namespace aether::migrate::sources {

/// Opens the directory that a file URL names, in all forms of golang-migrate: file://m and file:m are
/// relative to the working directory, file:///m is absolute, file:// is the working directory. The path part
/// is percent-decoded, user part, query and fragment mean nothing. Throws Error: invalid_url; source_unusable
/// when it is missing, no directory or not readable.
std::unique_ptr<spi::Source> open_directory_url(std::string_view url);

/// Opens a directory by its path: blanks, "?", "#", "@", ":" and "%" are characters like any other.
///
/// golang-migrate pasted such paths into a URL. So, where nothing has this name, the path with its %XX
/// decoded is tried, then the path cut at its first "?" or "#". Throws Error: source_unusable, as above.
std::unique_ptr<spi::Source> open_directory(std::string_view path);

/// Returns the entry for the list of sources: the scheme "file".
spi::SourceInfo directory_info() noexcept;

}  // namespace aether::migrate::sources
