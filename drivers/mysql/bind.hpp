// SPDX-License-Identifier: MIT
// Writes values into statements so that they can't be anything but values.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::mysql {

/// Returns a value as SQL text that means the same whatever sql_mode and character set a file has left
/// behind: NULL; a canonical integer as it is; plain ASCII in single quotes; anything else as hexadecimal
/// digits with the character set utf8mb4. Prepared statements would not do: the server converts their values
/// from the session's character set too, and they can't travel several in one message.
std::string literal(const spi::Value& value);

/// Returns a statement with a value in the place of each `?` outside of quotes, without the semicolon that
/// may close it. Throws Error (internal) when there are more or fewer marks than values.
std::string bind(const spi::BoundStatement& statement);

}  // namespace aether::migrate::mysql
