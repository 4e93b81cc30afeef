// SPDX-License-Identifier: MIT
// The PostgreSQL driver as the engine takes it.
#include "driver.hpp"

#include <libpq-fe.h>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

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

std::string client_library() {
    constexpr int kMajor = 10000;
    return fmt::format("libpq {}.{}", PQlibVersion() / kMajor, PQlibVersion() % kMajor);
}

constexpr spi::ScratchServers kScratch{scratch::list, scratch::url, scratch::stop, scratch::drop};

}  // namespace

constinit const spi::DriverInfo kDriver{"postgres", kSchemes, open, &kScratch, client_library};

}  // namespace aether::migrate::postgres
