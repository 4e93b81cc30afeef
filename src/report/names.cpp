// SPDX-License-Identifier: MIT
// The stable names of what a status and a history tell.
#include <aether/migrate/status.hpp>

namespace aether::migrate {

std::string_view name_of(Standing standing) noexcept {
    switch (standing) {
        case Standing::up_to_date:
            return "up_to_date";
        case Standing::behind:
            return "behind";
        case Standing::ahead:
            return "ahead";
        case Standing::strayed:
            return "strayed";
    }
    return "";
}

std::string_view name_of(EventKind kind) noexcept {
    switch (kind) {
        case EventKind::applied:
            return "applied";
        case EventKind::reverted:
            return "reverted";
        case EventKind::forced:
            return "forced";
        case EventKind::adopted:
            return "adopted";
        case EventKind::repaired:
            return "repaired";
    }
    return "";
}

}  // namespace aether::migrate
