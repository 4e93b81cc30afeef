// SPDX-License-Identifier: MIT
// A module as a stranger makes it: two schemes, and no server behind them.
#include <aether/migrate/spi/module.hpp>

#include <array>

#include <aether/migrate/error.hpp>

namespace {

using aether::migrate::Error;
using aether::migrate::ErrorCode;

constexpr std::array<std::string_view, 2> kSchemes{"acme", "acme+tls"};

aether::migrate::spi::Opened open(std::string_view url, const aether::migrate::spi::Wait&) {
    throw Error(ErrorCode::connection_failed, "acme was asked for " + std::string(url));
}

std::string client_library() {
    return "acmelib 1.2";
}

constinit const aether::migrate::spi::DriverInfo kDriver{"acme", kSchemes, open, nullptr, client_library};

}  // namespace

AETHER_MIGRATE_DRIVER_MODULE(kDriver)
