// SPDX-License-Identifier: MIT
// The server's log: one JSON object a line on standard output.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/log.hpp>

namespace aether::server {

using migrate::LogLevel;

/// Returns the level with this name: "debug", "info", "warning", "error".
std::optional<LogLevel> find_log_level(std::string_view name) noexcept;

/// Writes records at or above a level. Threads: any.
class JsonLog {
public:
    /// Sets the level from which on records are written. Call it before other threads use the log.
    void set_level(LogLevel least) noexcept { least_ = least; }

    /// Writes a record in the library's form. A reader of the log that is gone ends nothing.
    void write(const migrate::LogRecord& record);

    /// Writes a record of now. What looks like a password in the message is masked.
    void write(LogLevel level, std::string event, std::string_view message,
               std::vector<migrate::LogField> fields = {});

private:
    LogLevel least_ = LogLevel::info;
    std::mutex writing_;
};

}  // namespace aether::server
