// SPDX-License-Identifier: MIT
// Reads the name of a migration file: its version, title and direction.
#include "file_name.hpp"

namespace aether::migrate {

std::optional<FileName> parse_file_name(std::string_view name) noexcept {
    const std::size_t underscore = name.find_first_not_of("0123456789");
    if (underscore == std::string_view::npos || underscore == 0 || name[underscore] != '_' ||
        name.find('\n') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = name.substr(underscore + 1);
    const std::size_t up = rest.rfind(".up.");
    const std::size_t down = rest.rfind(".down.");
    if (up == std::string_view::npos && down == std::string_view::npos) {
        return std::nullopt;
    }
    // Adding 1 turns "absent" into 0, the smallest.
    const bool is_up = up + 1 > down + 1;
    FileName file;
    file.version = parse_version(name.substr(0, underscore));
    file.direction = is_up ? Direction::up : Direction::down;
    file.title_begin = underscore + 1;
    file.title_size = is_up ? up : down;
    return file;
}

}  // namespace aether::migrate
