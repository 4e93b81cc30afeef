// SPDX-License-Identifier: MIT
// Versions and names of new migrations: golang-migrate's rules without its ways into a dead end.
#include "create_names.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <aether/migrate/error.hpp>
#include <aether/migrate/version.hpp>

#include "../base/go_time_layout.hpp"
#include "../base/strings.hpp"
#include "file_name.hpp"

namespace aether::migrate {
namespace {

[[noreturn]] void refuse(std::string message, std::string hint = "") {
    ErrorDetails details;
    details.code = ErrorCode::invalid_argument;
    details.message = std::move(message);
    details.hint = std::move(hint);
    throw Error(std::move(details));
}

/// A slash would put the file into another directory; a file with a newline in its name is never read.
void refuse_foreign_characters(std::string_view what, std::string_view text) {
    constexpr std::string_view kForeign("/\n\0", 3);
    const std::size_t found = text.find_first_of(kForeign);
    if (found == std::string_view::npos) {
        return;
    }
    const std::string_view name = text[found] == '/'    ? "slash"
                                  : text[found] == '\n' ? "newline"
                                                        : "zero byte";
    refuse(fmt::format("{} {} holds a {}, which can't be part of a migration's file name", what,
                       go_quoted(text), name));
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A name in the directory and the number that it takes.
struct Taken {
    std::string name;
    std::optional<Version> version;  // nothing: above kMaxVersion
};

std::vector<Taken> find_taken(std::span<const std::string> names, std::string_view ending) {
    std::vector<Taken> taken;
    for (const std::string& name : names) {
        if (const std::optional<FileName> file = parse_file_name(name)) {
            taken.push_back({name, file->version});
        } else if (const std::size_t digits = name.find('_'); digits != std::string_view::npos) {
            const std::optional<Version> version = parse_version(std::string_view(name).substr(0, digits));
            if (version && name.ends_with(ending)) {
                taken.push_back({name, version});
            }
        }
    }
    return taken;
}

/// Returns the entry with the largest number, or nullptr.
const Taken* largest(const std::vector<Taken>& taken) {
    const auto found = std::ranges::max_element(taken, {}, [](const Taken& entry) {
        return entry.version ? static_cast<std::uint64_t>(entry.version->number) : UINT64_MAX;
    });
    return found == taken.end() ? nullptr : &*found;
}

std::string next_in_sequence(const std::vector<Taken>& taken, int digits) {
    constexpr int kLongestFileName = 255;
    if (digits <= 0) {
        refuse("digits must be positive");
    }
    if (digits > kLongestFileName) {
        refuse(fmt::format("digits must be at most {}, the longest name of a file", kLongestFileName));
    }
    std::int64_t number = 1;
    if (const Taken* last = largest(taken)) {
        if (last->version.value_or(kMaxVersion) == kMaxVersion) {
            refuse(
                fmt::format("no version is left after {}: the largest is {}", last->name, kMaxVersion.number),
                "give the file another version, or use versions made from the time (without -seq)");
        }
        number = last->version->number + 1;
    }
    std::string version = fmt::format("{:0{}}", number, digits);
    if (version.size() > static_cast<std::size_t>(digits)) {
        refuse(
            fmt::format("next sequence number {} too large, at most {} digits are allowed", version, digits),
            fmt::format("it follows {}; -digits {} makes room", largest(taken)->name, version.size()));
    }
    return version;
}

std::string version_of_time(const CreateOptions& options, const TimeZone& zone) {
    const auto since_epoch = options.now.time_since_epoch();
    if (options.time_format.empty()) {
        refuse("time format may not be empty");
    }
    if (options.time_format == "unix") {
        return std::to_string(std::chrono::floor<std::chrono::seconds>(since_epoch).count());
    }
    if (options.time_format == "unixNano") {
        return std::to_string(std::chrono::nanoseconds(since_epoch).count());
    }
    return format_by_go_layout(options.now, options.time_format, zone);
}

/// Refuses what is wrong with the options whatever lies in the directory, the version aside.
void check_options(const CreateOptions& options, std::string_view extension) {
    if (options.scheme == VersionScheme::sequence && options.time_format != CreateOptions().time_format) {
        refuse("the seq and format options are mutually exclusive");
    }
    refuse_foreign_characters("name", options.name);
    refuse_foreign_characters("extension", extension);
    if (options.name == "..") {
        refuse("name \"..\" stands for a directory and can't be that of a migration");
    }
}

/// A version that is no number is taken when a name of the new files' ending begins with it.
void check_text_version(NewNames& names, std::string_view version, std::string_view ending,
                        std::span<const std::string> existing) {
    const std::string start = fmt::format("{}_", version);
    const auto same = std::ranges::find_if(
        existing, [&](const std::string& name) { return name.starts_with(start) && name.ends_with(ending); });
    if (same != existing.end()) {
        refuse(fmt::format("duplicate migration version: {}", version),
               fmt::format("{} has that version", *same));
    }
    names.warnings.push_back(
        fmt::format("version {} is not a plain number: all commands will ignore the new files "
                    "(digits only: -format {}, or -seq)",
                    go_quoted(version), CreateOptions().time_format));
}

void check_number(NewNames& names, std::string_view version, std::string_view extension,
                  const std::vector<Taken>& taken) {
    const std::optional<Version> number = parse_version(version);
    if (!number) {
        refuse(fmt::format("version {} is too large: the largest is {}", version, kMaxVersion.number));
    }
    // An extension as "down.sql" would make two down files.
    const std::optional<FileName> up = parse_file_name(names.up);
    const std::optional<FileName> down = parse_file_name(names.down);
    if (!up || !down || up->direction != Direction::up || down->direction != Direction::down) {
        refuse(fmt::format("extension {} hides which file is up and which is down", go_quoted(extension)));
    }
    if (const auto same = std::ranges::find(taken, number, &Taken::version); same != taken.end()) {
        refuse(fmt::format("duplicate migration version: {}", version),
               fmt::format("{} has that version", same->name));
    }
    if (const Taken* last = largest(taken); last && last->version.value_or(kMaxVersion) > *number) {
        names.warnings.push_back(
            fmt::format("version {} is below that of {}: a database that has got that "
                        "far will skip the new migration",
                        version, last->name));
    }
}

}  // namespace

NewNames make_new_names(const CreateOptions& options, const TimeZone& zone,
                        std::span<const std::string> existing) {
    std::string_view extension = options.extension;
    extension.remove_prefix(extension.starts_with('.') ? 1 : 0);
    check_options(options, extension);

    const std::string ending = fmt::format(".{}", extension);
    const std::vector<Taken> taken = find_taken(existing, ending);
    const std::string version = options.scheme == VersionScheme::sequence
                                    ? next_in_sequence(taken, options.digits)
                                    : version_of_time(options, zone);
    refuse_foreign_characters("version", version);
    NewNames names{fmt::format("{}_{}.up{}", version, options.name, ending),
                   fmt::format("{}_{}.down{}", version, options.name, ending),
                   {}};
    if (is_number(version)) {
        check_number(names, version, extension, taken);
    } else {
        check_text_version(names, version, ending, existing);
    }
    return names;
}

}  // namespace aether::migrate
