// SPDX-License-Identifier: MIT
// The SQL function by which a statement asks whether this session holds the migration lock.
#pragma once

#include <sqlite3.h>

#include "lock.hpp"

namespace aether::migrate::sqlite {

inline constexpr const char* kLockFunction = "aether_migrate_holds_lock";

/// Makes it; the lock outlives it.
inline void make_lock_function(sqlite3* handle, MigrationLock& lock) {
    const auto holds = [](sqlite3_context* context, int /*count*/, sqlite3_value** /*values*/) {
        const auto* held = static_cast<const MigrationLock*>(sqlite3_user_data(context));
        sqlite3_result_int(context, held->is_held() ? 1 : 0);
    };
    sqlite3_create_function_v2(handle, kLockFunction, 0, SQLITE_UTF8 | SQLITE_DIRECTONLY, &lock, holds,
                               nullptr, nullptr, nullptr);
}

inline void remove_lock_function(sqlite3* handle) {
    sqlite3_create_function_v2(handle, kLockFunction, 0, SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr,
                               nullptr);
}

}  // namespace aether::migrate::sqlite
