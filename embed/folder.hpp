// SPDX-License-Identifier: MIT
// Finds the migrations of the directories that are to be embedded.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace aether::migrate::embed {

/// Files that are to be embedded, and what else they depend on.
struct Folders {
    std::vector<std::filesystem::path> places;  ///< The directories, absolute.
    std::vector<std::filesystem::path> files;   ///< The migrations in them, absolute, in their order.
};

/// Lists the directories and checks that together they are a complete set, each file of which can be read.
/// Throws Error (source_unusable).
Folders list_folders(const std::vector<std::string>& directories);

}  // namespace aether::migrate::embed
