// SPDX-License-Identifier: MIT
// Sends parts of a migration file and turns the server's refusal into an error that shows the place.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "script.hpp"

namespace aether::migrate::run {

/// Why a part of a file did not run.
struct SendFailure {
    ErrorDetails details;
    std::string reason;    ///< The server's message alone.
    bool passing = false;  ///< The same may pass a moment later.
    std::vector<spi::Blocker> blockers;
    bool unread = false;  ///< Nothing of the text ran.
};

/// Sends texts of one file.
class Sender {
public:
    /// `limit`: for everything that is sent from now on together; nothing: none. `stop` cancels on the
    /// server.
    Sender(spi::Connection& connection, std::string path, std::optional<std::chrono::milliseconds> limit,
           std::stop_token stop);

    /// Gives what is sent from now on the whole limit again.
    void restart_limit();

    /// Sends `text`, which stands at `base` in the piece and begins with the piece's statement number
    /// `first`. Blanks alone are not sent. Returns nothing when all of it ran. Throws Error:
    /// connection_failed, cancelled.
    std::optional<SendFailure> send(const Piece& piece, std::string_view text, std::size_t base,
                                    std::size_t first);

    /// How many statements completed so far.
    std::size_t completed() const { return completed_; }

private:
    spi::Connection& connection_;
    std::string path_;
    std::optional<std::chrono::milliseconds> limit_;
    spi::Wait wait_;
    std::size_t completed_ = 0;
};

}  // namespace aether::migrate::run
