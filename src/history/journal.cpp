// SPDX-License-Identifier: MIT
// The journal's row: which migration is under way that can't be in one transaction, and how far it came.
#include "journal.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../migration/checksum.hpp"
#include "row.hpp"

namespace aether::migrate::history {

namespace {

constexpr std::string_view kColumns =
    "version, direction, from_version, leads_to, file, statements_total, statements_done, done_checksum, "
    "state, next_statements, next_checksum, next_line, next_what, next_note, error, session";

std::string_view name_of(JournalState state) {
    switch (state) {
        case JournalState::between:
            return "between";
        case JournalState::intended:
            return "intended";
        case JournalState::refused:
            return "refused";
    }
    return "";
}

// Reads the values of a row one after the other.
class Cells {
public:
    explicit Cells(const std::vector<spi::Value>& row) : row_(row) {}

    const std::string& text() { return row_.at(next_++).value(); }

    template <typename Number>
    Number number() {
        const std::string& digits = text();
        Number value{};
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }

    std::optional<Version> version() {
        const auto value = number<std::int64_t>();
        return value < 0 ? std::nullopt : std::optional(Version{value});
    }

    JournalState state() {
        const std::string& name = text();
        for (const JournalState state :
             {JournalState::between, JournalState::intended, JournalState::refused}) {
            if (name == name_of(state))
                return state;
        }
        throw Error(ErrorCode::bookkeeping_failed,
                    fmt::format("the journal's state \"{}\" is none that this version knows", name));
    }

private:
    const std::vector<spi::Value>& row_;
    std::size_t next_ = 0;
};

}  // namespace

std::string chain(std::string_view done, std::string_view statement) {
    Checksum checksum;
    checksum.update(done);
    checksum.update(statement);
    return checksum.finish();
}

void complete_next(JournalEntry& entry) {
    entry.statements_done += entry.next.statements;
    entry.done_checksum = entry.next.checksum;
    forget_next(entry);
}

void forget_next(JournalEntry& entry) {
    entry.state = JournalState::between;
    entry.next = {};
}

std::vector<spi::BoundStatement> replace_journal(const std::string& table, const JournalEntry& entry,
                                                 const Author& author, const spi::Dialect& dialect) {
    return {{fmt::format("DELETE FROM {}", table), {}},
            insert_row(table,
                       {{"version", std::to_string(entry.version.number)},
                        {"direction", std::string(migrate::name_of(entry.direction))},
                        {"from_version", to_string(entry.from)},
                        {"leads_to", to_string(entry.leads_to)},
                        {"file", entry.file},
                        {"statements_total", std::to_string(entry.statements_total)},
                        {"statements_done", std::to_string(entry.statements_done)},
                        {"done_checksum", entry.done_checksum},
                        {"state", std::string(name_of(entry.state))},
                        {"next_statements", std::to_string(entry.next.statements)},
                        {"next_checksum", entry.next.checksum},
                        {"next_line", std::to_string(entry.next.line)},
                        {"next_what", entry.next.what},
                        {"next_note", entry.next.note},
                        {"error", entry.error},
                        {"session", entry.session},
                        {"written_at", timestamp(std::chrono::system_clock::now())},
                        {"actor", author.actor},
                        {"client", author.client},
                        {"tool", author.tool}},
                       dialect)};
}

std::optional<JournalEntry> load_journal(spi::Connection& connection, const std::string& table,
                                         const spi::Wait& wait) {
    const spi::Rows rows = connection.query({fmt::format("SELECT {} FROM {}", kColumns, table), {}}, wait);
    if (rows.rows.empty())
        return std::nullopt;
    Cells cells(rows.rows.front());
    JournalEntry entry;
    entry.version = Version{cells.number<std::int64_t>()};
    entry.direction = cells.text() == migrate::name_of(Direction::down) ? Direction::down : Direction::up;
    entry.from = cells.version();
    entry.leads_to = cells.version();
    entry.file = cells.text();
    entry.statements_total = cells.number<std::size_t>();
    entry.statements_done = cells.number<std::size_t>();
    entry.done_checksum = cells.text();
    entry.state = cells.state();
    entry.next.statements = cells.number<std::size_t>();
    entry.next.checksum = cells.text();
    entry.next.line = cells.number<std::size_t>();
    entry.next.what = cells.text();
    entry.next.note = cells.text();
    entry.error = cells.text();
    entry.session = cells.text();
    return entry;
}

}  // namespace aether::migrate::history
