// SPDX-License-Identifier: MIT
// How the scratch servers end an operation: an Error with a hint, the end of a log, and the next command.
#pragma once

#include <string>

#include <aether/migrate/error.hpp>

namespace aether::migrate::postgres::scratch {

/// What a person needs to know about a failure; empty members are left out.
struct Failure {
    ErrorCode code = ErrorCode::connection_failed;
    std::string message{};
    std::string hint{};
    std::string context{};  ///< The end of the server's log.
    std::string next{};
};

/// Throws the Error that says all this.
[[noreturn]] void fail(Failure failure);

/// Throws Error (connection_failed): the message, then the system's text for an errno value.
[[noreturn]] void fail_system(const std::string& message, int error);

/// Returns the system's text for an errno value, as "Permission denied".
std::string system_text(int error);

}  // namespace aether::migrate::postgres::scratch
