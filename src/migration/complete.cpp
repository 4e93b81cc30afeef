// SPDX-License-Identifier: MIT
// Whether files make a complete set of migrations: for what builds or ships them.
#include <aether/migrate/complete.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>

#include "catalog.hpp"
#include "file_name.hpp"

namespace aether::migrate {

namespace {

bool was_meant_to_be_one(std::string_view name) {
    if (name.starts_with('.'))
        return false;
    const std::string lower = spi::lower_case(name);
    const std::size_t digits = lower.find_first_not_of("0123456789");
    return lower.ends_with(".sql") || lower.find(".up.") != std::string::npos ||
           lower.find(".down.") != std::string::npos ||
           (digits != 0 && digits != std::string::npos && lower[digits] == '_');
}

void find_bad_names(const std::vector<std::string>& names, std::vector<std::string>& problems) {
    for (const std::string& name : names) {
        if (!parse_file_name(name) && was_meant_to_be_one(name)) {
            problems.push_back(
                name + ": no migration's name, which is VERSION_TITLE.up.sql or VERSION_TITLE.down.sql");
        }
    }
}

// The name of the other half: "1_a.down.sql" for "1_a.up.sql".
std::string counterpart_of(const std::string& file) {
    const FileName name = *parse_file_name(file);
    const bool up = name.direction == Direction::up;
    const std::size_t mark = name.title_begin + name.title_size;
    return file.substr(0, mark) + (up ? ".down." : ".up.") + file.substr(mark + (up ? 4 : 6));
}

const std::string& file_of(const CatalogEntry& entry) {
    return entry.up ? entry.up->file : entry.down->file;
}

void find_missing_halves(const Catalog& catalog, std::vector<std::string>& problems) {
    for (const CatalogEntry& entry : catalog.entries()) {
        if (entry.up && entry.down)
            continue;
        const std::string& file = file_of(entry);
        problems.push_back(fmt::format("{}: its other half, {}, is missing", file, counterpart_of(file)));
    }
}

bool is_numbered(const CatalogEntry& first) {
    return first.version <= Version{1} || file_of(first).starts_with('0');
}

void find_gaps(const Catalog& catalog, std::vector<std::string>& problems) {
    const std::vector<CatalogEntry>& entries = catalog.entries();
    if (entries.empty() || !is_numbered(entries.front()))
        return;
    for (std::size_t i = 1; i < entries.size(); ++i) {
        const std::int64_t first = entries[i - 1].version.number + 1;
        const std::int64_t last = entries[i].version.number - 1;
        if (first == last) {
            problems.push_back(
                fmt::format("{}: version {} before it is missing", file_of(entries[i]), first));
        } else if (first < last) {
            problems.push_back(
                fmt::format("{}: versions {} to {} before it are missing", file_of(entries[i]), first, last));
        }
    }
}

[[noreturn]] void refuse(std::vector<std::string> problems, std::string_view place) {
    std::ranges::sort(problems);
    ErrorDetails details;
    details.code = ErrorCode::source_unusable;
    details.message = "the set of migrations is not complete";
    for (const std::string& problem : problems) {
        details.message += "\n  " + problem;
    }
    details.hint = "a file that holds nothing but a comment does nothing, and is a half like any other";
    details.state = fmt::format("in {}", place);
    details.next = "add or rename the files named above, or move what is no migration elsewhere";
    throw Error(std::move(details));
}

[[noreturn]] void refuse_nothing(std::string_view place) {
    ErrorDetails details;
    details.code = ErrorCode::source_unusable;
    details.message = fmt::format("no migrations in {}", place);
    details.next = fmt::format("make the first: migrate create -seq -ext sql -dir {} NAME", place);
    throw Error(std::move(details));
}

}  // namespace

std::vector<std::string> check_complete(const std::vector<std::string>& names, std::string_view place) {
    std::vector<spi::SourceFile> files;
    files.reserve(names.size());
    for (const std::string& name : names) {
        files.push_back({name, ""});
    }
    const Catalog catalog = make_catalog(std::move(files), place);
    std::vector<std::string> problems;
    find_bad_names(names, problems);
    find_missing_halves(catalog, problems);
    find_gaps(catalog, problems);
    if (!problems.empty())
        refuse(std::move(problems), place);
    if (catalog.entries().empty())
        refuse_nothing(place);
    std::vector<std::string> sorted;
    for (const CatalogEntry& entry : catalog.entries()) {
        sorted.push_back(entry.up->file);
        sorted.push_back(entry.down->file);
    }
    return sorted;
}

}  // namespace aether::migrate
