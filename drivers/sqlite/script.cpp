// SPDX-License-Identifier: MIT
// Runs the text of a migration file, statement by statement, as SQLite cuts it.
#include "script.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <aether/migrate/spi/characters.hpp>

#include "errors.hpp"
#include "statement.hpp"

namespace aether::migrate::sqlite {

namespace {

spi::ScriptFailure failure_of(const Failure& failure) {
    spi::ScriptFailure result;
    result.message = failure.message;
    result.original = failure.message;
    result.sqlstate = name_of_code(failure.code);
    result.passing = is_busy(failure.code);
    return result;
}

spi::ScriptFailure refusal(std::string message, int code, std::string hint) {
    spi::ScriptFailure failure = failure_of({code, std::move(message), -1});
    failure.hint = std::move(hint);
    return failure;
}

// golang-migrate's library refuses it in these words, too.
spi::ScriptFailure parameter_refused(sqlite3_stmt* statement) {
    const char* name = sqlite3_bind_parameter_name(statement, 1);
    return refusal(
        fmt::format("not enough args to execute query: want {} got 0",
                    sqlite3_bind_parameter_count(statement)),
        SQLITE_RANGE,
        fmt::format(
            "{} outside of a string is a parameter, for which SQLite would take NULL: write the value",
            name == nullptr ? "?" : name));
}

bool is_foreign_key_check(sqlite3_stmt* statement) {
    constexpr const char* kColumns[] = {"table", "rowid", "parent", "fkid"};
    if (sqlite3_column_count(statement) != 4)
        return false;
    for (int column = 0; column < 4; ++column) {
        if (std::string_view(sqlite3_column_name(statement, column)) != kColumns[column])
            return false;
    }
    return true;
}

std::string text_at(sqlite3_stmt* statement, int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return text == nullptr ? "NULL" : text;
}

std::optional<spi::ScriptFailure> run_statement(sqlite3* database, sqlite3_stmt* statement) {
    const bool check = is_foreign_key_check(statement);
    std::size_t violations = 0;
    std::string first;
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
        if (check && violations++ == 0) {
            first = fmt::format("row {} of {} refers to a row of {} that is not there", text_at(statement, 1),
                                text_at(statement, 0), text_at(statement, 2));
        }
    }
    if (code != SQLITE_DONE)
        return failure_of(read_failure(database, code));
    if (violations == 0)
        return std::nullopt;
    spi::ScriptFailure failure =
        refusal(fmt::format("foreign_key_check found {} violation{}", violations, violations == 1 ? "" : "s"),
                SQLITE_CONSTRAINT_FOREIGNKEY, "");
    failure.detail = first;
    return failure;
}

}  // namespace

spi::ScriptResult run_script(sqlite3* database, std::string_view text, Waiter& waiter) {
    spi::ScriptResult result;
    const std::string terminated(text);
    const char* next = terminated.c_str();
    while (*next != '\0') {
        const char* begin = next;
        const Prepared prepared = prepare(database, begin);
        if (prepared.code != SQLITE_OK) {
            const Failure failure = read_failure(database, prepared.code);
            result.failure = failure_of(failure);
            if (failure.offset >= 0)
                result.failure->position =
                    1 + spi::characters_in(terminated, static_cast<std::size_t>(begin - terminated.c_str() +
                                                                                failure.offset));
            result.failure->unread = result.completed == 0;
            return result;
        }
        next = prepared.tail;
        if (prepared.statement == nullptr)
            continue;
        if (sqlite3_bind_parameter_count(prepared.statement.get()) > 0) {
            result.failure = parameter_refused(prepared.statement.get());
            result.failure->unread = result.completed == 0;
        } else if (waiter.must_end()) {
            result.failure = failure_of({SQLITE_INTERRUPT, sqlite3_errstr(SQLITE_INTERRUPT), -1});
        } else {
            result.failure = run_statement(database, prepared.statement.get());
        }
        if (result.failure)
            return result;
        ++result.completed;
    }
    return result;
}

void complete_failure(spi::ScriptResult& result, EndedBy ended_by) {
    spi::ScriptFailure& failure = *result.failure;
    if (ended_by != EndedBy::deadline)
        return;
    failure.message = "interrupted: statement timeout";
    failure.original = failure.message;
    failure.passing = false;
    failure.hint = "x-statement-timeout, -statement-timeout or the file's header line set the limit";
}

}  // namespace aether::migrate::sqlite
