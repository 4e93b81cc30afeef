// SPDX-License-Identifier: MIT
// The name of the database file in a URL, as golang-migrate's users wrote it.
#include "file_name.hpp"

#include <sys/stat.h>

#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::sqlite {

namespace {

constexpr std::string_view kMemory = ":memory:";
constexpr std::string_view kFile = "file:";

[[noreturn]] void refuse(std::string message) {
    ErrorDetails details;
    details.code = ErrorCode::invalid_url;
    details.message = std::move(message);
    details.next = "write sqlite3://FOLDER/FILE.db, or sqlite3:///FOLDER/FILE.db from the root on";
    throw Error(std::move(details));
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    const int letter = std::tolower(static_cast<unsigned char>(digit));
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string decode(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain.push_back(text[at]);
            continue;
        }
        const std::string_view escape = text.substr(at, 3);
        if (escape.size() < 3 || hex_value(escape[1]) < 0 || hex_value(escape[2]) < 0)
            refuse(fmt::format("invalid URL escape \"{}\"", escape));
        plain.push_back(static_cast<char>(hex_value(escape[1]) * 16 + hex_value(escape[2])));
        at += 2;
    }
    if (plain.find('\0') != std::string::npos)
        refuse("a zero byte in the name of the database file");
    return plain;
}

// Go's URL.String() escapes what may not stand in a path and leaves escapes as they are; golang-migrate takes
// the result for a file's name.
std::string as_golang_migrate_reads(std::string_view text) {
    std::string name;
    for (const char byte : text) {
        const auto code = static_cast<unsigned char>(byte);
        if (code <= 0x20 || code >= 0x7f ||
            std::string_view("\"<>\\^`{|}").find(byte) != std::string_view::npos)
            name += fmt::format("%{:02X}", code);
        else
            name.push_back(byte);
    }
    return name;
}

bool exists(const std::string& path) {
    struct stat facts{};
    return stat(path.c_str(), &facts) == 0;
}

// "///abs" and "//localhost/abs" as SQLite's own URIs have them.
std::string_view without_authority(std::string_view path) {
    if (!path.starts_with("//"))
        return path;
    const std::size_t slash = path.find('/', 2);
    const std::string_view host = path.substr(2, slash == std::string_view::npos ? slash : slash - 2);
    if (!host.empty() && host != "localhost")
        refuse(fmt::format("invalid uri authority: {}", host));
    return slash == std::string_view::npos ? std::string_view() : path.substr(slash);
}

}  // namespace

FileName read_file_name(std::string_view text) {
    const bool uri = text.starts_with(kFile);
    const std::string_view raw = uri ? without_authority(text.substr(kFile.size())) : text;
    FileName name;
    name.path = decode(raw);
    if (name.path.empty())
        refuse("no database file in the URL");
    if (name.path == kMemory) {
        name.memory = true;
        return name;
    }
    if (!uri && !exists(name.path)) {
        if (std::string other = as_golang_migrate_reads(raw); other != name.path && exists(other))
            name.path = std::move(other);
    }
    return name;
}

std::string to_uri(const std::string& path, const std::string& query) {
    std::string uri(kFile);
    for (const char byte : path) {
        const auto code = static_cast<unsigned char>(byte);
        if (std::isalnum(code) != 0 || std::string_view("/-_.~").find(byte) != std::string_view::npos)
            uri.push_back(byte);
        else
            uri += fmt::format("%{:02X}", code);
    }
    return query.empty() ? uri : uri + "?" + query;
}

}  // namespace aether::migrate::sqlite
