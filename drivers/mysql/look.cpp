// SPDX-License-Identifier: MIT
// The version row, the history's end and the session's facts, whether the tables exist or not.
#include "look.hpp"

#include <mysqld_error.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/stored_number.hpp>

#include "errors.hpp"
#include "quote.hpp"

namespace aether::migrate::mysql {

namespace {

// Who may write in spite of read_only has one of these privileges; only their names differ.
constexpr std::string_view kFacts = R"sql(
SELECT database(), current_user(),
       @@global.read_only AND NOT EXISTS (
           SELECT 1 FROM information_schema.user_privileges
           WHERE privilege_type IN ('SUPER', 'READ ONLY ADMIN', 'READ_ONLY ADMIN', 'CONNECTION_ADMIN')
             AND grantee = concat('''', substring_index(current_user(), '@', 1), '''@''',
                                  substring_index(current_user(), '@', -1), ''''))
)sql";

/// What a table shows to this user.
enum class Seen { readable, missing, forbidden, no_schema };

/// One statement of the look, and who reads its answer.
struct Question {
    std::string sql;
    std::function<void(const spi::Rows&)> take;
    std::function<void(Seen)> note;  ///< May be empty: then it must not fail.
};

std::string_view text_of(const spi::Value& value) {
    return value ? std::string_view(*value) : std::string_view();
}

std::int64_t number_of(const spi::Value& value) {
    std::string_view text = text_of(value);
    return spi::take_number<std::int64_t>(text);
}

void take_facts(const spi::Rows& rows, spi::Look& look) {
    const std::vector<spi::Value>& row = rows.rows.at(0);
    look.facts.schema = look.facts.database = text_of(row.at(0));
    look.facts.user = text_of(row.at(1));
    look.facts.read_only = text_of(row.at(2)) == "1";
}

void take_version(const spi::Rows& rows, spi::Look& look) {
    look.version_table = true;
    for (const std::vector<spi::Value>& row : rows.rows)
        look.version_rows.push_back({number_of(row.at(0)), number_of(row.at(1)) != 0});
}

void take_history(const spi::Rows& rows, spi::Look& look) {
    look.history_table = true;
    look.history_rows = !rows.rows.empty();
    if (rows.rows.empty())
        return;
    const std::vector<spi::Value>& row = rows.rows.front();
    look.history_version = number_of(row.at(0));
    std::string_view applied = text_of(row.at(1));
    look.applied_count = spi::take_number<std::uint64_t>(applied);
    look.applied_sum = spi::take_number<std::uint64_t>(applied);
}

std::optional<Seen> reason_of(unsigned number) {
    switch (number) {
        case ER_NO_SUCH_TABLE:
            return Seen::missing;
        case ER_BAD_DB_ERROR:
            return Seen::no_schema;
        case ER_TABLEACCESS_DENIED_ERROR:
        case ER_COLUMNACCESS_DENIED_ERROR:
        case ER_DBACCESS_DENIED_ERROR:
            return Seen::forbidden;
        default:
            return std::nullopt;
    }
}

// Sends all that are left as one message; the one that fails is noted, and the others are sent again.
void ask_all(Session& session, const std::vector<Question>& questions, const spi::Wait& wait) {
    std::size_t next = 0;
    while (next < questions.size()) {
        std::string text;
        for (std::size_t index = next; index < questions.size(); ++index)
            text.append(text.empty() ? "" : ";\n").append(questions[index].sql);
        const std::optional<ServerError> error = session.run(
            text, Session::RowsAre::kept, wait, [&](spi::Rows&& rows) { questions[next++].take(rows); });
        if (!error)
            return;
        const std::optional<Seen> seen = reason_of(error->number);
        if (!seen || !questions.at(next).note)
            throw bookkeeping_error(*error, "read the version");
        questions[next++].note(*seen);
    }
}

// A dirty row is never written together with an event.
bool agrees_with_history(const spi::Look& look) {
    if (!look.history_rows)
        return true;
    if (look.version_rows.empty())
        return look.history_version == -1;
    const spi::VersionRow& row = look.version_rows.front();
    return row.version == look.history_version && !row.dirty;
}

}  // namespace

spi::Look look_at(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    spi::Look look;
    std::optional<std::int64_t> journal_leads_to;
    const auto name = [&tables](const std::string& table) {
        return tables.schema ? quote(*tables.schema, table) : quote(table);
    };
    std::vector<Question> questions;
    questions.push_back(
        {std::string(kFacts), [&look](const spi::Rows& rows) { take_facts(rows, look); }, {}});
    questions.push_back({fmt::format("SELECT version, dirty FROM {} LIMIT 2", name(tables.version)),
                         [&look](const spi::Rows& rows) { take_version(rows, look); },
                         [&look](Seen seen) {
                             look.version_table = look.version_forbidden = seen == Seen::forbidden;
                             look.schema_missing = seen == Seen::no_schema;
                         }});
    if (tables.history) {
        questions.push_back(
            {fmt::format("SELECT leads_to, applied FROM {} ORDER BY id DESC LIMIT 1", name(*tables.history)),
             [&look](const spi::Rows& rows) { take_history(rows, look); },
             [&look](Seen seen) { look.history_table = look.history_forbidden = seen == Seen::forbidden; }});
    }
    if (tables.journal) {
        questions.push_back({fmt::format("SELECT leads_to FROM {} LIMIT 1", name(*tables.journal)),
                             [&](const spi::Rows& rows) {
                                 look.journal_table = true;
                                 look.journal_row = !rows.rows.empty();
                                 if (look.journal_row)
                                     journal_leads_to = number_of(rows.rows.front().at(0));
                             },
                             [](Seen /*seen*/) {}});
    }
    ask_all(session, questions, wait);
    look.tables_schema = tables.schema.value_or(look.facts.schema);
    look.same_write = agrees_with_history(look);
    look.journal_current = journal_leads_to && look.version_rows.size() == 1 &&
                           look.version_rows.front().dirty &&
                           look.version_rows.front().version == *journal_leads_to;
    return look;
}

}  // namespace aether::migrate::mysql
