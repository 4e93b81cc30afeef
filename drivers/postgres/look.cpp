// SPDX-License-Identifier: MIT
// One query that shows the version row, the history's end and the session's facts, whether the tables exist
// or not.
#include "look.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/spi/stored_number.hpp>

#include "session.hpp"

namespace aether::migrate::postgres {

namespace {

// A plain SELECT from a table that is missing or forbidden fails, and its schema is known to the server only.
// So ts_stat() runs a text that is formatted on the server, inside a CASE that looks at the catalogue first:
// the one function of pg_catalog that does so without an extension, a procedural language or libxml
// (query_to_xml needs it). Its query must give tsvectors, so each answer travels as one lexeme (2 KB at
// most), which it returns as it is.
//
// Everything is qualified, and no operator is applied to operands that it only fits by a cast: the query runs
// with the session's search_path, and a stranger's operator that fits better would run as the migrating role.
//
// It asks functions that use the server's own caches, not joins of catalogues: a fresh backend reads those
// from disk, and the joins doubled the time (2.6 for 3.9 ms on PostgreSQL 16).
//
// The row's xmin is the transaction that wrote it. Every write of ours writes the version row and a history
// row in one transaction; a different xmin says that somebody else moved the version, even back to the same
// number.
constexpr std::string_view kLook = R"sql(
SELECT pg_catalog.current_database(), coalesce(pg_catalog.current_schema()::text, ''), session_user::text,
       pg_catalog.current_setting('role'), pg_catalog.current_setting('server_encoding'),
       pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only') = 'on',
       v IS NOT NULL, v_ok, h IS NOT NULL, h_ok,
       CASE WHEN v_ok THEN (SELECT pg_catalog.string_agg(word, ',') FROM pg_catalog.ts_stat(
           pg_catalog.format(
               $look$(SELECT pg_catalog.array_to_tsvector(ARRAY[
                          pg_catalog.format('v %%s %%s %%s', version, dirty::int, xmin)])
                      FROM %s LIMIT 2)$look$, v::pg_catalog.regclass)
           || CASE WHEN h_ok THEN pg_catalog.format(
               $look$ UNION ALL
                     (SELECT pg_catalog.array_to_tsvector(ARRAY[
                          pg_catalog.format('h %%s %%s %%s', leads_to, applied, xmin)])
                      FROM %s ORDER BY id DESC LIMIT 1)$look$, h::pg_catalog.regclass) ELSE '' END
           || CASE WHEN j_ok THEN pg_catalog.format(
               $look$ UNION ALL
                     (SELECT pg_catalog.array_to_tsvector(ARRAY[pg_catalog.format('j %%s %%s', leads_to, xmin)])
                      FROM %s LIMIT 1)$look$, j::pg_catalog.regclass) ELSE '' END)) END,
       CASE WHEN NOT (pg_catalog.has_table_privilege(v, 'INSERT') AND pg_catalog.has_table_privilege(v, 'UPDATE')
                      AND pg_catalog.has_table_privilege(v, 'DELETE')) THEN 'version'
            WHEN NOT pg_catalog.has_table_privilege(h, 'INSERT') THEN 'history'
            WHEN NOT (pg_catalog.has_table_privilege(j, 'INSERT') AND pg_catalog.has_table_privilege(j, 'UPDATE')
                      AND pg_catalog.has_table_privilege(j, 'DELETE')) THEN 'journal' ELSE '' END,
       j_ok, wanted, usable
FROM (SELECT v, h, j, wanted, usable, coalesce(pg_catalog.has_table_privilege(v, 'SELECT'), false) AS v_ok,
             coalesce(pg_catalog.has_table_privilege(h, 'SELECT'), false) AS h_ok,
             coalesce(pg_catalog.has_table_privilege(j, 'SELECT'), false) AS j_ok
      FROM (SELECT CASE WHEN usable THEN pg_catalog.to_regclass(
                       pg_catalog.format('%I.%I', schema, $2::name))::oid END AS v,
                   CASE WHEN usable AND $3::name IS NOT NULL THEN pg_catalog.to_regclass(
                       pg_catalog.format('%I.%I', schema, $3::name))::oid END AS h,
                   CASE WHEN usable AND $4::name IS NOT NULL THEN pg_catalog.to_regclass(
                       pg_catalog.format('%I.%I', schema, $4::name))::oid END AS j,
                   schema AS wanted, usable
            FROM (SELECT schema, pg_catalog.has_schema_privilege(
                             pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema))::oid, 'USAGE') AS usable
                  FROM (SELECT coalesce($1::name, pg_catalog.current_schema()) AS schema OFFSET 0) s
                  OFFSET 0) u
            OFFSET 0) t
      OFFSET 0) r
)sql";

