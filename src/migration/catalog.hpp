// SPDX-License-Identifier: MIT
// The migrations of a source: pairs in the order of their versions, and every problem at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/source.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// One half of a migration: its file and the title inside the file's name.
struct Half {
    std::string file;   ///< "000001_create_users.up.sql"
    std::string title;  ///< "create_users"; may be empty.
};

/// A version with its two halves, either of which may be missing.
struct CatalogEntry {
    Version version;
    std::optional<Half> up;
    std::optional<Half> down;

    const std::optional<Half>& half(Direction direction) const {
        return direction == Direction::up ? up : down;
    }
};

/// Entries sorted by version, each version once.
class Catalog {
public:
    Catalog() = default;
    explicit Catalog(std::vector<CatalogEntry> entries) : entries_(std::move(entries)) {}

    const std::vector<CatalogEntry>& entries() const { return entries_; }

    /// Returns nullptr when no file has this version.
    const CatalogEntry* find(Version version) const;
    /// Returns the entry with the next larger version, or nullptr; from nothing, the first entry.
    const CatalogEntry* next(const std::optional<Version>& version) const;
    /// Returns the entry with the next smaller version, or nullptr.
    const CatalogEntry* previous(Version version) const;

private:
    std::vector<CatalogEntry> entries_;
};

/// Sorts files into a catalog, which takes their names over: move the list in. `place` names the source in
/// messages. Names that are no migrations are ignored, as golang-migrate does. Throws Error (source_unusable)
/// that lists every problem: two files of one version and direction, versions above kMaxVersion, entries that
/// can't be read.
Catalog make_catalog(std::vector<spi::SourceFile> files, std::string_view place);

}  // namespace aether::migrate
