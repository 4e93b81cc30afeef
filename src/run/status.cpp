// SPDX-License-Identifier: MIT
// Looks at a database and tells how it stands, without a lock and without a write.
#include "status.hpp"

#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/compat.hpp"
#include "../history/entries.hpp"
#include "skipped.hpp"

namespace aether::migrate::run {

namespace {

PendingMigration pending_from(const CatalogEntry& entry) {
    const Half half = entry.up.value_or(Half{});
    return {entry.version, half.title, half.file};
}

std::vector<PendingMigration> pending_after(const Catalog& catalog, const std::optional<Version>& current) {
    std::vector<PendingMigration> pending;
    for (const CatalogEntry* entry = catalog.next(current); entry != nullptr;
         entry = catalog.next(entry->version)) {
        pending.push_back(pending_from(*entry));
    }
    return pending;
}

Standing standing_of(const Catalog& catalog, const Status& status) {
    const std::optional<Version>& current = status.state.version;
    if (current && (!status.newest || *current > *status.newest))
        return Standing::ahead;
    if (current && catalog.find(*current) == nullptr)
        return Standing::strayed;
    return status.pending.empty() ? Standing::up_to_date : Standing::behind;
}

[[noreturn]] void fail_forbidden(const spi::Look& look) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = "permission denied for the history table";
    details.next = fmt::format("GRANT SELECT on it to the role {}", look.facts.user);
    throw Error(std::move(details));
}

}  // namespace

VersionState read_state(const RunContext& context) {
    const spi::Look look = first_look(context);
    // A run may still make it: its first file, say. Here it is a slip in the URL.
    if (look.schema_missing) {
        throw Error(ErrorCode::bookkeeping_failed,
                    fmt::format("schema \"{}\" does not exist", look.tables_schema));
    }
    return history::state_of(look);
}

Status read_status(const RunContext& context) {
    Status status;
    const spi::Look look = first_look(context);
    status.state = history::state_of(look);
    if (!context.catalog.entries().empty())
        status.newest = context.catalog.entries().back().version;
    status.pending = pending_after(context.catalog, status.state.version);
    status.standing = standing_of(context.catalog, status);
    for (const Version version : load_skipped(context, look, status.state))
        status.skipped.push_back(pending_from(*context.catalog.find(version)));
    return status;
}

std::vector<HistoryEntry> read_history(const RunContext& context, std::size_t limit) {
    const spi::Look look = first_look(context);
    if (look.history_forbidden)
        fail_forbidden(look);
    return history::load_entries(context.connection, context.start.tables, look, limit, waiting(context));
}

}  // namespace aether::migrate::run
