// SPDX-License-Identifier: MIT
// The MySQL and MariaDB driver as the engine takes it.
#include "driver.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <mysql.h>

#include "connection.hpp"
#include "parameters.hpp"

namespace aether::migrate::mysql {

namespace {

spi::Opened open(std::string_view url, const spi::Wait& wait) {
    Parameters parameters = read_parameters(url);
    spi::Opened opened;
    opened.settings = parameters.settings;
    opened.connection = std::make_unique<MysqlConnection>(std::move(parameters), wait);
    return opened;
}

std::string client_library() {
    return fmt::format("libmariadb {}", mysql_get_client_info());
}

}  // namespace

constinit const spi::DriverInfo kDriver{"mysql", kSchemes, open, nullptr, client_library};

}  // namespace aether::migrate::mysql
