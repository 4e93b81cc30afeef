// SPDX-License-Identifier: MIT
// Reads the x- parameters that golang-migrate's drivers share, for the authors of drivers.
#pragma once

#include <cstdint>
#include <string_view>

#include <aether/migrate/export.hpp>
#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::spi {

/// Reads a bool as Go's strconv.ParseBool does: 1 t T TRUE true True 0 f F FALSE false False.
/// Throws Error (invalid_url): `unable to parse option NAME: strconv.ParseBool: parsing "yes": invalid
/// syntax`.
AETHER_MIGRATE_EXPORT bool parse_bool(std::string_view name, std::string_view text);

/// Reads a decimal integer with an optional sign, as Go's strconv.Atoi does.
/// Throws Error (invalid_url), with the parameter's name in front of golang-migrate's text.
AETHER_MIGRATE_EXPORT std::int64_t parse_integer(std::string_view name, std::string_view text);

/// Reads x-migrations-table, x-migrations-table-quoted, x-multi-statement, x-multi-statement-max-size,
/// x-statement-timeout (milliseconds as golang-migrate's, or a duration), x-table-lock-timeout, x-retry-for,
/// x-idle-timeout, x-client-check-interval (durations, see parse_limit) and x-history. An empty value counts
/// as none. Other x- parameters are ignored, as in golang-migrate. Throws Error (invalid_url).
AETHER_MIGRATE_EXPORT Settings read_settings(const Url& url);

}  // namespace aether::migrate::spi
