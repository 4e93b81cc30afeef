// SPDX-License-Identifier: MIT
// Values and rows as our tables' statements carry them.
#include "row.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "../base/utf8.hpp"

namespace aether::migrate::history {

std::string placeholder(const spi::Dialect& dialect, std::size_t number) {
    return dialect.placeholder == spi::Placeholder::dollar_number ? "$" + std::to_string(number) : "?";
}

bool storable(std::string_view text, const spi::ServerFacts& facts) {
    if (find_utf8_fault(text) || text.find('\0') != std::string_view::npos)
        return false;
    return facts.unicode || std::all_of(text.begin(), text.end(),
                                        [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

std::string timestamp(std::chrono::system_clock::time_point moment) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(moment - seconds).count();
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06}+00:00",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), micros);
}

spi::BoundStatement insert_row(const std::string& table, std::vector<ColumnValue> columns,
                               const spi::Dialect& dialect) {
    spi::BoundStatement statement;
    std::string names;
    std::string marks;
    for (auto& [column, value] : columns) {
        names.append(names.empty() ? "" : ", ").append(column);
        statement.values.push_back(std::move(value));
        marks.append(marks.empty() ? "" : ", ").append(placeholder(dialect, statement.values.size()));
    }
    statement.sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, names, marks);
    return statement;
}

}  // namespace aether::migrate::history
