// SPDX-License-Identifier: MIT
// The file .env: settings for a developer's machine, in the form that the Makefile reads too.
#include "dotenv.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace aether::server {

namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view without_blanks_before(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view without_blanks_after(std::string_view text) {
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && !is_digit(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

std::string_view value_of(std::string_view text) {
    const bool quoted =
        text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : without_blanks_after(text.substr(0, text.find(" #")));
}

void parse_line(std::string_view line, std::string_view place, Variables& found) {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    line = without_blanks_before(line);
    if (line.empty() || line.front() == '#')
        return;
    constexpr std::string_view kExport = "export ";
    if (line.starts_with(kExport))
        line.remove_prefix(kExport.size());
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || !is_name(line.substr(0, equals)))
        throw std::runtime_error(fmt::format("{}: not NAME=VALUE", place));
    found.emplace(line.substr(0, equals), value_of(line.substr(equals + 1)));
}

}  // namespace

Variables parse_dotenv(std::string_view text, std::string_view file) {
    Variables found;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        parse_line(text.substr(0, end), fmt::format("{}:{}", file, number), found);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

Variables load_dotenv(const std::string& file) {
    if (!std::filesystem::exists(file))
        return {};
    std::ifstream stream(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    if (!stream || std::filesystem::is_directory(file))
        throw std::runtime_error(fmt::format("{}: can't be read", file));
    return parse_dotenv(text, file);
}

}  // namespace aether::server
