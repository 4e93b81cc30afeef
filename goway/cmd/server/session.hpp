// SPDX-License-Identifier: MIT
// A short look into the database beside the migrations: connect, ask, close.
#pragma once

#include <memory>
#include <string>

struct pg_conn;

namespace aether::server {

/// One connection that only reads. Threads: one at a time.
class Session {
public:
    /// Connects as migrations do by the same URL: the keys that only they know (x-…) are left out.
    /// Waits at most 5 s for the server. Throws std::runtime_error with no secret in it.
    explicit Session(const std::string& database_url);

    /// Returns the server's version as 150020 for 15.20.
    int server_version() const;

    /// Returns the first value of the first row; nothing in it is an empty text. The server ends a query
    /// after 5 s. Throws std::runtime_error.
    std::string value_of(const char* query);

private:
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };
    std::unique_ptr<pg_conn, Close> connection_;
};

}  // namespace aether::server
