// SPDX-License-Identifier: MIT
// The data source name of go-sql-driver/mysql, on which golang-migrate's URLs stand: it is no URL.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aether::migrate::mysql {

/// The parts of `[user[:password]@][net[(addr)]]/dbname[?key=value&…]`, not yet checked for their meaning.
struct Dsn {
    std::string user;
    std::string password;
    std::string net;      ///< "tcp", "unix", or whatever stands there.
    std::string address;  ///< Of tcp always with its port.
    std::string database;
    /// As written, values too. A piece without "=" is left out, as go-sql-driver does.
    std::vector<std::pair<std::string, std::string>> parameters;
};

/// Parses as go-sql-driver 1.5.0 does: the last slash separates the database, the last "@" before it the
/// user, the user's first colon the password. Throws Error (invalid_url) with its texts, and shows nothing of
/// the text that may be a secret.
Dsn parse_dsn(std::string_view text);

/// Decodes %XX and "+" as Go's url.QueryUnescape does. `what` names the text in an error, for the text itself
/// may be a secret. Throws Error (invalid_url).
std::string query_unescape(std::string_view text, std::string_view what);

}  // namespace aether::migrate::mysql
