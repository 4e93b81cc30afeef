// SPDX-License-Identifier: MIT
// Migrations written in C++: whether they and their files belong together, and which function is whose.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <aether/migrate/code_migration.hpp>
#include <aether/migrate/version.hpp>

#include "catalog.hpp"

namespace aether::migrate {

/// Throws Error (invalid_argument) that lists every problem: a version that is given twice, one without any
/// function, one that lacks a file. `place` names the source.
void check_code(std::span<const CodeMigration> code, const Catalog& catalog, std::string_view place);

/// What a file's check found of it, as far as functions are concerned.
struct CodeFile {
    std::string_view path;
    Version version;
    Direction direction = Direction::up;
    bool marked = false;         ///< It has the header line `migrate:code`.
    std::size_t first_line = 0;  ///< Of its first statement; 0: it has none.
};

/// Returns the function that is the body of a half; nullptr: the file is, or the function is in another
/// program. Throws Error (migration_refused) when file and function contradict each other.
const CodeFunction* find_function(std::span<const CodeMigration> code, const CodeFile& file);

/// Throws Error (migration_refused): the file is marked, and this program has no function for it.
[[noreturn]] void refuse_without_function(const CodeFile& file);

}  // namespace aether::migrate
