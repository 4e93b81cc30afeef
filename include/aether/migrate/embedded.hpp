// SPDX-License-Identifier: MIT
// Migrations that are built into a program or a shared library.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aether::migrate {

/// The number of the layout of the two structs below. It changes when they do.
inline constexpr std::uint32_t kEmbeddedLayout = 1;

/// One file: its name, as "000001_create_users.up.sql", and its bytes from `begin` up to `end`.
struct EmbeddedFile {
    const char* name;
    const char* begin;
    const char* end;
};

/// The files of one or several directories, as `aether_migrate_embed` of the CMake package and the program
/// aether-migrate-embed put them into a binary. They did the checks of check_complete() before.
///
/// Each is a constant of its own, `aether_migrate_embedded_NAME`, which the header of that name declares.
/// Options::embedded takes it; the URL embedded://NAME looks for it among the symbols that the program and
/// the libraries it was started with show. Constants live as long as the binary they are in is loaded.
/// Threads: any.
struct EmbeddedMigrations {
    std::uint32_t layout;       ///< kEmbeddedLayout of the headers that it was compiled with.
    const char* name;           ///< NAME
    const EmbeddedFile* files;  ///< In the order of their versions, up before down.
    std::size_t count;
};

}  // namespace aether::migrate
