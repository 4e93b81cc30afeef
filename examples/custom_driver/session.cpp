// SPDX-License-Identifier: MIT
// One open SQLite database: the client library behind objects that clean up, and its errors as ours.
#include "session.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>

#include <aether/migrate/spi/characters.hpp>

namespace tiny {

namespace migrate = aether::migrate;
using std::chrono::steady_clock;

// SQLite calls it between steps of its virtual machine, and again and again while another one has the file.
class Session::Watch {
public:
    Watch(sqlite3* database, const spi::Wait& wait) : database_(database), wait_(wait) {
        sqlite3_progress_handler(
            database, 1000, [](void* self) { return cast(self).is_over() ? 1 : 0; }, this);
        sqlite3_busy_handler(
            database,
            [](void* self, int) {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
                return cast(self).is_over() || cast(self).waited_enough() ? 0 : 1;
            },
            this);
    }
    ~Watch() {
        sqlite3_progress_handler(database_, 0, nullptr, nullptr);
        sqlite3_busy_handler(database_, nullptr, nullptr);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    bool is_over() {
        if (wait_.stop.stop_requested())
            interruption_ = Interruption::stop;
        else if (wait_.deadline && steady_clock::now() >= *wait_.deadline)
            interruption_ = Interruption::deadline;
        return interruption_ != Interruption::none;
    }

    void throw_if_stopped() const {
        if (interruption_ == Interruption::stop)
            throw migrate::Error(migrate::ErrorCode::cancelled, "stopped while SQLite was at work");
    }

    std::string message(sqlite3* database) const {
        return interruption_ == Interruption::deadline ? "the time for this statement is over"
                                                       : sqlite3_errmsg(database);
    }

private:
    static Watch& cast(void* self) { return *static_cast<Watch*>(self); }
    // Nobody waits for ever, even without a deadline.
    bool waited_enough() const { return steady_clock::now() - begin_ > std::chrono::seconds(30); }

    sqlite3* database_;
    const spi::Wait& wait_;
    steady_clock::time_point begin_ = steady_clock::now();
    Interruption interruption_ = Interruption::none;
};

namespace {

// Prepares the first statement of a text and moves on to the next; nothing for blanks and comments alone.
Statement prepare(sqlite3* database, const char*& text, int& code) {
    sqlite3_stmt* made = nullptr;
    const char* tail = nullptr;
    code = sqlite3_prepare_v2(database, text, -1, &made, &tail);
    if (code == SQLITE_OK)
        text = tail;
    return {made, &sqlite3_finalize};
}

void bind(sqlite3_stmt* statement, const std::vector<spi::Value>& values) {
    int number = 0;
    for (const spi::Value& value : values) {
        ++number;
        if (!value)
            sqlite3_bind_null(statement, number);
        else
            sqlite3_bind_text64(statement, number, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
}

std::vector<spi::Value> row_of(sqlite3_stmt* statement) {
    std::vector<spi::Value> row;
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        row.push_back(text == nullptr ? spi::Value() : spi::Value(std::string(text, size)));
    }
    return row;
}

}  // namespace

Session::Session(const std::string& path, int flags) {
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &made, flags, nullptr);
    database_.reset(made);
    if (code != SQLITE_OK)
        throw migrate::Error(migrate::ErrorCode::connection_failed, path + ": " + sqlite3_errmsg(raw()));
}

spi::Rows Session::run(const spi::BoundStatement& statement, const spi::Wait& wait) {
    Watch watch(raw(), wait);
    spi::Rows rows;
    const char* text = statement.sql.c_str();
    int code = SQLITE_OK;
    const Statement prepared = prepare(raw(), text, code);
    const int before = sqlite3_total_changes(raw());
    if (prepared) {
        bind(prepared.get(), statement.values);
        for (code = sqlite3_step(prepared.get()); code == SQLITE_ROW; code = sqlite3_step(prepared.get())) {
            rows.rows.push_back(row_of(prepared.get()));
        }
    }
    if (code != SQLITE_OK && code != SQLITE_DONE) {
        watch.throw_if_stopped();
        throw migrate::Error(migrate::ErrorCode::bookkeeping_failed,
                             watch.message(raw()) + " in: " + statement.sql);
    }
    rows.affected = static_cast<std::uint64_t>(sqlite3_total_changes(raw()) - before);
    return rows;
}

spi::ScriptResult Session::run_text(std::string_view text, const spi::Wait& wait) {
    Watch watch(raw(), wait);
    spi::ScriptResult result;
    const std::string copy(
        text);  // SQLite wants a zero at the end, and copies a text that has none each time
    const char* rest = copy.c_str();
    while (*rest != '\0') {
        int code = watch.is_over() ? SQLITE_INTERRUPT : SQLITE_OK;
        Statement prepared(nullptr, &sqlite3_finalize);
        if (code == SQLITE_OK)
            prepared = prepare(raw(), rest, code);
        const bool understood = code == SQLITE_OK;
        while (prepared && (code == SQLITE_OK || code == SQLITE_ROW)) {
            code = sqlite3_step(prepared.get());
        }
        if (code == SQLITE_OK)
            continue;  // an empty statement: blanks, comments, a semicolon
        if (code == SQLITE_DONE) {
            ++result.completed;
            continue;
        }
        watch.throw_if_stopped();
        spi::ScriptFailure& failure = result.failure.emplace();
        failure.message = watch.message(raw());
        failure.original = failure.message;
        failure.passing = code == SQLITE_BUSY;
        failure.unread = !understood && result.completed == 0;
        const int offset = watch.is_over() ? -1 : sqlite3_error_offset(raw());
        if (!understood && offset >= 0) {
            const auto begin = static_cast<std::size_t>(rest - copy.c_str());
            // The engine counts characters from 1, SQLite bytes from 0.
            failure.position = 1 + spi::characters_in(text, begin + static_cast<std::size_t>(offset));
        }
        return result;
    }
    return result;
}

}  // namespace tiny
