// SPDX-License-Identifier: MIT
// The SQLite driver as the engine takes it.
#include "driver.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "connection.hpp"
#include "parameters.hpp"

namespace aether::migrate::sqlite {

namespace {

spi::Opened open(std::string_view text, const spi::Wait& wait) {
    Parameters parameters = read_parameters(text);
    spi::Opened opened;
    opened.settings = parameters.settings;
    opened.connection = std::make_unique<SqliteConnection>(std::move(parameters), wait);
    return opened;
}

std::string client_library() {
    return std::string("SQLite ") + sqlite3_libversion();
}

}  // namespace

constinit const spi::DriverInfo kDriver{"sqlite", kSchemes, open, nullptr, client_library};

}  // namespace aether::migrate::sqlite
