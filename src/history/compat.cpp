// SPDX-License-Identifier: MIT
// golang-migrate's one-row table: what a row means, and the writes that move it.
#include "compat.hpp"

#include <string>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "row.hpp"

namespace aether::migrate::history {

namespace {

// golang-migrate keeps "nothing applied, clean" as no row at all.
bool has_row(const VersionState& state) {
    return state.version.has_value() || state.dirty;
}

std::string number_of(const VersionState& state) {
    return to_string(state.version);
}

std::string flag_of(const VersionState& state) {
    return state.dirty ? "1" : "0";
}

}  // namespace

VersionState state_of(const spi::Look& look) {
    if (look.schema_forbidden) {
        ErrorDetails details;
        details.code = ErrorCode::bookkeeping_failed;
        details.message = fmt::format("permission denied for schema {}", look.tables_schema);
        details.state = "whether it has a version table, and what that says, can't be seen";
        details.next = fmt::format("GRANT USAGE on it to the role {}", look.facts.user);
        throw Error(std::move(details));
    }
    if (look.version_forbidden) {
        ErrorDetails details;
        details.code = ErrorCode::bookkeeping_failed;
        details.message = "permission denied for the version table";
        details.next = fmt::format("GRANT SELECT on it to the role {}", look.facts.user);
        throw Error(std::move(details));
    }
    if (look.version_rows.size() > 1) {
        ErrorDetails details;
        details.code = ErrorCode::bookkeeping_failed;
        details.message = "the version table holds several rows; there must be one at most";
        details.next = "find out which version is really there, then \"migrate force V\"";
        throw Error(std::move(details));
    }
    VersionState state;
    if (!look.version_rows.empty()) {
        const spi::VersionRow row = look.version_rows.front();
        if (row.version >= 0)
            state.version = Version{row.version};
        state.dirty = row.dirty;
    }
    return state;
}

std::vector<spi::BoundStatement> move_row(const std::string& table, const VersionState& from,
                                          const VersionState& to, const spi::Dialect& dialect) {
    if (!has_row(from))
        return has_row(to) ? replace_rows(table, to, dialect) : std::vector<spi::BoundStatement>{};
    const std::string first = placeholder(dialect, 1);
    const std::string second = placeholder(dialect, 2);
    std::vector<spi::BoundStatement> statements{
        {fmt::format("DELETE FROM {} WHERE version <> {} OR dirty <> {}", table, first, second),
         {number_of(from), flag_of(from)}}};
    if (!has_row(to)) {
        statements.push_back(
            {fmt::format("DELETE FROM {} WHERE version = {} AND dirty = {}", table, first, second),
             {number_of(from), flag_of(from)}});
        return statements;
    }
    statements.push_back(
        {fmt::format("UPDATE {} SET version = {}, dirty = {} WHERE version = {} AND dirty = {}", table, first,
                     second, placeholder(dialect, 3), placeholder(dialect, 4)),
         {number_of(to), flag_of(to), number_of(from), flag_of(from)}});
    return statements;
}

std::vector<spi::BoundStatement> replace_rows(const std::string& table, const VersionState& to,
                                              const spi::Dialect& dialect) {
    std::vector<spi::BoundStatement> statements{{fmt::format("DELETE FROM {}", table), {}}};
    if (has_row(to))
        statements.push_back(
            insert_row(table, {{"version", number_of(to)}, {"dirty", flag_of(to)}}, dialect));
    return statements;
}

}  // namespace aether::migrate::history
