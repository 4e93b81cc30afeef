// SPDX-License-Identifier: MIT
// Sorts the files of a source into pairs and finds every problem of a directory at once.
#include "catalog.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "file_name.hpp"

namespace aether::migrate {
namespace {

// A file whose name is that of a migration. Small, because a directory may hold tens of thousands.
struct Candidate {
    std::uint64_t half = 0;  // The version doubled, plus 1 for down: files of one half compare equal.
    std::uint32_t file = 0;  // Its index in the list of files.

    Version version() const { return Version{static_cast<std::int64_t>(half / 2)}; }
    Direction direction() const { return half % 2 == 0 ? Direction::up : Direction::down; }
};

// A line of the error's list. Lines begin with a file name and are sorted as they are.
using Problem = std::string;

struct Problems {
    std::vector<Problem> list;
    std::string first_duplicate;  // The name that golang-migrate complains about; empty when there is none.
};

// Editors and people leave such copies behind; they count as migrations, because the ending is never looked
// at.
bool is_backup(std::string_view name) {
    static constexpr std::array<std::string_view, 8> kEndings = {"~",     ".bak", ".backup", ".old",
                                                                 ".orig", ".rej", ".save",   ".swp"};
    return std::ranges::any_of(kEndings, [name](std::string_view ending) { return name.ends_with(ending); });
}

std::vector<Candidate> find_candidates(const std::vector<spi::SourceFile>& files, Problems& problems) {
    std::vector<Candidate> candidates;
    candidates.reserve(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::optional<FileName> name = parse_file_name(files[i].name);
        if (!name) {
            continue;
        }
        if (!files[i].problem.empty()) {
            problems.list.push_back(files[i].name + ": " + files[i].problem);
        }
        if (!name->version) {
            problems.list.push_back(
                fmt::format("{}: its version is above {}, the largest that a database can store",
                            files[i].name, kMaxVersion.number));
            continue;
        }
        const std::uint64_t down = name->direction == Direction::down ? 1 : 0;
        candidates.push_back(
            {static_cast<std::uint64_t>(name->version->number) * 2 + down, static_cast<std::uint32_t>(i)});
    }
    std::ranges::sort(candidates, [&files](const Candidate& a, const Candidate& b) {
        return a.half != b.half ? a.half < b.half : files[a.file].name < files[b.file].name;
    });
    return candidates;
}

// Describes the files from first to last (one past the end), which all are the same half of one migration.
Problem describe_duplicates(const Candidate* first, const Candidate* last,
                            const std::vector<spi::SourceFile>& files) {
    Problem problem;
    std::string backups;
    for (const Candidate* one = first; one != last; ++one) {
        const std::string& name = files[one->file].name;
        if (one != first) {
            problem += one + 1 == last ? " and " : ", ";
        }
        problem += name;
        if (is_backup(name)) {
            backups +=
                fmt::format("; {} looks like a backup copy, but its name is that of a migration", name);
        }
    }
    return problem + fmt::format(" are {} files of version {}{}", name_of(first->direction()),
                                 first->version().number, backups);
}

void find_duplicates(const std::vector<Candidate>& candidates, const std::vector<spi::SourceFile>& files,
                     Problems& problems) {
    const Candidate* const end = candidates.data() + candidates.size();
    for (const Candidate* first = candidates.data(); first != end;) {
        const Candidate* last = first + 1;
        while (last != end && first->half == last->half) {
            ++last;
        }
        if (last - first > 1) {
            // golang-migrate walks the names in byte order and stops at the first that repeats a half.
            const std::string& repeated = files[first[1].file].name;
            if (problems.first_duplicate.empty() || repeated < problems.first_duplicate) {
                problems.first_duplicate = repeated;
            }
            problems.list.push_back(describe_duplicates(first, last, files));
        }
        first = last;
    }
}

[[noreturn]] void refuse(Problems problems, std::string_view place) {
    std::ranges::sort(problems.list);
    const bool duplicates = !problems.first_duplicate.empty();
    ErrorDetails details;
    details.code = ErrorCode::source_unusable;
    if (duplicates) {
        details.message = "duplicate migration file: " + problems.first_duplicate;
    } else {
        const std::size_t count = problems.list.size();
        details.message = fmt::format("{} migration file{} can't be used", count, count == 1 ? "" : "s");
    }
    for (const Problem& problem : problems.list) {
        details.message += "\n  " + problem;
    }
    details.state = fmt::format("in {}: nothing was run", place);
    details.next = duplicates ? "give one file of each version and direction another number, or remove it"
                              : "mend or remove the files named above";
    throw Error(std::move(details));
}

std::vector<CatalogEntry> make_entries(const std::vector<Candidate>& candidates,
                                       std::vector<spi::SourceFile>& files) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        count += i == 0 || candidates[i].half / 2 != candidates[i - 1].half / 2 ? 1 : 0;
    }
    std::vector<CatalogEntry> entries;
    entries.reserve(count);
    for (const Candidate& one : candidates) {
        if (entries.empty() || entries.back().version != one.version()) {
            entries.push_back({one.version(), std::nullopt, std::nullopt});
        }
        std::string& file = files[one.file].name;
        const FileName name = *parse_file_name(file);
        std::string title = file.substr(name.title_begin, name.title_size);
        std::optional<Half>& half = name.direction == Direction::up ? entries.back().up : entries.back().down;
        half = Half{std::move(file), std::move(title)};
    }
    return entries;
}

}  // namespace

const CatalogEntry* Catalog::find(Version version) const {
    const auto found = std::ranges::lower_bound(entries_, version, {}, &CatalogEntry::version);
    return found != entries_.end() && found->version == version ? &*found : nullptr;
}

const CatalogEntry* Catalog::next(const std::optional<Version>& version) const {
    const auto found =
        version ? std::ranges::upper_bound(entries_, *version, {}, &CatalogEntry::version) : entries_.begin();
    return found != entries_.end() ? &*found : nullptr;
}

const CatalogEntry* Catalog::previous(Version version) const {
    const auto found = std::ranges::lower_bound(entries_, version, {}, &CatalogEntry::version);
    return found != entries_.begin() ? &*(found - 1) : nullptr;
}

Catalog make_catalog(std::vector<spi::SourceFile> files, std::string_view place) {
    Problems problems;
    const std::vector<Candidate> candidates = find_candidates(files, problems);
    find_duplicates(candidates, files, problems);
    if (!problems.list.empty()) {
        refuse(std::move(problems), place);
    }
    return Catalog(make_entries(candidates, files));
}

}  // namespace aether::migrate
