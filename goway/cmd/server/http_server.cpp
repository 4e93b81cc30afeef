// SPDX-License-Identifier: MIT
// The HTTP side: connections, limits and the form of requests and answers; what they say is a handler's.
#include "http_server.hpp"

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "json_log.hpp"

namespace aether::server {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kThreads = 8;
constexpr std::size_t kLargestBody = 65'536;
constexpr auto kPatience = 5s;

// httplib would set SO_REUSEPORT, with which a second server shares the port without an error.
void set_socket_options(int socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

std::string error_body(std::string_view text) {
    return nlohmann::json{{"error", text}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
}

// What httplib refuses by itself: no such method, a body or a line that is too long, a bad request.
void fill_refusal(const httplib::Request& /*request*/, httplib::Response& response) {
    if (response.body.empty())
        response.set_content(error_body(response.status == 413 ? "the body is too large" : "bad request"),
                             "application/json");
}

}  // namespace

struct HttpServer::Inside {
    Inside(HttpOptions chosen, JsonLog& used) : options(std::move(chosen)), log(used) {}

    void answer(const httplib::Request& request, httplib::Response& response) {
        Answer answer;
        try {
            answer = options.handler(request.method, request.path);
        } catch (const std::exception& error) {
            log.write(LogLevel::error, "request_failed", error.what(), {{"path", request.path}});
            answer = {500, "application/json", error_body("internal error; the log has more"), {}};
        }
        response.status = answer.status;
        for (const auto& [name, value] : answer.headers)
            response.set_header(name, value);
        response.set_content(answer.body, answer.type);
    }

    void configure() {
        server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
        server.set_socket_options(set_socket_options);
        server.set_keep_alive_max_count(1);
        server.set_keep_alive_timeout(kPatience / 1s);
        server.set_read_timeout(kPatience);
        server.set_write_timeout(kPatience);
        server.set_payload_max_length(kLargestBody);
        server.set_default_headers({{"Cache-Control", "no-store"},
                                    {"Referrer-Policy", "no-referrer"},
                                    {"X-Content-Type-Options", "nosniff"}});
        const auto any = [this](const httplib::Request& request, httplib::Response& response) {
            answer(request, response);
        };
        // A body is read before its handler is called; unread it would tear the connection down.
        constexpr const char* kEverything = ".*";
        server.Get(kEverything, any).Post(kEverything, any).Put(kEverything, any);
        server.Patch(kEverything, any).Delete(kEverything, any).Options(kEverything, any);
        server.set_error_handler(fill_refusal);
        server.set_logger([this](const httplib::Request& request, const httplib::Response& response) {
            log.write(LogLevel::debug, "request", fmt::format("{} {}", request.method, request.path),
                      {{"status", std::int64_t{response.status}}});
        });
    }

    void serve() {
        server.listen_after_bind();
        served = true;
        if (!ending)
            options.on_lost();
    }

    HttpOptions options;
    JsonLog& log;
    httplib::Server server;
    std::atomic<bool> ending = false;
    std::atomic<bool> served = false;
    std::thread listener;
};

HttpServer::HttpServer(HttpOptions options, JsonLog& log)
    : inside_(std::make_unique<Inside>(std::move(options), log)) {
    const HttpOptions& chosen = inside_->options;
    inside_->configure();
    if (!inside_->server.bind_to_port(chosen.address, chosen.port)) {
        throw std::runtime_error(
            fmt::format("can't listen on {} port {}: another program has it, or this "
                        "user may not; choose PORT or LISTEN_ADDRESS",
                        chosen.address, chosen.port));
    }
    inside_->listener = std::thread([inside = inside_.get()] { inside->serve(); });
}

HttpServer::~HttpServer() {
    inside_->ending = true;
    // httplib forgets a stop() that comes before its thread has begun to accept.
    while (!inside_->server.is_running() && !inside_->served)
        std::this_thread::sleep_for(1ms);
    inside_->server.stop();
    inside_->listener.join();
}

}  // namespace aether::server
