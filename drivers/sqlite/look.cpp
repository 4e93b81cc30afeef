// SPDX-License-Identifier: MIT
// One look at a database: the version row, the end of the history, the journal.
#include "look.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/characters.hpp>
#include <aether/migrate/spi/client_name.hpp>

#include "quote.hpp"
#include "read_transaction.hpp"

namespace aether::migrate::sqlite {

namespace {

template <typename Number>
Number number_of(std::string_view text) {
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool is_true(const std::string& flag) {
    const std::string word = spi::lower_case(flag);
    return word == "true" || word == "t" || number_of<std::int64_t>(word) != 0;
}

class Looker {
public:
    Looker(Session& session, const spi::TableNames& tables, const spi::Wait& wait)
        : session_(session), tables_(tables), wait_(wait) {}

    void look(LookResult& result) {
        find_tables(result.look);
        try {
            if (result.look.version_table)
                read_version(result);
            if (result.look.history_table)
                read_history(result.look);
            if (result.look.journal_table)
                read_journal(result.look);
        } catch (const Error& error) {
            throw explained(error);
        }
        compare(result.look);
    }

private:
    std::vector<std::vector<spi::Value>> rows(std::string sql, std::vector<spi::Value> values = {}) {
        return session_.run({std::move(sql), std::move(values)}, wait_).rows;
    }

    // Names of tables are compared without case.
    void find_tables(spi::Look& look) {
        for (const auto& row : rows("SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view') AND "
                                    "name COLLATE NOCASE IN (?, ?, ?)",
                                    {tables_.version, tables_.history, tables_.journal})) {
            const std::string name = spi::lower_case(*row.front());
            look.version_table = look.version_table || name == spi::lower_case(tables_.version);
            look.history_table =
                look.history_table || (tables_.history && name == spi::lower_case(*tables_.history));
            look.journal_table =
                look.journal_table || (tables_.journal && name == spi::lower_case(*tables_.journal));
        }
    }

    void read_version(LookResult& result) {
        for (const auto& row : rows(fmt::format("SELECT version, dirty, typeof(dirty) FROM main.{} LIMIT 2",
                                                quote(tables_.version)))) {
            spi::VersionRow version;
            version.version = number_of<std::int64_t>(row[0].value_or("-1"));
            version.dirty = is_true(row[1].value_or("0"));
            if (row[2] == "text")
                result.flag = FlagForm::text;
            result.look.version_rows.push_back(version);
        }
    }

    void read_history(spi::Look& look) {
        for (const auto& row :
             rows(fmt::format("SELECT leads_to, applied FROM main.{} ORDER BY id DESC LIMIT 1",
                              quote(*tables_.history)))) {
            look.history_rows = true;
            look.history_version = number_of<std::int64_t>(row[0].value_or("-1"));
            const std::string applied = row[1].value_or("0 0");
            look.applied_count = number_of<std::uint64_t>(applied);
            look.applied_sum =
                number_of<std::uint64_t>(applied.substr(std::min(applied.find(' ') + 1, applied.size())));
        }
    }

    void read_journal(spi::Look& look) {
        for (const auto& row :
             rows(fmt::format("SELECT leads_to FROM main.{} LIMIT 1", quote(*tables_.journal)))) {
            look.journal_row = true;
            journal_leads_to_ = number_of<std::int64_t>(row[0].value_or("-1"));
        }
    }

    // Nothing in the file tells who wrote a row, so others are only seen by what they wrote.
    void compare(spi::Look& look) const {
        const bool one = look.version_rows.size() == 1;
        const bool dirty = one && look.version_rows.front().dirty;
        const std::int64_t version = one ? look.version_rows.front().version : -1;
        look.journal_current = look.journal_row && dirty && version == journal_leads_to_;
        if (look.history_rows)
            look.same_write = version == look.history_version && !dirty;
    }

    static Error explained(const Error& error) {
        if (error.details().sqlstate != "SQLITE_ERROR")
            return error;
        ErrorDetails details = error.details();
        details.hint =
            "the version table, the history or the journal has other columns than ours: choose another name "
            "with x-migrations-table, or switch the history off with x-history=false";
        return Error(std::move(details));
    }

    Session& session_;
    const spi::TableNames& tables_;
    const spi::Wait& wait_;
    std::int64_t journal_leads_to_ = -1;
};

}  // namespace

LookResult look_at(Session& session, const std::string& file, const spi::TableNames& tables,
                   const spi::Wait& wait) {
    LookResult result;
    spi::Look& look = result.look;
    look.facts.database = file;
    look.facts.schema = look.tables_schema = "main";
    look.facts.user = spi::client_name();
    look.facts.user.erase(std::min(look.facts.user.rfind('@'), look.facts.user.size()));
    if (!session.is_there())
        return result;
    look.facts.read_only = sqlite3_db_readonly(session.raw(), "main") == 1;
    const ReadTransaction transaction(session, wait);
    Looker(session, tables, wait).look(result);
    return result;
}

}  // namespace aether::migrate::sqlite
