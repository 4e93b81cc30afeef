// SPDX-License-Identifier: MIT
// Reads and writes the record of a scratch server.
#include "scratch_record.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "scratch_file.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr std::string_view kFirstLine = "aether-migrate scratch cluster 1";

constexpr std::array<std::pair<Stage, std::string_view>, 3> kStages{{
    {Stage::making, "making"},
    {Stage::ready, "ready"},
    {Stage::dropping, "dropping"},
}};

std::string_view name_of(Stage stage) noexcept {
    for (const auto& [value, name] : kStages) {
        if (value == stage) {
            return name;
        }
    }
    return {};
}

std::optional<Stage> parse_stage(std::string_view text) noexcept {
    for (const auto& [value, name] : kStages) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

// Takes the next line off a text; nothing when no whole line is left.
std::optional<std::string_view> take_line(std::string_view& text) noexcept {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

// Takes the next line, which must be "key value", off a text.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view key) noexcept {
    const std::optional<std::string_view> line = take_line(text);
    if (!line || line->size() <= key.size() + 1 || !line->starts_with(key) || (*line)[key.size()] != ' ') {
        return std::nullopt;
    }
    return line->substr(key.size() + 1);
}

}  // namespace

std::optional<Record> load_record(const Place& place) {
    const std::optional<std::string> text = load_text(place.record);
    return text ? parse_record(*text) : std::nullopt;
}

void save_record(const Place& place, const Record& record) {
    save_text(place.record, format_record(record));
}

std::string format_record(const Record& record) {
    return fmt::format("{}\nstage {}\nprograms {}\nmajor {}\nversion {}\n", kFirstLine, name_of(record.stage),
                       record.programs, record.major, record.version);
}

std::optional<Record> parse_record(std::string_view text) {
    if (take_line(text) != kFirstLine) {
        return std::nullopt;
    }
    const std::optional<std::string_view> stage = take_value(text, "stage");
    const std::optional<std::string_view> programs = take_value(text, "programs");
    const std::optional<std::string_view> major = take_value(text, "major");
    const std::optional<std::string_view> version = take_value(text, "version");
    if (!stage || !programs || !major || !version || !parse_stage(*stage)) {
        return std::nullopt;
    }
    Record record;
    record.stage = *parse_stage(*stage);
    record.programs = *programs;
    record.version = *version;
    const auto [end, error] = std::from_chars(major->data(), major->data() + major->size(), record.major);
    if (error != std::errc() || end != major->data() + major->size()) {
        return std::nullopt;
    }
    return record;
}

}  // namespace aether::migrate::postgres::scratch
