// SPDX-License-Identifier: MIT
// The tables that are kept in the database: their names, columns and the statements that make them.
#include "layout.hpp"

#include <fmt/format.h>

#include "../base/utf8.hpp"
#include "../migration/checksum.hpp"
#include "../sql/quote.hpp"

namespace aether::migrate::history {

namespace {

constexpr std::size_t kDigestBytes = 8;

std::string name_with(std::string_view suffix, const std::string& version_table, std::size_t limit) {
    if (version_table.size() + suffix.size() <= limit) {
        return version_table + std::string(suffix);
    }
    Checksum checksum;
    checksum.update(version_table);
    std::size_t kept = limit - suffix.size() - kDigestBytes - 1;
    while (kept > 0 && (static_cast<unsigned char>(version_table[kept]) & 0xC0U) == 0x80U) {
        --kept;  // a name is cut between characters
    }
    return fmt::format("{}_{}{}", version_table.substr(0, kept), checksum.finish().substr(0, kDigestBytes),
                       suffix);
}

}  // namespace

spi::TableNames table_names(const spi::Settings& settings, const spi::Dialect& dialect) {
    spi::TableNames names;
    names.schema = settings.table_schema;
    names.version = settings.table;
    if (settings.history) {
        names.history = name_with("_history", settings.table, dialect.max_identifier_bytes);
        names.journal = name_with("_journal", settings.table, dialect.max_identifier_bytes);
    }
    return names;
}

std::string qualified(const spi::TableNames& tables, const std::string& table, const spi::Look& look,
                      const spi::Dialect& dialect) {
    const std::string& schema = tables.schema ? *tables.schema : look.facts.schema;
    if (schema.empty()) {
        return sql::quote_identifier(dialect, table);
    }
    return sql::quote_identifier(dialect, schema) + "." + sql::quote_identifier(dialect, table);
}

std::vector<spi::BoundStatement> create_missing(const spi::TableNames& tables, const spi::Look& look,
                                                const spi::Dialect& dialect) {
    std::vector<spi::BoundStatement> statements;
    if (!look.version_table) {
        statements.push_back({fmt::format("CREATE TABLE IF NOT EXISTS {} ({}) {}",
                                          qualified(tables, tables.version, look, dialect),
                                          dialect.version_columns, dialect.table_options),
                              {}});
    }
    if (tables.history && !look.history_table) {
        statements.push_back(
            {fmt::format(R"sql(
CREATE TABLE IF NOT EXISTS {table} (
    id {identity},
    version bigint NOT NULL,
    event {text} NOT NULL,
    direction {text} NOT NULL,
    leads_to bigint NOT NULL,
    applied {text} NOT NULL,
    name {text} NOT NULL,
    checksum {text},
    down_sql {text},
    statements_done bigint NOT NULL,
    statements_total bigint NOT NULL,
    started_at {moment} NOT NULL,
    duration_us bigint NOT NULL,
    actor {text} NOT NULL,
    client {text} NOT NULL,
    tool {text} NOT NULL,
    error {text}
) {options})sql",
                         fmt::arg("table", qualified(tables, *tables.history, look, dialect)),
                         fmt::arg("identity", dialect.identity_column), fmt::arg("text", dialect.text_type),
                         fmt::arg("moment", dialect.timestamp_type),
                         fmt::arg("options", dialect.table_options)),
             {}});
    }
    return statements;
}

spi::BoundStatement create_journal(const std::string& table, const spi::Dialect& dialect) {
    return {
        fmt::format(R"sql(
CREATE TABLE IF NOT EXISTS {table} (
    version bigint NOT NULL PRIMARY KEY,
    direction {text} NOT NULL,
    from_version bigint NOT NULL,
    leads_to bigint NOT NULL,
    file {text} NOT NULL,
    statements_total bigint NOT NULL,
    statements_done bigint NOT NULL,
    done_checksum {text} NOT NULL,
    state {text} NOT NULL,
    next_statements bigint NOT NULL,
    next_checksum {text} NOT NULL,
    next_line bigint NOT NULL,
    next_what {text} NOT NULL,
    next_note {text} NOT NULL,
    error {text} NOT NULL,
    session {text} NOT NULL,
    written_at {moment} NOT NULL,
    actor {text} NOT NULL,
    client {text} NOT NULL,
    tool {text} NOT NULL
) {options})sql",
                    fmt::arg("table", table), fmt::arg("text", dialect.text_type),
                    fmt::arg("moment", dialect.timestamp_type), fmt::arg("options", dialect.table_options)),
        {}};
}

}  // namespace aether::migrate::history
