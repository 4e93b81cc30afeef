// SPDX-License-Identifier: MIT
// The texts that are compiled: the files' bytes and names, the header, and what they depend on.
#pragma once

#include <string>

#include "folder.hpp"

namespace aether::migrate::embed {

/// Returns C++ that defines the constant aether_migrate_embedded_NAME. The assembler takes the bytes of the
/// files in while it is compiled. Throws Error (source_unusable) for a path that can't be written down there.
std::string source_text(const std::string& name, const Folders& folders);

/// Returns the header that declares the constant.
std::string header_text(const std::string& name);

/// Returns a rule for make: `target` depends on the files, and on the directories, whose time changes when a
/// file is added or removed. A file that is gone is no error.
std::string dependency_text(const std::filesystem::path& target, const Folders& folders);

}  // namespace aether::migrate::embed
