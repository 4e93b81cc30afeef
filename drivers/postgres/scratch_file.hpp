// SPDX-License-Identifier: MIT
// Descriptors, small files and private folders of the scratch servers, opened so that nobody can redirect
// them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "scratch_user.hpp"

namespace aether::migrate::postgres::scratch {

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    /// Returns the number; -1: none.
    int get() const noexcept { return number_; }
    /// Closes it now.
    void reset() noexcept;

private:
    int number_ = -1;
};

/// Returns the text of a file of at most 64 KiB; nothing when there is no such regular file, or it can't be
/// read. Follows no symbolic link: the file may lie in a folder of another user.
std::optional<std::string> load_text(const std::string& path);

/// Replaces a file as a whole: whoever reads it sees the old text or the new. Throws Error
/// (connection_failed).
void save_text(const std::string& path, std::string_view text);

/// Makes sure of a folder with exactly this mode that belongs to `owner` (nothing: to this user).
/// Throws Error (connection_failed) when something else is there: a link, a file, a folder of somebody else,
/// or one that others can enter more freely than `mode` says.
void make_folder(const std::string& path, mode_t mode, const std::optional<Identity>& owner);

/// Opens a log to append to, for this user only. One of more than 1 MiB is first renamed to "….old".
/// Throws Error (connection_failed).
Descriptor open_log(const std::string& path);

/// Returns the size of what was written so far.
std::size_t size_of(const Descriptor& file) noexcept;

/// Returns what was written to a log since it had the size `from`: whole lines, at most 4 KiB, the last ones.
std::string load_log_end(const std::string& path, std::size_t from);

}  // namespace aether::migrate::postgres::scratch
