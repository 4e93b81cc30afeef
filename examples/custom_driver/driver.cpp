// SPDX-License-Identifier: MIT
// The driver as the engine takes it: tiny:///path/to/file.db, with ?mode=ro for looking only.
#include "driver.hpp"

#include <sqlite3.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <aether/migrate/spi/parameters.hpp>
#include <aether/migrate/url.hpp>

#include "connection.hpp"

namespace tiny {

namespace {

namespace migrate = aether::migrate;

constexpr std::array<std::string_view, 1> kSchemes{"tiny"};

spi::Opened open(std::string_view text, const spi::Wait&) {
    const migrate::Url url = migrate::Url::parse(text);
    if (!url.host().empty() || url.path().empty())
        throw migrate::Error(migrate::ErrorCode::invalid_url, "write it as tiny:///path/to/file.db");
    const bool read_only = url.find("mode") == "ro";
    const int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    spi::Opened opened;
    opened.settings = spi::read_settings(url);
    opened.connection = std::make_unique<TinyConnection>(url.path(), flags);
    return opened;
}

std::string client_library() {
    return std::string("SQLite ") + sqlite3_libversion();
}

}  // namespace

const spi::DriverInfo kDriver{
    .name = "tiny", .schemes = kSchemes, .open = open, .client_library = client_library};

}  // namespace tiny
