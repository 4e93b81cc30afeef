// SPDX-License-Identifier: MIT
// Makes the Error of a scratch server's failure.
#include "scratch_failure.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace aether::migrate::postgres::scratch {

void fail(Failure failure) {
    ErrorDetails details;
    details.code = failure.code;
    details.message = std::move(failure.message);
    details.hint = std::move(failure.hint);
    details.context = std::move(failure.context);
    details.next = std::move(failure.next);
    throw Error(std::move(details));
}

void fail_system(const std::string& message, int error) {
    Failure failure;
    failure.message = fmt::format("{}: {}", message, system_text(error));
    fail(std::move(failure));
}

std::string system_text(int error) {
    return std::generic_category().message(error);
}

}  // namespace aether::migrate::postgres::scratch
