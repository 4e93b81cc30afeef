// SPDX-License-Identifier: MIT
// The HTTP side: connections, limits and the form of requests and answers; what they say is a handler's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aether::server {

class JsonLog;

/// What goes back to a client.
struct Answer {
    int status = 200;
    std::string type;  ///< Media type of the body.
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers a request by its method and its path without the query. Called by several threads at once.
using Handler = std::function<Answer(std::string_view method, std::string_view path)>;

/// Where to listen, and what to call.
struct HttpOptions {
    std::string address;
    std::uint16_t port = 0;
    Handler handler;
    std::function<void()> on_lost;  ///< Called once, by a thread of the server, when it ends by itself.
};

/// Serves from its construction to its end.
///
/// A connection carries one request and is closed: no idle client holds one of the threads. Requests have at
/// most 64 KiB of body; each read and each write may take 5 seconds.
class HttpServer {
public:
    /// Throws std::runtime_error when the address can't be had; both options and log outlive the server.
    HttpServer(HttpOptions options, JsonLog& log);

    /// Takes no more connections, and returns when all requests that came in are answered.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace aether::server
