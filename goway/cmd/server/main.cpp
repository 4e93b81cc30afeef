// SPDX-License-Identifier: MIT
// Aether's server: reads its settings, migrates the database, then serves until it is told to end.
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <aether/migrate/error.hpp>
#include <aether/migrate/log.hpp>
#include <aether/migrate/version.hpp>

#include "config.hpp"
#include "http_server.hpp"
#include "json_log.hpp"
#include "migrate_at_start.hpp"
#include "routes.hpp"
#include "stop_requests.hpp"
#include "usage.hpp"

namespace aether::server {

namespace {

constexpr int kFailure = 1;
constexpr int kUsageError = 2;

int status_when_cut_off(StopCause cause) {
    constexpr int kInterrupted = 130;
    constexpr int kTerminated = 143;
    return cause == StopCause::interrupted ? kInterrupted : kTerminated;
}

std::string_view text_of(StopCause cause) {
    switch (cause) {
        case StopCause::none:
            return "nobody asked";
        case StopCause::interrupted:
            return "SIGINT";
        case StopCause::terminated:
            return "SIGTERM";
        case StopCause::listener_lost:
            return "the HTTP server takes no connections any more";
    }
    return {};
}

int serve(const Config& config, JsonLog& log, StopRequests& stop) {
    Routes routes(migration_options(config), log);
    // Before the migrations: a port that is taken must change nothing, and probes must see a long one live.
    const HttpServer server(
        {config.address, config.port,
         [&routes](std::string_view method, std::string_view path) { return routes.answer(method, path); },
         [&stop] { stop.request(StopCause::listener_lost); }},
        log);
    if (migrate_at_start(config, log, stop.tokens()) == StartEnd::stopped) {
        log.write(LogLevel::warning, "stopped", "stopped before the schema was there");
        return stop.cause() == StopCause::listener_lost ? kFailure : status_when_cut_off(stop.cause());
    }
    routes.set_started();
    log.write(LogLevel::info, "serving", "GET /health, /ready, /schema and /",
              {{"address", config.address}, {"port", std::int64_t{config.port}}});
    stop.wait();
    log.write(LogLevel::info, "stopping", text_of(stop.cause()));
    return stop.cause() == StopCause::listener_lost ? kFailure : 0;
}

int run(JsonLog& log) {
    StopRequests stop;
    const Config config = read_config(load_variables());
    log.set_level(config.log_level);
    log.write(LogLevel::info, "starting", "Aether's server: the vehicle of its schema",
              {{"aether_migrate", std::string(migrate::library_version())},
               {"migrations", config.migrations_path.empty() ? "embedded" : config.migrations_path}});
    const int status = serve(config, log, stop);
    log.write(LogLevel::info, "ended", "all requests are answered", {{"status", std::int64_t{status}}});
    return status;
}

}  // namespace

int run_server(int count, char** values) {
    if (count > 1)
        return print_usage(values[1]) ? 0 : kUsageError;
    JsonLog log;
    try {
        return run(log);
    } catch (const migrate::Error& error) {
        log.write(migrate::log_record(error));
    } catch (const std::exception& error) {
        log.write(LogLevel::error, "error", error.what());
    }
    return kFailure;
}

}  // namespace aether::server

int main(int count, char** values) {
    return aether::server::run_server(count, values);
}
