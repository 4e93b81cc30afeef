// SPDX-License-Identifier: MIT
// The server's log: one JSON object a line on standard output.
#include "json_log.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

#include <aether/migrate/url.hpp>

namespace aether::server {

std::optional<LogLevel> find_log_level(std::string_view name) noexcept {
    for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
        if (migrate::name_of(level) == name)
            return level;
    }
    return std::nullopt;
}

void JsonLog::write(const migrate::LogRecord& record) {
    if (record.level < least_)
        return;
    const std::string line = migrate::to_json(record) + "\n";
    const std::lock_guard lock(writing_);
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

void JsonLog::write(LogLevel level, std::string event, std::string_view message,
                    std::vector<migrate::LogField> fields) {
    write({std::chrono::system_clock::now(), level, std::move(event), migrate::redact(message),
           std::move(fields)});
}

}  // namespace aether::server
