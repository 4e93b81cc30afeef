// SPDX-License-Identifier: MIT
// How a database stands to its files, for C.
#include "guarded.hpp"
#include "handles.hpp"

namespace {

const aether::migrate::PendingMigration* find_pending(const aether_migrate_status* status, size_t index) {
    return index < status->status.pending.size() ? &status->status.pending[index] : nullptr;
}

}  // namespace

int aether_migrate_look(aether_migrate* migrator, aether_migrate_status** status,
                        aether_migrate_error** error) {
    return aether::migrate::c_api::guarded(
        error, [&] { *status = new aether_migrate_status{migrator->migrator.status()}; });
}

int aether_migrate_status_standing(const aether_migrate_status* status) {
    switch (status->status.standing) {
        case aether::migrate::Standing::up_to_date:
            return AETHER_MIGRATE_UP_TO_DATE;
        case aether::migrate::Standing::behind:
            return AETHER_MIGRATE_BEHIND;
        case aether::migrate::Standing::ahead:
            return AETHER_MIGRATE_AHEAD;
        case aether::migrate::Standing::strayed:
            return AETHER_MIGRATE_STRAYED;
    }
    return AETHER_MIGRATE_STRAYED;
}

int64_t aether_migrate_status_version(const aether_migrate_status* status) {
    return aether::migrate::c_api::number_of(status->status.state.version);
}

int64_t aether_migrate_status_newest(const aether_migrate_status* status) {
    return aether::migrate::c_api::number_of(status->status.newest);
}

int aether_migrate_status_dirty(const aether_migrate_status* status) {
    return status->status.state.dirty ? 1 : 0;
}

size_t aether_migrate_status_pending(const aether_migrate_status* status) {
    return status->status.pending.size();
}

int64_t aether_migrate_pending_version(const aether_migrate_status* status, size_t index) {
    const aether::migrate::PendingMigration* const found = find_pending(status, index);
    return found == nullptr ? -1 : found->version.number;
}

const char* aether_migrate_pending_title(const aether_migrate_status* status, size_t index) {
    const aether::migrate::PendingMigration* const found = find_pending(status, index);
    return found == nullptr ? "" : found->title.c_str();
}

const char* aether_migrate_pending_file(const aether_migrate_status* status, size_t index) {
    const aether::migrate::PendingMigration* const found = find_pending(status, index);
    return found == nullptr ? "" : found->file.c_str();
}

void aether_migrate_status_free(aether_migrate_status* status) {
    delete status;
}
