// SPDX-License-Identifier: MIT
// What drivers ask of a connection of the caller's before they use it.
#include <aether/migrate/spi/borrowed.hpp>

#include <string>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::spi {

namespace {

[[noreturn]] void refuse(ErrorCode code, std::string message, std::string_view next) {
    ErrorDetails details;
    details.code = code;
    details.message = std::move(message);
    details.state = "nothing was changed";
    details.next = next;
    throw Error(std::move(details));
}

}  // namespace

void check_borrowed(const BorrowedConnection& connection, void (*own)(), std::string_view client) {
    if (connection.handle == nullptr)
        refuse(ErrorCode::invalid_argument, "the connection that was handed over is a null pointer",
               "open it first");
    if (connection.client_library != nullptr && connection.client_library != own) {
        refuse(
            ErrorCode::driver_unusable,
            fmt::format("database driver: the connection is of another copy of {} than the driver's", client),
            fmt::format("link the program with the system's shared {}, or hand over a URL", client));
    }
    const Url url = Url::parse(fmt::format("{}:///?{}", connection.scheme, connection.parameters));
    for (const auto& [key, value] : url.query()) {
        if (!key.starts_with("x-"))
            refuse(ErrorCode::invalid_url,
                   fmt::format("{} can't be set on a connection that is open already", key),
                   "leave it out: only parameters that begin with x- may stand here");
    }
}

void refuse_busy(std::string_view what, std::string_view remedy) {
    refuse(ErrorCode::invalid_argument,
           fmt::format("the connection that was handed over is not idle: {}", what), remedy);
}

}  // namespace aether::migrate::spi
