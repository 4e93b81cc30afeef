// SPDX-License-Identifier: MIT
// A connection of the caller's: what it may be like, and what is put back when we are through with it.
#include "borrowed.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/spi/borrowed.hpp>

#include "lock_function.hpp"
#include "statement.hpp"

namespace aether::migrate::sqlite {

namespace {

// Which take effect for a connection, and can be read.
constexpr std::array kPragmas{"cache_size",
                              "foreign_keys",
                              "ignore_check_constraints",
                              "legacy_alter_table",
                              "locking_mode",
                              "query_only",
                              "recursive_triggers",
                              "reverse_unordered_selects",
                              "secure_delete",
                              "synchronous",
                              "temp_store",
                              "trusted_schema",
                              "writable_schema"};

std::optional<std::string> value_of(sqlite3* handle, std::string_view pragma) {
    const Prepared prepared = prepare(handle, fmt::format("PRAGMA main.{}", pragma).c_str());
    if (prepared.statement == nullptr || sqlite3_step(prepared.statement.get()) != SQLITE_ROW)
        return std::nullopt;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared.statement.get(), 0));
    return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

void set(sqlite3* handle, std::string_view pragma, std::string_view value) {
    // It says 2 for "fast", and takes 2 for "on".
    const std::string_view words = pragma == "secure_delete" && value == "2" ? "fast" : value;
    const Prepared prepared = prepare(handle, fmt::format("PRAGMA main.{} = {}", pragma, words).c_str());
    while (prepared.statement != nullptr && sqlite3_step(prepared.statement.get()) == SQLITE_ROW) {
    }
}

}  // namespace

Parameters parameters_of(sqlite3* handle, const BorrowedConnection& borrowed) {
    Parameters parameters = read_parameters(fmt::format("sqlite://:memory:?{}", borrowed.parameters));
    const char* const file = sqlite3_db_filename(handle, "main");
    if (file != nullptr && *file != '\0') {
        parameters.file = parameters.open_name = file;
        parameters.open_flags &= ~SQLITE_OPEN_MEMORY;
    }
    return parameters;
}

void require_idle(sqlite3* handle) {
    if (sqlite3_get_autocommit(handle) == 0)
        spi::refuse_busy("a transaction is open", "end it with COMMIT or ROLLBACK first");
    for (sqlite3_stmt* statement = sqlite3_next_stmt(handle, nullptr); statement != nullptr;
         statement = sqlite3_next_stmt(handle, statement)) {
        if (sqlite3_stmt_busy(statement) != 0)
            spi::refuse_busy("a statement has rows left", "call sqlite3_reset() on it first");
    }
}

KeptSettings::KeptSettings(sqlite3* handle)
    : handle_(handle),
      busy_milliseconds_(std::atoi(value_of(handle, "busy_timeout").value_or("0").c_str())) {}

void KeptSettings::note() {
    if (!pragmas_.empty())
        return;
    for (const char* pragma : kPragmas) {
        if (std::optional<std::string> value = value_of(handle_, pragma))
            pragmas_.emplace_back(pragma, std::move(*value));
    }
}

KeptSettings::~KeptSettings() {
    for (const auto& [pragma, value] : pragmas_) {
        if (value_of(handle_, pragma) != value)
            set(handle_, pragma, value);
    }
    remove_lock_function(handle_);
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
    sqlite3_busy_timeout(handle_, busy_milliseconds_);
}

}  // namespace aether::migrate::sqlite
