// SPDX-License-Identifier: MIT
// drivers: lists the databases that can be opened, and what is missing for the others.
#include <aether/migrate/drivers.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"

namespace aether::migrate::cli {

namespace {

constexpr std::size_t kColumns = 5;
using Row = std::array<std::string, kColumns>;

std::string remark_on(const Driver& driver) {
    switch (driver.state) {
        case DriverState::built_in:
            return {};
        case DriverState::module:
            return driver.file;
        case DriverState::missing:
            return fmt::format("apt-get install {}", driver.package);
        case DriverState::broken:
            return driver.problem;
    }
    return {};
}

Row row_of(const Driver& driver) {
    return {driver.name, std::string(name_of(driver.state)),
            driver.client_library.empty() ? "-" : driver.client_library,
            driver.schemes.empty() ? "-" : fmt::format("{}", fmt::join(driver.schemes, ",")),
            remark_on(driver)};
}

// Columns as wide as their widest cell, two blanks apart.
std::vector<std::string> laid_out(const std::vector<Row>& rows) {
    std::array<std::size_t, kColumns> widths{};
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < kColumns; ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::vector<std::string> lines;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < kColumns; ++column) {
            line += fmt::format("{:<{}}  ", row[column], widths[column]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

int run_drivers(Context& context, const ParsedFlags& flags) {
    if (!flags.arguments().empty())
        throw Error(ErrorCode::invalid_argument, "drivers takes no argument");
    std::vector<Row> rows;
    for (const Driver& driver : list_drivers()) {
        rows.push_back(row_of(driver));
    }
    for (const std::string& line : laid_out(rows)) {
        context.terminal().result(line);
    }
    return kSuccess;
}

}  // namespace aether::migrate::cli
