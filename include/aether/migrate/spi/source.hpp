// SPDX-License-Identifier: MIT
// What the author of a source writes: a place where migration files lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// A file that a source offers, or a directory entry that looks like one and can't be read.
struct SourceFile {
    std::string name;     ///< Base name, as "000001_create_users.up.sql".
    std::string problem;  ///< Why it can't be read ("dangling symbolic link"); empty when all is well.
};

/// A place where migration files lie. Bodies are bytes, read in pieces, so that memory does not grow with a
/// file.
///
/// Threads: one at a time.
class AETHER_MIGRATE_EXPORT Source {
public:
    virtual ~Source();
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// Names the place for messages, without secrets: "migrations" or "embedded://aether".
    std::string describe() const { return do_describe(); }

    /// Returns the files of the place in any order; names that are no migrations may be among them.
    /// Throws Error (source_unusable) when the place can't be listed.
    std::vector<SourceFile> list() { return do_list(); }

    /// Returns at most max_bytes of a file from a byte offset; shorter only at its end, empty past it.
    /// Throws Error (source_unusable) when the file can't be read.
    std::string read(const std::string& name, std::uint64_t offset, std::size_t max_bytes) {
        return do_read(name, offset, max_bytes);
    }

    /// Returns what a message shows as the file's path.
    std::string path_of(const std::string& name) const { return do_path_of(name); }

private:
    virtual std::string do_describe() const = 0;
    virtual std::vector<SourceFile> do_list() = 0;
    virtual std::string do_read(const std::string& name, std::uint64_t offset, std::size_t max_bytes) = 0;
    virtual std::string do_path_of(const std::string& name) const = 0;
};

/// One kind of source: the URL schemes that it opens.
struct SourceInfo {
    std::string_view name;                      ///< "directory"
    std::span<const std::string_view> schemes;  ///< {"file"}
    /// Opens a URL of one of the schemes, as written. Throws Error (invalid_url, source_unusable).
    std::unique_ptr<Source> (*open)(std::string_view url);
};

}  // namespace aether::migrate::spi
