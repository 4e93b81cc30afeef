// SPDX-License-Identifier: MIT
// The border that no exception crosses.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <optional>

#include <aether/migrate/migrate.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/version.hpp>

namespace aether::migrate::c_api {

/// The longest wait in seconds, a year: longer ones are mistakes, and 64 bits of nanoseconds hold it.
inline constexpr std::int64_t kLongestWait = 366LL * 24 * 3600;

/// Returns the number of a code in migrate.h.
int number_of(ErrorCode code) noexcept;

/// Returns the number of a version; -1 for none, in all of migrate.h.
inline std::int64_t number_of(const std::optional<Version>& version) noexcept {
    return version ? version->number : -1;
}

/// Stores what is known, or nullptr when there is no memory for it; `error` may be nullptr. Returns the
/// number.
int hand_out(const Error& failure, aether_migrate_error** error) noexcept;
/// The same for an exception of another kind, which only a defect lets through.
int hand_out(const std::exception& failure, aether_migrate_error** error) noexcept;

/// Runs what a function of migrate.h does, and turns every exception into its number.
template <typename Action>
int guarded(aether_migrate_error** error, const Action& action) noexcept {
    if (error != nullptr)
        *error = nullptr;
    // C has no exceptions: whatever comes ends here, at the border.
    try {
        action();
        return AETHER_MIGRATE_OK;
    } catch (const Error& failure) {
        return hand_out(failure, error);
    } catch (const std::bad_alloc&) {
        return AETHER_MIGRATE_OUT_OF_MEMORY;
    } catch (const std::exception& failure) {
        return hand_out(failure, error);
    } catch (...) {
        return AETHER_MIGRATE_INTERNAL;
    }
}

}  // namespace aether::migrate::c_api
