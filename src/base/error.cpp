// SPDX-License-Identifier: MIT
// The one exception of the library and the names of its codes.
#include <aether/migrate/error.hpp>

#include <utility>

namespace aether::migrate {

std::string_view name_of(ErrorCode code) noexcept {
    // No default: a new code without a name does not compile.
    switch (code) {
        case ErrorCode::invalid_argument:
            return "invalid_argument";
        case ErrorCode::invalid_url:
            return "invalid_url";
        case ErrorCode::unknown_scheme:
            return "unknown_scheme";
        case ErrorCode::driver_unusable:
            return "driver_unusable";
        case ErrorCode::source_unusable:
            return "source_unusable";
        case ErrorCode::no_such_migration:
            return "no_such_migration";
        case ErrorCode::connection_failed:
            return "connection_failed";
        case ErrorCode::lock_timeout:
            return "lock_timeout";
        case ErrorCode::dirty:
            return "dirty";
        case ErrorCode::schema_outdated:
            return "schema_outdated";
        case ErrorCode::plan_outdated:
            return "plan_outdated";
        case ErrorCode::migration_failed:
            return "migration_failed";
        case ErrorCode::migration_refused:
            return "migration_refused";
        case ErrorCode::bookkeeping_failed:
            return "bookkeeping_failed";
        case ErrorCode::outcome_unknown:
            return "outcome_unknown";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::unsupported:
            return "unsupported";
        case ErrorCode::internal:
            return "internal";
    }
    return "internal";
}

Error::Error(ErrorDetails details) : details_(std::move(details)) {}

Error::Error(ErrorCode code, std::string message) {
    details_.code = code;
    details_.message = std::move(message);
}

const char* Error::what() const noexcept {
    return details_.message.c_str();
}

}  // namespace aether::migrate
