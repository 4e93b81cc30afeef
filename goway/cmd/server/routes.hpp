// SPDX-License-Identifier: MIT
// Which paths there are, and what each answers.
#pragma once

#include <atomic>
#include <semaphore>
#include <string>
#include <string_view>

#include "http_server.hpp"
#include "schema.hpp"

namespace aether::server {

class JsonLog;

/// Answers GET and HEAD of /health, /ready, /schema and /. Threads: any.
///
/// /health says that the process lives, whatever the database does: who restarts the server by it does not
/// end a migration in the middle. /ready says that requests can be served: the schema of this build is there.
class Routes {
public:
    /// The log outlives the routes.
    Routes(migrate::Options options, JsonLog& log);

    Answer answer(std::string_view method, std::string_view path);

    /// Tells that the start is over: until then only /health answers 200.
    void set_started() noexcept { started_ = true; }

private:
    Answer look_up(std::string_view path);
    Answer page();

    const std::string database_url_;
    SchemaReader reader_;
    JsonLog& log_;
    std::atomic<bool> started_ = false;
    // Requests that ask the database; fewer than threads, so that /health always finds one.
    std::counting_semaphore<> lookups_{4};
};

}  // namespace aether::server
