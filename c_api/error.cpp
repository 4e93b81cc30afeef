// SPDX-License-Identifier: MIT
// Codes and details of failures, for C.
#include <new>
#include <utility>

#include <aether/migrate/text.hpp>
#include <aether/migrate/version.hpp>

#include "guarded.hpp"
#include "handles.hpp"

namespace aether::migrate::c_api {

int number_of(ErrorCode code) noexcept {
    // No default: a new code without a number does not compile.
    switch (code) {
        case ErrorCode::internal:
            return AETHER_MIGRATE_INTERNAL;
        case ErrorCode::invalid_argument:
            return AETHER_MIGRATE_INVALID_ARGUMENT;
        case ErrorCode::invalid_url:
            return AETHER_MIGRATE_INVALID_URL;
        case ErrorCode::unknown_scheme:
            return AETHER_MIGRATE_UNKNOWN_SCHEME;
        case ErrorCode::driver_unusable:
            return AETHER_MIGRATE_DRIVER_UNUSABLE;
        case ErrorCode::source_unusable:
            return AETHER_MIGRATE_SOURCE_UNUSABLE;
        case ErrorCode::no_such_migration:
            return AETHER_MIGRATE_NO_SUCH_MIGRATION;
        case ErrorCode::connection_failed:
            return AETHER_MIGRATE_CONNECTION_FAILED;
        case ErrorCode::lock_timeout:
            return AETHER_MIGRATE_LOCK_TIMEOUT;
        case ErrorCode::dirty:
            return AETHER_MIGRATE_DIRTY;
        case ErrorCode::schema_outdated:
            return AETHER_MIGRATE_SCHEMA_OUTDATED;
        case ErrorCode::plan_outdated:
            return AETHER_MIGRATE_PLAN_OUTDATED;
        case ErrorCode::migration_failed:
            return AETHER_MIGRATE_MIGRATION_FAILED;
        case ErrorCode::migration_refused:
            return AETHER_MIGRATE_MIGRATION_REFUSED;
        case ErrorCode::bookkeeping_failed:
            return AETHER_MIGRATE_BOOKKEEPING_FAILED;
        case ErrorCode::outcome_unknown:
            return AETHER_MIGRATE_OUTCOME_UNKNOWN;
        case ErrorCode::cancelled:
            return AETHER_MIGRATE_CANCELLED;
        case ErrorCode::unsupported:
            return AETHER_MIGRATE_UNSUPPORTED;
    }
    return AETHER_MIGRATE_INTERNAL;
}

int hand_out(const Error& failure, aether_migrate_error** error) noexcept {
    const int code = number_of(failure.code());
    if (error == nullptr)
        return code;
    // Without memory for the details the code alone has to do.
    try {
        *error = new aether_migrate_error{code, failure.details(), to_text(failure)};
    } catch (const std::bad_alloc&) {
        *error = nullptr;
    }
    return code;
}

int hand_out(const std::exception& failure, aether_migrate_error** error) noexcept {
    try {
        return hand_out(Error(ErrorCode::internal, failure.what()), error);
    } catch (const std::bad_alloc&) {
        return AETHER_MIGRATE_INTERNAL;
    }
}

}  // namespace aether::migrate::c_api

using aether::migrate::ErrorCode;
using aether::migrate::c_api::number_of;

const char* aether_migrate_code_name(int code) {
    if (code == AETHER_MIGRATE_OK)
        return "ok";
    if (code == AETHER_MIGRATE_OUT_OF_MEMORY)
        return "out_of_memory";
    // The enumerators count from 0, and `internal` is the last.
    for (int value = 0; value <= static_cast<int>(ErrorCode::internal); ++value) {
        if (number_of(static_cast<ErrorCode>(value)) == code)
            return name_of(static_cast<ErrorCode>(value)).data();  // a literal, which ends in a zero
    }
    return "unknown";
}

const char* aether_migrate_library_version() {
    return aether::migrate::library_version().data();  // a literal too
}

int aether_migrate_error_code(const aether_migrate_error* error) {
    return error->code;
}

const char* aether_migrate_error_text(const aether_migrate_error* error) {
    return error->text.c_str();
}

const char* aether_migrate_error_message(const aether_migrate_error* error) {
    return error->details.message.c_str();
}

const char* aether_migrate_error_file(const aether_migrate_error* error) {
    return error->details.where.file.c_str();
}

size_t aether_migrate_error_line(const aether_migrate_error* error) {
    return error->details.where.line;
}

size_t aether_migrate_error_column(const aether_migrate_error* error) {
    return error->details.where.column;
}

const char* aether_migrate_error_excerpt(const aether_migrate_error* error) {
    return error->details.excerpt.c_str();
}

const char* aether_migrate_error_sqlstate(const aether_migrate_error* error) {
    return error->details.sqlstate.c_str();
}

const char* aether_migrate_error_detail(const aether_migrate_error* error) {
    return error->details.detail.c_str();
}

const char* aether_migrate_error_hint(const aether_migrate_error* error) {
    return error->details.hint.c_str();
}

const char* aether_migrate_error_state(const aether_migrate_error* error) {
    return error->details.state.c_str();
}

const char* aether_migrate_error_next(const aether_migrate_error* error) {
    return error->details.next.c_str();
}

void aether_migrate_error_free(aether_migrate_error* error) {
    delete error;
}
