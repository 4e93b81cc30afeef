// SPDX-License-Identifier: MIT
// Migrations written in C++: whether they and their files belong together, and which function is whose.
#include "code.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

// A line of the error's list.
using Problem = std::string;

const CodeMigration* find_version(std::span<const CodeMigration> code, Version version) {
    const auto found = std::ranges::find(code, version, &CodeMigration::version);
    return found == code.end() ? nullptr : &*found;
}

const CodeFunction& half_of(const CodeMigration& migration, Direction direction) {
    return direction == Direction::up ? migration.up : migration.down;
}

// Both files are missing, or one whose name the other one gives.
void find_missing_files(Version version, const CatalogEntry* entry, std::vector<Problem>& problems) {
    if (entry == nullptr) {
        problems.push_back(fmt::format("version {0} has no files: make {0}_NAME.up.sql and {0}_NAME.down.sql",
                                       version.number));
        return;
    }
    for (const Direction direction : {Direction::up, Direction::down}) {
        if (entry->half(direction))
            continue;
        const Direction other = direction == Direction::up ? Direction::down : Direction::up;
        problems.push_back(fmt::format("version {} has no {} file: make one beside {}", version.number,
                                       name_of(direction), entry->half(other)->file));
    }
}

[[noreturn]] void refuse(const CodeFile& file, std::string message, std::string hint) {
    ErrorDetails details;
    details.code = ErrorCode::migration_refused;
    details.message = "migration refused: " + std::move(message);
    details.where.file = file.path;
    if (file.first_line > 0)
        details.where = {std::string(file.path), file.first_line, 1};
    details.hint = std::move(hint);
    details.state = "nothing was changed";
    details.next = "mend the file or the program, and run it again";
    throw Error(std::move(details));
}

}  // namespace

void check_code(std::span<const CodeMigration> code, const Catalog& catalog, std::string_view place) {
    std::vector<Problem> problems;
    for (const CodeMigration& migration : code) {
        const Version version = migration.version;
        if (find_version(code, version) != &migration) {
            problems.push_back(fmt::format("version {} is given twice", version.number));
            continue;
        }
        if (!migration.up && !migration.down)
            problems.push_back(
                fmt::format("version {} has neither an up nor a down function", version.number));
        find_missing_files(version, catalog.find(version), problems);
    }
    if (problems.empty())
        return;
    ErrorDetails details;
    details.code = ErrorCode::invalid_argument;
    details.message = "the migrations written in C++ and their files don't fit together";
    for (const Problem& problem : problems) {
        details.message += "\n  " + problem;
    }
    details.hint =
        "every migration has an up and a down file; that of a function holds the line \"-- migrate:code\" "
        "and "
        "comments";
    details.state = fmt::format("in {}: nothing was run", place);
    details.next = "mend the program, or make the files named above";
    throw Error(std::move(details));
}

const CodeFunction* find_function(std::span<const CodeMigration> code, const CodeFile& file) {
    const CodeMigration* migration = find_version(code, file.version);
    if (migration == nullptr)
        return nullptr;
    const std::string_view direction = name_of(file.direction);
    const CodeFunction& function = half_of(*migration, file.direction);
    if (function && file.marked)
        return &function;
    if (function && file.first_line > 0) {
        refuse(file,
               fmt::format("version {} has an {} function and a statement in line {} of its {} file",
                           file.version.number, direction, file.first_line, direction),
               "the body of a migration written in C++ goes into the function");
    }
    if (function) {
        refuse(
            file,
            fmt::format("the {} file of version {} does not say that it is written in C++", direction,
                        file.version.number),
            "write \"-- migrate:code\" at its head, so that no program without the function passes over it");
    }
    if (!file.marked && file.first_line == 0) {
        refuse(file,
               fmt::format("version {} has no {} function, and its {} file has no statement",
                           file.version.number, direction, direction),
               "give the function, or write the statements into the file");
    }
    return nullptr;
}

void refuse_without_function(const CodeFile& file) {
    ErrorDetails details;
    details.code = ErrorCode::migration_refused;
    details.message = fmt::format(
        "migration refused: the {} of version {} is written in C++, and this program has no "
        "function for it",
        name_of(file.direction), file.version.number);
    details.where.file = file.path;
    details.state = "nothing was changed";
    details.next = "run the program that has it";
    throw Error(std::move(details));
}

}  // namespace aether::migrate
