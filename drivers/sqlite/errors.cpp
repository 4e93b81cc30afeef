// SPDX-License-Identifier: MIT
// The driver's border: SQLite's errors in the engine's terms and golang-migrate's words.
#include "errors.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace aether::migrate::sqlite {

namespace {

constexpr auto kNames = std::to_array<std::pair<int, std::string_view>>({
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_INTERNAL, "SQLITE_INTERNAL"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_ABORT, "SQLITE_ABORT"},
    {SQLITE_ABORT_ROLLBACK, "SQLITE_ABORT_ROLLBACK"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_BUSY_RECOVERY, "SQLITE_BUSY_RECOVERY"},
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_LOCKED_SHAREDCACHE, "SQLITE_LOCKED_SHAREDCACHE"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_READONLY_RECOVERY, "SQLITE_READONLY_RECOVERY"},
    {SQLITE_READONLY_CANTLOCK, "SQLITE_READONLY_CANTLOCK"},
    {SQLITE_READONLY_ROLLBACK, "SQLITE_READONLY_ROLLBACK"},
    {SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    {SQLITE_READONLY_CANTINIT, "SQLITE_READONLY_CANTINIT"},
    {SQLITE_READONLY_DIRECTORY, "SQLITE_READONLY_DIRECTORY"},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_NOTFOUND, "SQLITE_NOTFOUND"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_CANTOPEN_ISDIR, "SQLITE_CANTOPEN_ISDIR"},
    {SQLITE_PROTOCOL, "SQLITE_PROTOCOL"},
    {SQLITE_SCHEMA, "SQLITE_SCHEMA"},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
    {SQLITE_CONSTRAINT_COMMITHOOK, "SQLITE_CONSTRAINT_COMMITHOOK"},
    {SQLITE_CONSTRAINT_DATATYPE, "SQLITE_CONSTRAINT_DATATYPE"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
    {SQLITE_CONSTRAINT_FUNCTION, "SQLITE_CONSTRAINT_FUNCTION"},
    {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    {SQLITE_CONSTRAINT_PINNED, "SQLITE_CONSTRAINT_PINNED"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
    {SQLITE_CONSTRAINT_ROWID, "SQLITE_CONSTRAINT_ROWID"},
    {SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
    {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
    {SQLITE_CONSTRAINT_VTAB, "SQLITE_CONSTRAINT_VTAB"},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    {SQLITE_MISUSE, "SQLITE_MISUSE"},
    {SQLITE_NOLFS, "SQLITE_NOLFS"},
    {SQLITE_AUTH, "SQLITE_AUTH"},
    {SQLITE_RANGE, "SQLITE_RANGE"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
});

constexpr int primary(int code) {
    return code & 0xff;
}

// Go prints errno texts in lower case.
std::string reason_of(int error) {
    std::string reason = std::generic_category().message(error);
    if (!reason.empty())
        reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
    return reason;
}

std::string first_line(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const auto end = text.find('\n');
    return end == std::string_view::npos ? std::string(text) : fmt::format("{} …", text.substr(0, end));
}

std::string hint_for(int code) {
    switch (primary(code)) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another connection reads or writes the database";
        case SQLITE_FULL:
            return "the disk is full, or PRAGMA max_page_count is reached";
        case SQLITE_READONLY:
            return "the file, its folder or the URL (mode=ro) allows only reading";
        default:
            return {};
    }
}

}  // namespace

std::string name_of_code(int code) {
    for (const int wanted : {code, primary(code)}) {
        const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                               [wanted](const auto& name) { return name.first == wanted; });
        if (found != kNames.end())
            return std::string(found->second);
    }
    return fmt::format("SQLITE_{}", code);
}

bool is_busy(int code) {
    return primary(code) == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_LOCKED_SHAREDCACHE;
}

Failure read_failure(sqlite3* database, int code) {
    Failure failure;
    failure.code = code;
    if (database == nullptr) {
        failure.message = sqlite3_errstr(code);
        return failure;
    }
    failure.code = sqlite3_extended_errcode(database);
    failure.message = sqlite3_errmsg(database);
    failure.offset = sqlite3_error_offset(database);
    const bool system = primary(code) == SQLITE_CANTOPEN || primary(code) == SQLITE_IOERR;
    if (const int error = system ? sqlite3_system_errno(database) : 0; error != 0)
        failure.message += fmt::format(": {}", reason_of(error));
    return failure;
}

Error bookkeeping_error(const Failure& failure, std::string_view statement) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = failure.message;
    if (statement != "COMMIT" &&
        !is_busy(failure.code))  // which refuse for what others do, or was done before
        details.message += fmt::format(" in line 0: {}", first_line(statement));
    details.sqlstate = name_of_code(failure.code);
    details.hint = hint_for(failure.code);
    return Error(std::move(details));
}

Error opening_error(const Failure& failure, const std::string& file) {
    ErrorDetails details;
    details.code = ErrorCode::connection_failed;
    details.message = failure.message;
    details.where.file = file;
    details.sqlstate = name_of_code(failure.code);
    details.next = "check DATABASE_URL: it names the database file";
    return Error(std::move(details));
}

}  // namespace aether::migrate::sqlite
