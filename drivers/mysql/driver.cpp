// SPDX-License-Identifier: MIT
// The MySQL and MariaDB driver as the engine takes it.
#include "driver.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <mysql.h>
#include <aether/migrate/spi/borrowed.hpp>

#include "borrowed.hpp"
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

// For the questions that are asked before an operation.
constexpr std::chrono::seconds kAdoptLimit{30};

spi::Opened adopt(const BorrowedConnection& borrowed, const spi::Wait& wait) {
    spi::check_borrowed(borrowed, reinterpret_cast<void (*)()>(&mysql_get_client_info), "libmariadb");
    auto* const handle = static_cast<MYSQL*>(borrowed.handle);
    require_idle(handle);
    const auto limit = std::chrono::steady_clock::now() + kAdoptLimit;
    const spi::Wait bounded{wait.stop, std::min(wait.deadline.value_or(limit), limit)};
    auto connection = std::make_unique<MysqlConnection>(handle, parameters_of(handle, borrowed), bounded);
    const Parameters parameters = connection->parameters();
    spi::Opened opened;
    opened.settings = parameters.settings;
    opened.connection = std::move(connection);
    opened.reopen = [parameters](const spi::Wait& asked) {
        return std::make_unique<MysqlConnection>(parameters, asked);
    };
    return opened;
}

std::string client_library() {
    return fmt::format("libmariadb {}", mysql_get_client_info());
}

}  // namespace

constinit const spi::DriverInfo kDriver{"mysql", kSchemes, open, nullptr, client_library, adopt};

}  // namespace aether::migrate::mysql
