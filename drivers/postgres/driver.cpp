// SPDX-License-Identifier: MIT
// The PostgreSQL driver as the engine takes it.
#include "driver.hpp"

#include <libpq-fe.h>
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/borrowed.hpp>
#include <aether/migrate/url.hpp>

#include "borrowed.hpp"
#include "connection.hpp"
#include "parameters.hpp"
#include "scratch.hpp"

namespace aether::migrate::postgres {

namespace {

// scratch://NAME?x-…: the server's own URL with the parameters of the given one.
std::string url_of_scratch(const Url& url) {
    std::string found = scratch::url(url.host());
    const std::string& text = url.reveal();
    if (const auto query = text.find('?'); query != std::string::npos) {
        found.push_back('&');
        found.append(text, query + 1);
    }
    return found;
}

spi::Opened open(std::string_view text, const spi::Wait& wait) {
    Url url = Url::parse(text);
    require_authority(url);
    if (url.scheme() == "scratch") {
        url = Url::parse(url_of_scratch(url));
    }
    Parameters parameters = read_parameters(url);
    spi::Opened opened;
    opened.settings = parameters.settings;
    opened.connection = std::make_unique<PostgresConnection>(std::move(parameters), wait);
    return opened;
}

// For the questions that are asked before an operation.
constexpr std::chrono::seconds kAdoptLimit{30};

spi::Opened adopt(const BorrowedConnection& borrowed, const spi::Wait& wait) {
    spi::check_borrowed(borrowed, reinterpret_cast<void (*)()>(&PQlibVersion), "libpq");
    auto* const handle = static_cast<PGconn*>(borrowed.handle);
    require_idle(handle);
    const auto limit = std::chrono::steady_clock::now() + kAdoptLimit;
    const spi::Wait bounded{wait.stop, std::min(wait.deadline.value_or(limit), limit)};
    const Parameters parameters = parameters_of(handle, borrowed);
    spi::Opened opened;
    opened.settings = parameters.settings;
    opened.connection = std::make_unique<PostgresConnection>(handle, parameters, bounded);
    opened.reopen = [parameters](const spi::Wait& asked) {
        return std::make_unique<PostgresConnection>(parameters, asked);
    };
    return opened;
}

std::string client_library() {
    constexpr int kMajor = 10000;
    return fmt::format("libpq {}.{}", PQlibVersion() / kMajor, PQlibVersion() % kMajor);
}

constexpr spi::ScratchServers kScratch{scratch::list, scratch::url, scratch::stop, scratch::drop};

}  // namespace

constinit const spi::DriverInfo kDriver{"postgres", kSchemes, open, &kScratch, client_library, adopt};

}  // namespace aether::migrate::postgres
