// SPDX-License-Identifier: MIT
// The list of the databases that this library is built with: one line a driver.
#include "all.hpp"

#include <array>

#include "postgres/driver.hpp"

namespace aether::migrate::drivers {

namespace {

constexpr std::array kAll{
    &postgres::kDriver,
};

}  // namespace

std::span<const spi::DriverInfo* const> all_drivers() {
    return kAll;
}

}  // namespace aether::migrate::drivers
