// SPDX-License-Identifier: MIT
// What the operations of a run share.
#include "context.hpp"

#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "step.hpp"

namespace aether::migrate::run {

namespace {

// Keeps schema and role of the session's first look.
spi::Look look_until(const RunContext& context, const spi::Wait& wait) {
    SessionStart& start = context.start;
    spi::Look look = context.connection.look(start.tables, wait);
    if (!start.tables.schema && !look.facts.schema.empty())
        start.tables.schema = look.facts.schema;
    if (!start.role)
        start.role = look.facts.role;
    return look;
}

void refuse_no_schema(const RunContext& context) {
    if (context.start.tables.schema)
        return;
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = "no schema";
    details.state = "the session's search_path names no schema that exists and that the role may use";
    details.next = "create the schema, GRANT USAGE on it, or set search_path in the database URL";
    throw Error(std::move(details));
}

}  // namespace

spi::Wait waiting(const RunContext& context) {
    return {context.stop.roll_back, context.clock.now() + kBookkeepingLimit};
}

const std::stop_token& stop_of_waiting(const RunContext& context) {
    return context.stop.finish.stop_requested() ? context.stop.roll_back : context.stop.finish;
}

spi::Look first_look(const RunContext& context) {
    if (context.stop.roll_back.stop_requested()) {
        ErrorDetails details;
        details.code = ErrorCode::cancelled;
        details.message = "stopped before it began";
        details.state = "nothing was changed";
        throw Error(std::move(details));
    }
    spi::Look look = look_until(context, {stop_of_waiting(context), context.clock.now() + kBookkeepingLimit});
    refuse_no_schema(context);
    return look;
}

spi::Look look_at(const RunContext& context) {
    return look_until(context, waiting(context));
}

lock::SessionLock take_lock(const RunContext& context, const spi::Look& look, const std::stop_token& stop) {
    return {context.connection,           context.start.tables, look,
            {context.lock_timeout, stop}, context.clock,        context.observer};
}

void refuse_unable(const spi::Look& look) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    if (look.history_forbidden || look.unwritable) {
        details.message = fmt::format("permission denied for the {} table",
                                      look.history_forbidden ? "history" : *look.unwritable);
        details.next =
            fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE on it to the role {}", look.facts.user);
        throw Error(std::move(details));
    }
    if (!look.facts.read_only)
        return;
    details.code = ErrorCode::unsupported;
    details.message =
        "this session can only read: a standby server, read-only transactions, or a file that may not be "
        "written";
    details.next = "connect where writing is allowed, such as the primary server";
    throw Error(std::move(details));
}

history::Store make_store(const RunContext& context, const spi::Look& look) {
    return {context.connection, context.start.tables, look,
            context.catalog,    *context.start.role,  waiting(context)};
}

}  // namespace aether::migrate::run
