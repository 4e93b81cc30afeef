// SPDX-License-Identifier: MIT
// The list of the databases that this library knows: one line a driver.
#include "all.hpp"

#include <array>

#include "mysql/driver.hpp"
#include "postgres/driver.hpp"
#include "sqlite/driver.hpp"

namespace aether::migrate::drivers {

namespace {

// Only the constants of these headers are used: a driver itself may be a module.
constexpr std::array kKnown{
    KnownDriver{"mysql", mysql::kSchemes, "libmariadb3"},
    KnownDriver{"postgres", postgres::kSchemes, "libpq5"},
    KnownDriver{"sqlite", sqlite::kSchemes, "libsqlite3-0"},
};

}  // namespace

std::span<const KnownDriver> known_drivers() {
    return kKnown;
}

}  // namespace aether::migrate::drivers
