// SPDX-License-Identifier: MIT
// Removes everything of the current schema, in one transaction, and says beforehand what that is.
#include "drop.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "drop_sql.hpp"
#include "errors.hpp"
#include "rollback_guard.hpp"

namespace aether::migrate::postgres {

namespace {

/// What will be removed, what goes with it, what stays; and the statements that do it.
struct DropScript {
    spi::DropPlan plan;
    std::vector<spi::BoundStatement> statements;
};

void add_row(DropScript& script, const PGresult* result, int row) {
    const std::string_view verdict = text_at(result, row, 0);
    std::string label(text_at(result, row, 1));
    if (verdict == "remove") {
        script.plan.removes.push_back(std::move(label));
        script.statements.push_back({std::string(text_at(result, row, 3)), {}});
    } else if (verdict == "cascade") {
        script.plan.cascades.push_back(std::move(label));
    } else if (verdict == "keep") {
        script.plan.keeps.push_back(std::move(label));
    } else {
        script.plan.keeps.push_back(
            fmt::format("extension {} ({} objects of it in this schema)", label, text_at(result, row, 2)));
    }
}

void require_done(const PGresult* result, const Session& session, const spi::BoundStatement& statement) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        throw bookkeeping_error(result, session.error_style(), statement.sql);
    }
}

// The server's own schemas: without them it does not work, and a superuser could remove much of them.
void require_own_schema(Session& session, const spi::Wait& wait) {
    const ResultPointer result = session.run({"SELECT pg_catalog.current_schema()", {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw bookkeeping_error(result.get(), session.error_style(), "ask for the current schema");
    const std::string_view schema = text_at(result.get(), 0, 0);
    if (schema != "information_schema" && !schema.starts_with("pg_"))
        return;
    ErrorDetails details;
    details.code = ErrorCode::unsupported;
    details.message =
        fmt::format("drop is refused: the current schema is {}, which belongs to the server", schema);
    details.state = "nothing was dropped";
    details.next = "name the schema to be emptied: search_path in the database URL";
    throw Error(std::move(details));
}

/// To be called inside a RollbackGuard: begins a transaction and leaves it open.
DropScript begin_script(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    // Compiling the query takes the server seconds, running it milliseconds (PostgreSQL 15, measured).
    for (const char* sql : {"BEGIN", "SET LOCAL jit = off"}) {
        const spi::BoundStatement statement{sql, {}};
        require_done(session.run(statement, wait).get(), session, statement);
    }
    require_own_schema(session, wait);
    const ResultPointer result = session.run(
        {std::string(kDropQuery), {tables.schema, tables.version, tables.history, tables.journal}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
        throw bookkeeping_error(result.get(), session.error_style(), "list the objects of the schema");
    }
    DropScript script;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        add_row(script, result.get(), row);
    }
    return script;
}

// Says of a failed drop what is true after it.
Error nothing_dropped(const Error& error, std::size_t objects) {
    ErrorDetails details = error.details();
    details.state = fmt::format("nothing was dropped: {} objects were to go, in one transaction", objects);
    if (details.sqlstate == "53200") {  // out_of_memory, which a full table of locks is too
        details.hint = "each object takes a lock until the transaction ends";
        details.next =
            "raise max_locks_per_transaction and start the server anew, or drop some of the tables by "
            "hand, then \"migrate drop\" again";
    }
    return Error(std::move(details));
}

void run_statements(Session& session, const std::vector<spi::BoundStatement>& statements,
                    const spi::Wait& wait) {
    const std::vector<ResultPointer> results = session.run_pipeline(statements, wait);
    for (std::size_t index = 0; index < results.size(); ++index) {
        require_done(results[index].get(), session, statements[index]);
    }
    // An aborted block answers COMMIT with the tag ROLLBACK and no error (PostgreSQL 15, observed).
    if (const std::string_view tag = PQcmdStatus(results.back().get()); tag != "COMMIT") {
        throw Error(ErrorCode::bookkeeping_failed, fmt::format("the server answered COMMIT with {}", tag));
    }
}

}  // namespace

spi::DropPlan make_drop_plan(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    const RollbackGuard guard(session);
    return begin_script(session, tables, wait).plan;
}

void run_drop(Session& session, const spi::TableNames& tables,
              const std::optional<spi::BoundStatement>& lock_check, const spi::Wait& wait) {
    const RollbackGuard guard(session);
    std::vector<spi::BoundStatement> statements = begin_script(session, tables, wait).statements;
    if (lock_check && PQntuples(session.run(*lock_check, wait).get()) != 1) {
        throw Error(ErrorCode::bookkeeping_failed,
                    "this session lost the migration lock: nothing was dropped");
    }
    const std::size_t objects = statements.size();
    statements.push_back({"COMMIT", {}});
    try {
        run_statements(session, statements, wait);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::bookkeeping_failed)
            throw;  // a stop, or a lost session, of which nobody knows what it did
        throw nothing_dropped(error, objects);
    }
}

}  // namespace aether::migrate::postgres
