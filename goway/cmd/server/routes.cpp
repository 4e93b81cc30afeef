// SPDX-License-Identifier: MIT
// Which paths there are, and what each answers.
#include "routes.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "catalog.hpp"
#include "json_log.hpp"
#include "page.hpp"
#include "time_text.hpp"

namespace aether::server {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kPaths{"/", "/health", "/ready", "/schema"};

Answer json_answer(int status, const Json& body) {
    return {status, "application/json", body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", {}};
}

Answer refusal(int status, std::string_view text) {
    return json_answer(status, {{"error", text}});
}

Answer try_again(std::string_view text) {
    Answer answer = refusal(503, text);
    answer.headers.emplace_back("Retry-After", "1");
    return answer;
}

std::string make_nonce() {
    std::random_device random;
    std::string nonce;
    for (int part = 0; part < 4; ++part)
        nonce += fmt::format("{:08x}", static_cast<std::uint32_t>(random()));
    return nonce;
}

}  // namespace

Routes::Routes(migrate::Options options, JsonLog& log)
    : database_url_(options.database), reader_(std::move(options)), log_(log) {}

Answer Routes::answer(std::string_view method, std::string_view path) {
    if (std::ranges::find(kPaths, path) == kPaths.end())
        return refusal(404, fmt::format("there is nothing at {}", path));
    if (method != "GET" && method != "HEAD") {
        Answer answer = refusal(405, fmt::format("{} takes GET and HEAD alone", path));
        answer.headers.emplace_back("Allow", "GET, HEAD");
        return answer;
    }
    if (path == "/health")
        return json_answer(200,
                           {{"status", "ok"}, {"timestamp", time_text(std::chrono::system_clock::now())}});
    if (!started_)
        return try_again("the server is starting: the schema is not known to be there yet");
    if (!lookups_.try_acquire())
        return try_again("too many requests ask the database at once");
    Answer answer;
    try {
        answer = look_up(path);
    } catch (const std::exception& error) {
        log_.write(LogLevel::warning, "database_unreachable", error.what());
        answer = try_again(error.what());
    }
    lookups_.release();
    return answer;
}

Answer Routes::look_up(std::string_view path) {
    if (path == "/")
        return page();
    const Schema schema = reader_.read();
    if (path == "/schema")
        return {200, "application/json", to_json(schema), {}};
    if (const auto why = why_not_ready(schema.status))
        return try_again(*why);
    Json body{{"status", "ready"}};
    if (schema.status.state.version)
        body["version"] = schema.status.state.version->number;
    return json_answer(200, body);
}

Answer Routes::page() {
    const std::string nonce = make_nonce();
    Answer answer{
        200, "text/html; charset=utf-8", make_page(reader_.read(), load_tables(database_url_), nonce), {}};
    answer.headers.emplace_back(
        "Content-Security-Policy",
        fmt::format("default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; base-uri 'none'; "
                    "form-action 'none'; frame-ancestors 'none'",
                    nonce));
    return answer;
}

}  // namespace aether::server
