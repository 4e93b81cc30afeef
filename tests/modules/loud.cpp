// SPDX-License-Identifier: MIT
// No driver at all, and code that runs as soon as the file is loaded: it shows that it was not.
#include <unistd.h>

#include <string_view>

namespace {

[[gnu::constructor]] void run() {
    constexpr std::string_view kText = "foreign code ran\n";
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, kText.data(), kText.size());
}

}  // namespace
