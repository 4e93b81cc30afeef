// SPDX-License-Identifier: MIT
// The database that is swept: made anew for each fault, and looked at by a session that has no part in the
// run.
#include "ground.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace aether::migrate::crash {

namespace {

constexpr const char* kClear = R"sql(
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS public, app, witness CASCADE;
CREATE SCHEMA public;
CREATE SCHEMA app;
CREATE SCHEMA witness;
CREATE TABLE witness.marks (name text NOT NULL);
CREATE SEQUENCE witness.drops)sql";

constexpr const char* kTables = R"sql(
SELECT to_regclass('public.schema_migrations') IS NOT NULL,
       to_regclass('public.schema_migrations_history') IS NOT NULL,
       to_regclass('public.schema_migrations_journal') IS NOT NULL)sql";

constexpr const char* kLocks = R"sql(
SELECT count(*)
FROM pg_locks
WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))sql";

constexpr const char* kRows = "SELECT version, dirty FROM public.schema_migrations ORDER BY 1";

constexpr const char* kJournal = R"sql(
SELECT version, direction, from_version, leads_to, statements_done, state, next_line,
       coalesce(xmin::text = (SELECT xmin::text FROM public.schema_migrations LIMIT 1), false)
FROM public.schema_migrations_journal)sql";

// A row that goes back to clean moves nothing.
constexpr const char* kEvents = R"sql(
SELECT version, event, direction,
       concat_ws(' ', leads_to, applied, name, checksum, md5(down_sql), statements_done, statements_total, error)
FROM public.schema_migrations_history
WHERE event <> 'repaired'
ORDER BY id)sql";

constexpr const char* kInvalid = R"sql(
SELECT indexrelid::regclass
FROM pg_index
WHERE NOT (indisvalid AND indisready AND indislive))sql";

// Our own tables are compared by what is in them.
constexpr const char* kSchema = R"sql(
SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C")
FROM (
    SELECT concat_ws(' ', c.relkind, n.nspname, c.relname, c.relpersistence, a.columns, i.index) AS line
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('public', 'app', 'witness')
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', attname, atttypid::regtype, attnotnull), ', ' ORDER BY attnum) AS columns
        FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready, indislive) AS index
        FROM pg_index
        WHERE indexrelid = c.oid
    ) i ON true
    WHERE c.relname NOT LIKE 'schema\_migrations%'
    UNION ALL
    SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE connamespace IN ('public'::regnamespace, 'app'::regnamespace)
      AND conrelid::regclass::text NOT LIKE 'schema\_migrations%'
) AS lines)sql";

constexpr const char* kContent = "SELECT string_agg(name, ' ' ORDER BY name) FROM witness.marks";

using Cells = std::vector<std::string>;

bool is_true(const std::string& cell) {
    return cell == "t";
}

RowPicture row_of(const Cells& cells) {
    return {std::stoll(cells[0]), is_true(cells[1])};
}

JournalPicture journal_of(const Cells& cells) {
    JournalPicture journal;
    journal.version = std::stoll(cells[0]);
    journal.direction = cells[1] == "down" ? Direction::down : Direction::up;
    journal.from = std::stoll(cells[2]);
    journal.leads_to = std::stoll(cells[3]);
    journal.done = std::stoul(cells[4]);
    journal.state = cells[5];
    journal.next_line = std::stoul(cells[6]);
    journal.same_write = is_true(cells[7]);
    return journal;
}

}  // namespace

Ground::Ground(std::string url) : url_(std::move(url)), connection_(PQconnectdb(url_.c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection_.get()));
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
}

std::vector<Cells> Ground::run(const std::string& sql) const {
    std::vector<Cells> rows;
    std::string problem;
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0)
        problem = PQerrorMessage(connection_.get());
    while (PGresult* next = PQgetResult(connection_.get())) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(next, &PQclear);
        if (PQresultStatus(next) == PGRES_FATAL_ERROR)
            problem = PQresultErrorMessage(next);
        for (int row = 0; row < PQntuples(next); ++row) {
            Cells& cells = rows.emplace_back();
            for (int column = 0; column < PQnfields(next); ++column) {
                cells.emplace_back(PQgetvalue(next, row, column));
            }
        }
    }
    if (!problem.empty())
        throw std::runtime_error(sql.substr(0, 200) + ": " + problem);
    return rows;
}

void Ground::clear() const {
    run(kClear);
}

Picture Ground::look() const {
    Picture picture;
    const Cells tables = run(kTables).front();
    picture.locks = count_locks();
    if (is_true(tables[0])) {
        for (const Cells& cells : run(kRows)) {
            picture.rows.push_back(row_of(cells));
        }
    }
    if (is_true(tables[1])) {
        for (const Cells& cells : run(kEvents)) {
            picture.events.push_back({std::stoll(cells[0]), cells[1], cells[2], cells[3]});
        }
    }
    if (is_true(tables[2])) {
        for (const Cells& cells : run(kJournal)) {
            picture.journal = journal_of(cells);
        }
    }
    for (const Cells& cells : run(kInvalid)) {
        picture.invalid.push_back(cells[0]);
    }
    picture.schema = run(kSchema).front()[0];
    picture.content = run(kContent).front()[0];
    return picture;
}

std::size_t Ground::count_locks() const {
    return std::stoul(run(kLocks).front()[0]);
}

std::vector<bool> Ground::ask(const std::vector<std::string>& conditions) const {
    std::string sql = "SELECT true";
    for (const std::string& condition : conditions) {
        sql += ", " + condition;
    }
    std::vector<bool> answers;
    const std::vector<Cells> rows = run(sql);
    for (const std::string& cell : rows.front()) {
        answers.push_back(is_true(cell));
    }
    answers.erase(answers.begin());
    return answers;
}

void Ground::end_session(const std::string& pid) const {
    run("SELECT pg_terminate_backend(" + pid + ")");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!run("SELECT FROM pg_stat_get_activity(" + pid + ")").empty()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("session " + pid + " did not end");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace aether::migrate::crash
