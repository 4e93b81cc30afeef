// SPDX-License-Identifier: MIT
// The numbers and answers that several commands read.
#include "arguments.hpp"

#include <unistd.h>

#include <aether/migrate/error.hpp>

namespace aether::migrate::cli {

std::optional<std::uint64_t> read_limit(const std::vector<std::string>& arguments) {
    if (arguments.empty())
        return std::nullopt;
    const std::optional<Version> number = parse_version(arguments.front());
    if (!number)
        throw Error(ErrorCode::invalid_argument, "can't read limit argument N");
    return static_cast<std::uint64_t>(number->number);
}

const std::string& need_version(const std::vector<std::string>& arguments) {
    if (arguments.empty())
        throw Error(ErrorCode::invalid_argument, "please specify version argument V");
    return arguments.front();
}

bool read_yes(const Signals& signals) {
    std::string line;
    char character = 0;
    while (true) {
        if (!signals.wait_for_input())
            throw Error(ErrorCode::cancelled, "stopped at the question");
        if (read(STDIN_FILENO, &character, 1) != 1 || character == '\n')
            break;
        line.push_back(character);
        constexpr std::size_t kLongestAnswer = 1000;
        if (line.size() > kLongestAnswer)
            return false;
    }
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos)
        return false;
    const auto end = line.find_first_of(" \t\r", begin);
    const std::string word = line.substr(begin, end == std::string::npos ? end : end - begin);
    return word == "y" || word == "Y";
}

}  // namespace aether::migrate::cli
