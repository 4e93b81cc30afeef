// SPDX-License-Identifier: MIT
// Reads the history for people: its rows as values, the newest first.
#include "entries.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "layout.hpp"

namespace aether::migrate::history {

namespace {

constexpr std::array kKinds{EventKind::applied, EventKind::reverted, EventKind::forced, EventKind::adopted,
                            EventKind::repaired};

[[noreturn]] void fail_damaged(std::string_view id, std::string_view column) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message =
        fmt::format("row {} of the history is damaged: its column {} can't be read", id, column);
    details.next = "mend the row";
    throw Error(std::move(details));
}

// One row of the query below, column by column.
class Reader {
public:
    explicit Reader(const std::vector<spi::Value>& row) : row_(row) {}

    std::string text() { return row_.at(next_++).value_or(""); }

    std::int64_t number(std::string_view column) {
        const std::string digits = text();
        std::int64_t value = 0;
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (fault != std::errc() || end != digits.data() + digits.size())
            fail(column);
        return value;
    }

    std::optional<Version> version(std::string_view column) {
        const std::int64_t value = number(column);
        return value < 0 ? std::nullopt : std::optional(Version{value});
    }

    EventKind kind() {
        const std::string name = text();
        const auto* found =
            std::ranges::find_if(kKinds, [&name](EventKind kind) { return migrate::name_of(kind) == name; });
        if (found == kKinds.end())
            fail("event");
        return *found;
    }

    // "2026-01-31 23:59:59.123456+00:00", as timestamp() writes it.
    std::chrono::system_clock::time_point moment(std::string_view column) {
        const std::string value = text();
        constexpr std::string_view kForm = "0000-00-00 00:00:00.000000+00:00";
        const bool fits = value.size() == kForm.size() &&
                          std::equal(value.begin(), value.end(), kForm.begin(), [](char given, char form) {
                              return form == '0' ? given >= '0' && given <= '9' : given == form;
                          });
        if (!fits)
            fail(column);
        const auto part = [&value](std::size_t begin, std::size_t size) {
            int digits = 0;
            std::from_chars(value.data() + begin, value.data() + begin + size, digits);
            return digits;
        };
        const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                               std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                               std::chrono::day(static_cast<unsigned>(part(8, 2)))};
        if (!date.ok())
            fail(column);
        return std::chrono::sys_days(date) + std::chrono::hours(part(11, 2)) +
               std::chrono::minutes(part(14, 2)) + std::chrono::seconds(part(17, 2)) +
               std::chrono::microseconds(part(20, 6));
    }

private:
    [[noreturn]] void fail(std::string_view column) const {
        fail_damaged(row_.front().value_or("NULL"), column);
    }

    const std::vector<spi::Value>& row_;
    std::size_t next_ = 0;
};

HistoryEntry read_entry(const std::vector<spi::Value>& row) {
    Reader reader(row);
    HistoryEntry entry;
    entry.id = reader.number("id");
    entry.version = reader.version("version");
    entry.kind = reader.kind();
    entry.direction = reader.text() == migrate::name_of(Direction::down) ? Direction::down : Direction::up;
    entry.leads_to = reader.version("leads_to");
    entry.title = reader.text();
    entry.checksum = reader.text();
    entry.statements = static_cast<std::uint64_t>(reader.number("statements_done"));
    entry.started_at = reader.moment("started_at");
    entry.duration = std::chrono::microseconds(reader.number("duration_us"));
    entry.actor = reader.text();
    entry.client = reader.text();
    entry.tool = reader.text();
    return entry;
}

// The column as the dialect reads it.
std::string moment_of(std::string_view column, const spi::Dialect& dialect) {
    std::string expression(dialect.timestamp_text);
    return expression.replace(expression.find('@'), 1, column);
}

}  // namespace

std::vector<HistoryEntry> load_entries(spi::Connection& connection, const spi::TableNames& tables,
                                       const spi::Look& look, std::size_t limit, const spi::Wait& wait) {
    std::vector<HistoryEntry> entries;
    if (!tables.history || !look.history_rows || limit == 0)
        return entries;
    const spi::Dialect& dialect = connection.dialect();
    const auto most =
        std::min<std::uint64_t>(limit, std::numeric_limits<std::int64_t>::max());  // of a bigint
    const spi::Rows rows =
        connection.query({fmt::format(R"sql(
SELECT id, version, event, direction, leads_to, name, checksum, statements_done, {},
       duration_us, actor, client, tool
FROM {}
ORDER BY id DESC
LIMIT {})sql",
                                      moment_of("started_at", dialect),
                                      qualified(tables, *tables.history, look, dialect), most),
                          {}},
                         wait);
    entries.reserve(rows.rows.size());
    for (const std::vector<spi::Value>& row : rows.rows) {
        entries.push_back(read_entry(row));
    }
    return entries;
}

}  // namespace aether::migrate::history
