// SPDX-License-Identifier: MIT
// A connection with a database file: opened when it is there, made when it is needed.
#include "session.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/text.hpp>

#include "errors.hpp"
#include "script.hpp"
#include "statement.hpp"

namespace aether::migrate::sqlite {

namespace {

constexpr int kAlways = SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;

bool exists(const std::string& file) {
    struct stat facts{};
    return stat(file.c_str(), &facts) == 0 || errno != ENOENT;
}

int leave_open(sqlite3* /*database*/) {
    return SQLITE_OK;
}

std::string folder_of(const std::string& file) {
    const std::size_t slash = file.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : file.substr(0, slash);
}

spi::Value value_at(sqlite3_stmt* statement, int column) {
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return std::nullopt;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    if (text == nullptr)
        return std::nullopt;
    return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

void bind(sqlite3_stmt* statement, const std::vector<spi::Value>& values) {
    int place = 1;
    for (const spi::Value& value : values) {
        if (value) {
            sqlite3_bind_text64(statement, place, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8);
        } else {
            sqlite3_bind_null(statement, place);
        }
        ++place;
    }
}

// Names whom a statement of the engine's own waited for in vain.
Error explained(const Failure& failure, const std::string& statement, const std::vector<spi::Blocker>& seen) {
    Error error = bookkeeping_error(failure, statement);
    if (!is_busy(failure.code) || seen.empty())
        return error;
    ErrorDetails details = error.details();
    std::string names;
    for (const spi::Blocker& blocker : seen) {
        names += fmt::format("{}{}", names.empty() ? "" : "; ", to_text(blocker));
    }
    details.hint = fmt::format("in the way: {}", names);
    return Error(std::move(details));
}

}  // namespace

Session::Session(const Parameters& parameters) : parameters_(parameters) {
    if (parameters.in_memory() || !parameters.creates() || exists(parameters.file)) {
        raw();
        return;
    }
    // To be made by the first write, so that a look at a mistyped name leaves nothing behind.
    if (!exists(folder_of(parameters.file))) {
        throw opening_error({SQLITE_CANTOPEN, "unable to open database file: no such file or directory", -1},
                            parameters.file);
    }
}

Session::Session(sqlite3* borrowed, const Parameters& parameters)
    : parameters_(parameters), database_(borrowed, leave_open) {
    require_idle(borrowed);
    kept_settings_ = std::make_unique<KeptSettings>(borrowed);
    waiter_.install(borrowed, file());
}

bool Session::is_there() {
    if (database_ == nullptr && exists(parameters_.file))
        raw();
    return database_ != nullptr;
}

sqlite3* Session::raw() {
    if (database_ == nullptr)
        open(parameters_.open_flags | kAlways);
    return database_.get();
}

void Session::open(int flags) {
    sqlite3* opened = nullptr;
    const char* vfs = parameters_.vfs.empty() ? nullptr : parameters_.vfs.c_str();
    const int code = sqlite3_open_v2(parameters_.open_name.c_str(), &opened, flags, vfs);
    database_.reset(opened);
    if (code != SQLITE_OK) {
        const Failure failure = read_failure(opened, code);
        database_.reset();
        throw opening_error(failure, parameters_.file);
    }
    waiter_.install(opened, file());
    for (const std::string& pragma : parameters_.session_pragmas) {
        run({pragma, {}}, {});
    }
}

void Session::set_up_file(const spi::Wait& wait) {
    if (std::exchange(file_is_set_up_, true))
        return;
    raw();
    for (const std::string& pragma : parameters_.file_pragmas) {
        run({pragma, {}}, wait);
    }
}

std::string Session::file() {
    const char* name = sqlite3_db_filename(raw(), "main");
    return name == nullptr ? std::string() : std::string(name);
}

bool Session::in_transaction() const {
    return database_ != nullptr && sqlite3_get_autocommit(database_.get()) == 0;
}

void Session::note_settings() {
    if (kept_settings_ != nullptr)
        kept_settings_->note();
}

spi::Rows Session::run(const spi::BoundStatement& statement, const spi::Wait& wait) {
    sqlite3* database = raw();
    const WaitScope scope(waiter_, wait, busy_limit_);
    const auto fail = [&](int code) {
        const Failure failure = read_failure(database, code);
        waiter_.rethrow();
        throw explained(failure, statement.sql, waiter_.last_seen());
    };
    if (waiter_.must_end())
        waiter_.rethrow();
    const Prepared prepared = prepare(database, statement.sql.c_str());
    if (prepared.code != SQLITE_OK)
        fail(prepared.code);
    bind(prepared.statement.get(), statement.values);
    spi::Rows rows;
    const sqlite3_int64 before = sqlite3_total_changes64(database);
    int code = sqlite3_step(prepared.statement.get());
    for (; code == SQLITE_ROW; code = sqlite3_step(prepared.statement.get())) {
        std::vector<spi::Value>& values = rows.rows.emplace_back();
        for (int column = 0; column < sqlite3_column_count(prepared.statement.get()); ++column) {
            values.push_back(value_at(prepared.statement.get(), column));
        }
    }
    if (code != SQLITE_DONE)
        fail(code);
    // Statements that change no row leave the count of the last one that did.
    const bool changed = sqlite3_total_changes64(database) != before;
    rows.affected = changed ? static_cast<std::uint64_t>(sqlite3_changes64(database)) : rows.rows.size();
    return rows;
}

spi::ScriptResult Session::run_text(std::string_view text, const spi::Wait& wait) {
    sqlite3* database = raw();
    const WaitScope scope(waiter_, wait, busy_limit_);
    spi::ScriptResult result = run_script(database, text, waiter_);
    if (result.failure) {
        waiter_.rethrow();
        complete_failure(result, waiter_.ended_by());
        if (result.failure->passing)
            result.failure->blockers = waiter_.last_seen();
    }
    waiter_.install(database, file());
    return result;
}

}  // namespace aether::migrate::sqlite
