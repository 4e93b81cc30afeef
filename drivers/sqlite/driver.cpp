// SPDX-License-Identifier: MIT
// The SQLite driver as the engine takes it.
#include "driver.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>
#include <aether/migrate/spi/borrowed.hpp>

#include "borrowed.hpp"
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

spi::Opened adopt(const BorrowedConnection& borrowed, const spi::Wait& wait) {
    spi::check_borrowed(borrowed, reinterpret_cast<void (*)()>(&sqlite3_libversion), "SQLite");
    auto* const handle = static_cast<sqlite3*>(borrowed.handle);
    Parameters parameters = parameters_of(handle, borrowed);
    spi::Opened opened;
    opened.settings = parameters.settings;
    opened.connection = std::make_unique<SqliteConnection>(handle, std::move(parameters), wait);
    return opened;
}

std::string client_library() {
    return std::string("SQLite ") + sqlite3_libversion();
}

}  // namespace

constinit const spi::DriverInfo kDriver{"sqlite", kSchemes, open, nullptr, client_library, adopt};

}  // namespace aether::migrate::sqlite
