// SPDX-License-Identifier: MIT
// Values and rows as our tables' statements carry them.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::history {

/// Returns the mark of the value with this number, counted from 1, in the dialect's way.
std::string placeholder(const spi::Dialect& dialect, std::size_t number);

/// A column and its value.
using ColumnValue = std::pair<std::string_view, spi::Value>;

/// Returns an INSERT of one row.
spi::BoundStatement insert_row(const std::string& table, std::vector<ColumnValue> columns,
                               const spi::Dialect& dialect);

/// Whether a database can store a text: UTF-8, without a zero byte, and ASCII where the database has another
/// encoding (which may lack any character beyond).
bool storable(std::string_view text, const spi::ServerFacts& facts);

/// Returns a moment in ISO 8601 and UTC, which every database reads in the same way.
std::string timestamp(std::chrono::system_clock::time_point moment);

}  // namespace aether::migrate::history
