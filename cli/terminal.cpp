// SPDX-License-Identifier: MIT
// Where the program writes: golang-migrate's commands to stderr, with time stamps under -verbose.
#include "terminal.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

namespace aether::migrate::cli {

namespace {

void write_all(FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

std::string time_stamp() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y/%m/%d %H:%M:%S ", &local);
    return {text.data(), size};
}

}  // namespace

void Terminal::line(std::string_view text) const {
    std::string line = verbose() ? time_stamp() : std::string();
    line.append(text).push_back('\n');
    write_all(stderr, line);
}

void Terminal::detail(std::string_view text) const {
    if (verbose())
        line(text);
}

void Terminal::text(std::string_view text) const {
    write_all(stderr, text);
}

void Terminal::result(std::string_view text) const {
    write_all(stdout, std::string(text) + "\n");
}

}  // namespace aether::migrate::cli
