// SPDX-License-Identifier: MIT
// All that a database URL says: how to connect, what to set for the session, and the x- parameters.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::mysql {

/// Whether the session is encrypted, and who the server must be.
enum class Tls {
    off,
    preferred,    ///< When the server can; it may be anybody.
    skip_verify,  ///< Always; it may be anybody.
    verify        ///< Always, and its certificate must be signed and carry its name.
};

/// All that a URL says. Texts are decoded.
struct Parameters {
    std::string user;
    std::string password;
    std::string host;    ///< Empty with a socket.
    unsigned port = 0;   ///< 0 with a socket.
    std::string socket;  ///< Path of a Unix socket, or empty.
    std::string database;
    Tls tls = Tls::off;
    std::string tls_ca;    ///< Path of a PEM file; empty: the system's certificates.
    std::string tls_cert;  ///< Path; both or none.
    std::string tls_key;
    bool cleartext_password = false;
    std::vector<std::string> charsets;  ///< The first one that the server knows counts; none: utf8mb4.
    std::string collation;              ///< Empty: the character set's own.
    /// Variables of the server and the SQL text of their values.
    std::vector<std::pair<std::string, std::string>> variables;
    std::optional<std::chrono::milliseconds> connect_timeout;
    bool takes_lock = true;  ///< x-no-lock
    spi::Settings settings;
};

/// Reads a URL of one of our schemes. Throws Error (invalid_url).
Parameters read_parameters(std::string_view url);

}  // namespace aether::migrate::mysql