// The columns of the look's row, in the order of its SELECT list.
constexpr int kDatabase = 0;
constexpr int kSchema = 1;
constexpr int kUser = 2;
constexpr int kRole = 3;
constexpr int kEncoding = 4;
constexpr int kReadOnly = 5;
constexpr int kVersionExists = 6;
constexpr int kVersionReadable = 7;
constexpr int kHistoryExists = 8;
constexpr int kHistoryReadable = 9;
constexpr int kRows = 10;
constexpr int kUnwritable = 11;
constexpr int kJournalReadable = 12;
constexpr int kWantedSchema = 13;
constexpr int kSchemaUsable = 14;

std::string_view cell(const PGresult* result, int column) {
    return text_at(result, 0, column);
}

bool truth(const PGresult* result, int column) {
    return cell(result, column) == "t";
}

/// The journal's row.
struct JournalRow {
    std::int64_t leads_to = -1;
    std::string_view xmin;
};

bool is_current(const JournalRow& journal, const spi::Look& look, std::string_view row_xmin) {
    return look.version_rows.size() == 1 && look.version_rows.front().dirty &&
           look.version_rows.front().version == journal.leads_to && row_xmin == journal.xmin;
}

// "v 3 1 741,h 2 2 3 740,j 3 741": the rows of the version table, the end of the history, and the journal's
// row, in any order.
void read_rows(std::string_view rest, spi::Look& look) {
    std::string_view row_xmin;
    std::string_view history_xmin;
    std::optional<JournalRow> journal;
    while (!rest.empty()) {
        std::string_view row = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), row.size() + 1));
        const char from = row.front();
        row.remove_prefix(2);
        if (from == 'j') {
            const auto leads_to = spi::take_number<std::int64_t>(row);
            journal = JournalRow{leads_to, row};
        } else if (from == 'h') {
            look.history_rows = true;
            look.history_version = spi::take_number<std::int64_t>(row);
            look.applied_count = spi::take_number<std::uint64_t>(row);
            look.applied_sum = spi::take_number<std::uint64_t>(row);
            history_xmin = row;
        } else {
            const auto version = spi::take_number<std::int64_t>(row);
            const bool dirty = spi::take_number<int>(row) == 1;
            look.version_rows.push_back({version, dirty});
            row_xmin = row;
        }
    }
    if (look.history_rows)
        look.same_write = look.version_rows.empty() ? look.history_version == -1 : history_xmin == row_xmin;
    look.journal_row = journal.has_value();
    look.journal_current = journal && is_current(*journal, look, row_xmin);
}

}  // namespace

spi::BoundStatement look_statement(const spi::TableNames& tables) {
    return {std::string(kLook), {tables.schema, tables.version, tables.history, tables.journal}};
}

spi::Look read_look(const PGresult* result) {
    spi::Look look;
    look.facts.database = cell(result, kDatabase);
    look.facts.schema = cell(result, kSchema);
    look.facts.user = cell(result, kUser);
    look.facts.role = cell(result, kRole);
    look.facts.unicode = cell(result, kEncoding) == "UTF8";
    look.facts.read_only = truth(result, kReadOnly);
    look.tables_schema = cell(result, kWantedSchema);
    look.schema_missing = !look.tables_schema.empty() && cell(result, kSchemaUsable).empty();
    look.schema_forbidden = cell(result, kSchemaUsable) == "f";
    look.version_table = truth(result, kVersionExists);
    look.history_table = truth(result, kHistoryExists);
    look.version_forbidden = look.version_table && !truth(result, kVersionReadable);
    look.history_forbidden = look.history_table && !truth(result, kHistoryReadable);
    if (const std::string_view table = cell(result, kUnwritable); !table.empty())
        look.unwritable = table;
    look.journal_table = truth(result, kJournalReadable);
    read_rows(cell(result, kRows), look);
    return look;
}

}  // namespace aether::migrate::postgres
