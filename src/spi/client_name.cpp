// SPDX-License-Identifier: MIT
// Who runs this process, for what is kept in a database.
#include <aether/migrate/spi/client_name.hpp>

#include <pwd.h>
#include <unistd.h>

#include <array>

#include <fmt/format.h>

namespace aether::migrate::spi {

std::string client_name() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0)
        host[0] = '\0';
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return fmt::format("{}@{}", found != nullptr ? found->pw_name : std::to_string(geteuid()), host.data());
}

}  // namespace aether::migrate::spi
