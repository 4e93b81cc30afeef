// SPDX-License-Identifier: MIT
// Sends parts of a migration file and turns the server's refusal into an error that shows the place.
#include "sender.hpp"

#include <utility>

#include "failure.hpp"

namespace aether::migrate::run {

Sender::Sender(spi::Connection& connection, std::string path, std::optional<std::chrono::milliseconds> limit,
               std::stop_token stop)
    : connection_(connection), path_(std::move(path)), limit_(limit), wait_{std::move(stop), std::nullopt} {
    restart_limit();
}

void Sender::restart_limit() {
    if (limit_ && limit_->count() > 0)
        wait_.deadline = std::chrono::steady_clock::now() + *limit_;
}

std::optional<SendFailure> Sender::send(const Piece& piece, std::string_view text, std::size_t base,
                                        std::size_t first) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return std::nullopt;  // golang-migrate does not send it either
    const spi::ScriptResult outcome = connection_.execute(text, wait_);
    completed_ += outcome.completed;
    if (!outcome.failure)
        return std::nullopt;
    return SendFailure{migration_failure(*outcome.failure, path_, piece, base, first + outcome.completed),
                       outcome.failure->message, outcome.failure->passing, outcome.failure->blockers,
                       outcome.failure->unread};
}

}  // namespace aether::migrate::run
