// SPDX-License-Identifier: MIT
// A module whose client library is not installed.
#include <aether/migrate/spi/module.hpp>

int answer_of_absent_library();

namespace {

aether::migrate::spi::Opened open(std::string_view, const aether::migrate::spi::Wait&) {
    answer_of_absent_library();
    return {};
}

constinit const aether::migrate::spi::DriverInfo kDriver{"postgres", {}, open};

}  // namespace

AETHER_MIGRATE_DRIVER_MODULE(kDriver)
