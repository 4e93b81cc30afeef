// SPDX-License-Identifier: MIT
// What the environment tells the server, checked before anything is opened.
#include "config.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/limits.hpp>
#include <aether/migrate/url.hpp>

namespace aether::server {

namespace {

constexpr std::array<const char*, 7> kNames{"DATABASE_URL",  "MIGRATIONS_PATH", "MIGRATIONS_AT_START",
                                            "DATABASE_WAIT", "LISTEN_ADDRESS",  "PORT",
                                            "LOG_LEVEL"};
constexpr std::array<std::pair<std::string_view, migrate::WhoMigrates>, 3> kAtStart{{
    {"migrate", migrate::WhoMigrates::migrate},
    {"verify", migrate::WhoMigrates::verify_only},
    {"wait", migrate::WhoMigrates::wait},
}};

/// Reads one variable after the other and keeps what is wrong with them.
class Reader {
public:
    explicit Reader(const Variables& variables) : variables_(variables) {}

    std::optional<std::string> find(std::string_view name) const {
        const auto found = variables_.find(name);
        return found == variables_.end() || found->second.empty() ? std::nullopt
                                                                  : std::optional(found->second);
    }
    void refuse(std::string_view name, std::string_view why) {
        faults_.push_back(fmt::format("{}: {}", name, why));
    }
    void finish() const {
        if (!faults_.empty())
            throw std::runtime_error(fmt::format("{}", fmt::join(faults_, "; ")));
    }

private:
    const Variables& variables_;
    std::vector<std::string> faults_;
};

void read_database_url(Reader& reader, Config& config) {
    const auto text = reader.find("DATABASE_URL");
    if (!text) {
        reader.refuse("DATABASE_URL",
                      "not set; write it into the environment or into .env, as "
                      "postgres://postgres:postgres@localhost:5432/aether?sslmode=disable");
        return;
    }
    try {
        const std::string scheme = migrate::Url::parse(*text).scheme();
        if (scheme != "postgres" && scheme != "postgresql")
            reader.refuse("DATABASE_URL", "Aether needs PostgreSQL: the URL begins with postgres://");
    } catch (const migrate::Error& error) {
        reader.refuse("DATABASE_URL", error.what());
    }
    config.database_url = *text;
}

void read_port(Reader& reader, Config& config) {
    const auto text = reader.find("PORT");
    if (!text)
        return;
    const char* end = text->data() + text->size();
    const auto [stop, fault] = std::from_chars(text->data(), end, config.port);
    if (fault != std::errc() || stop != end || config.port == 0)
        reader.refuse("PORT", fmt::format("\"{}\" is no port; it is a number from 1 to 65535", *text));
}

void read_address(Reader& reader, Config& config) {
    const auto text = reader.find("LISTEN_ADDRESS");
    if (!text)
        return;
    config.address = *text;
    in6_addr space{};
    if (inet_pton(AF_INET, text->c_str(), &space) != 1 && inet_pton(AF_INET6, text->c_str(), &space) != 1)
        reader.refuse("LISTEN_ADDRESS",
                      fmt::format("\"{}\" is no IP address, as 0.0.0.0, 127.0.0.1 or ::", *text));
}

void read_log_level(Reader& reader, Config& config) {
    const auto text = reader.find("LOG_LEVEL");
    if (!text)
        return;
    if (const auto level = find_log_level(*text))
        config.log_level = *level;
    else
        reader.refuse("LOG_LEVEL", fmt::format("\"{}\" is none of debug, info, warning, error", *text));
}

void read_database_wait(Reader& reader, Config& config) {
    const auto text = reader.find("DATABASE_WAIT");
    if (!text)
        return;
    const auto read = migrate::parse_limit(*text);
    if (const auto* wait = std::get_if<std::chrono::milliseconds>(&read))
        config.database_wait = *wait;
    else
        reader.refuse("DATABASE_WAIT", fmt::format("\"{}\" is no duration, as 30s, 1m30s or 0", *text));
}

void read_at_start(Reader& reader, Config& config) {
    const auto text = reader.find("MIGRATIONS_AT_START");
    if (!text)
        return;
    const auto* const found = std::ranges::find(kAtStart, *text, [](const auto& pair) { return pair.first; });
    if (found == kAtStart.end())
        reader.refuse("MIGRATIONS_AT_START", fmt::format("\"{}\" is none of migrate, verify, wait", *text));
    else
        config.who_migrates = found->second;
}

}  // namespace

Variables load_variables() {
    Variables variables;
    for (const char* name : kNames) {
        if (const char* value = std::getenv(name))
            variables.emplace(name, value);
    }
    variables.merge(load_dotenv(".env"));
    return variables;
}

Config read_config(const Variables& variables) {
    Config config;
    Reader reader(variables);
    read_database_url(reader, config);
    config.migrations_path = reader.find("MIGRATIONS_PATH").value_or("");
    read_at_start(reader, config);
    read_address(reader, config);
    read_port(reader, config);
    read_log_level(reader, config);
    read_database_wait(reader, config);
    reader.finish();
    return config;
}

}  // namespace aether::server
