// SPDX-License-Identifier: MIT
// Reads what our tables say, whether they exist or not.
#include "look.hpp"

#include <filesystem>
#include <sstream>

#include <aether/migrate/spi/quote.hpp>

#include "dialect.hpp"

namespace tiny {

namespace {

bool exists(Session& session, const std::string& table, const spi::Wait& wait) {
    return !session
                .run(
                    {"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE", {table}},
                    wait)
                .rows.empty();
}

std::int64_t number(const spi::Value& value) {
    return std::stoll(value.value_or("-1"));
}

void read_version(Session& session, const std::string& table, spi::Look& look, const spi::Wait& wait) {
    for (const auto& row :
         session
             .run({"SELECT version, dirty FROM " + spi::quote_identifier(dialect(), table) + " LIMIT 2", {}},
                  wait)
             .rows) {
        look.version_rows.push_back({number(row[0]), number(row[1]) != 0});
    }
}

void read_history(Session& session, const std::string& table, spi::Look& look, const spi::Wait& wait) {
    const std::string sql = "SELECT leads_to, applied FROM " + spi::quote_identifier(dialect(), table) +
                            " ORDER BY id DESC LIMIT 1";
    for (const auto& row : session.run({sql, {}}, wait).rows) {
        look.history_rows = true;
        look.history_version = number(row[0]);
        std::istringstream(row[1].value_or("")) >> look.applied_count >> look.applied_sum;
    }
}

void read_journal(Session& session, const std::string& table, spi::Look& look, const spi::Wait& wait) {
    for (const auto& row :
         session.run({"SELECT leads_to FROM " + spi::quote_identifier(dialect(), table), {}}, wait).rows) {
        look.journal_row = true;
        look.journal_current = look.version_rows.size() == 1 && look.version_rows[0].dirty &&
                               look.version_rows[0].version == number(row[0]);
    }
}

void read_tables(Session& session, const spi::TableNames& tables, spi::Look& look, const spi::Wait& wait) {
    look.version_table = exists(session, tables.version, wait);
    look.history_table = tables.history && exists(session, *tables.history, wait);
    look.journal_table = tables.journal && exists(session, *tables.journal, wait);
    if (look.version_table)
        read_version(session, tables.version, look, wait);
    if (look.history_table)
        read_history(session, *tables.history, look, wait);
    if (look.journal_table)
        read_journal(session, *tables.journal, look, wait);
    // SQLite does not say which transaction wrote a row: a move by others shows when the numbers differ.
    const std::int64_t version = look.version_rows.empty() ? -1 : look.version_rows[0].version;
    look.same_write = !look.history_rows || look.history_version == version;
}

}  // namespace

spi::Look read_look(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    spi::Look look;
    look.facts.database =
        std::filesystem::path(sqlite3_db_filename(session.raw(), "main")).filename().string();
    look.facts.schema = "main";
    look.facts.read_only = sqlite3_db_readonly(session.raw(), "main") == 1;
    look.tables_schema = tables.schema.value_or("main");
    look.schema_missing = look.tables_schema != "main";
    // One transaction, so that all of it is of one moment.
    const bool alone = !session.in_transaction();
    if (alone)
        session.run({"BEGIN", {}}, wait);
    try {
        read_tables(session, tables, look, wait);
    } catch (...) {  // whatever it is: the session must not stay in our transaction
        if (alone)
            session.run_text("ROLLBACK", {});
        throw;
    }
    if (alone)
        session.run({"COMMIT", {}}, wait);
    return look;
}

}  // namespace tiny
