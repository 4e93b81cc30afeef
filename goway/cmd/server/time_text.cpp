// SPDX-License-Identifier: MIT
// Points in time as the log and the answers write them.
#include "time_text.hpp"

#include <fmt/chrono.h>

namespace aether::server {

std::string time_text(std::chrono::system_clock::time_point time) {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       (milliseconds - seconds).count());
}

}  // namespace aether::server
