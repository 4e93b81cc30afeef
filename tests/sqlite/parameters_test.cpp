// SPDX-License-Identifier: MIT
// What a database URL means to the SQLite driver.
#include "../../drivers/sqlite/parameters.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::sqlite {
namespace {

using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

std::string refusal_of(const std::string& url) {
    try {
        read_parameters(url);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_url);
        return error.what();
    }
    return "accepted";
}

TEST(sqlite_parameters, name_the_file_in_every_form) {
    EXPECT_EQ(read_parameters("sqlite3://rel.db").file, "rel.db");
    EXPECT_EQ(read_parameters("sqlite://sub/rel.db?x-history=false").file, "sub/rel.db");
    EXPECT_EQ(read_parameters("sqlite3:///abs/x.db").file, "/abs/x.db");
    EXPECT_EQ(read_parameters("sqlite3://file:/abs/x.db?mode=rwc").file, "/abs/x.db");
    EXPECT_EQ(read_parameters("sqlite3://file:rel.db").file, "rel.db");
    EXPECT_EQ(read_parameters("sqlite3://file:///abs/x.db").file, "/abs/x.db");
    EXPECT_EQ(read_parameters("sqlite3:///a/my%20app.db").file, "/a/my app.db");
    EXPECT_EQ(read_parameters("sqlite3:///a/my app.db").file, "/a/my app.db");
    EXPECT_EQ(read_parameters("sqlite3://a#b@c:d.db").file, "a#b@c:d.db");
    EXPECT_TRUE(read_parameters("sqlite3://:memory:").in_memory());
    EXPECT_TRUE(read_parameters("sqlite3://file::memory:").in_memory());
    EXPECT_FALSE(read_parameters("sqlite3://memory").in_memory());
}

TEST(sqlite_parameters, refuse_what_names_no_file) {
    EXPECT_EQ(refusal_of("sqlite3:rel.db"), "a database URL has two slashes behind \"sqlite3:\"");
    EXPECT_EQ(refusal_of("sqlite3://"), "no database file in the URL");
    EXPECT_EQ(refusal_of("sqlite3://file:"), "no database file in the URL");
    EXPECT_EQ(refusal_of("sqlite3://a%zz.db"), "invalid URL escape \"%zz\"");
    EXPECT_EQ(refusal_of("sqlite3://a%00.db"), "a zero byte in the name of the database file");
    EXPECT_EQ(refusal_of("sqlite3://file://other/x.db"), "invalid uri authority: other");
}

TEST(sqlite_parameters, translate_the_librarys_keys) {
    const Parameters parameters = read_parameters(
        "sqlite3://"
        "a.db?_foreign_keys=1&_sync=NORMAL&_journal=wal&_cache_size=-2000&_secure_delete=default&_loc=auto");

    EXPECT_EQ(parameters.session_pragmas,
              (Texts{"PRAGMA foreign_keys = 1", "PRAGMA synchronous = normal", "PRAGMA cache_size = -2000"}));
    EXPECT_EQ(parameters.file_pragmas, (Texts{"PRAGMA journal_mode = wal"}));
}

TEST(sqlite_parameters, translate_modernc_pragmas) {
    const Parameters parameters =
        read_parameters("sqlite://a.db?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=optimize");

    EXPECT_EQ(parameters.session_pragmas, (Texts{"PRAGMA foreign_keys = 1", "PRAGMA optimize"}));
    EXPECT_EQ(parameters.file_pragmas, (Texts{"PRAGMA journal_mode = WAL"}));
    EXPECT_EQ(refusal_of("sqlite://a.db?_pragma=a(1)%20b"), "invalid _pragma: a(1) b, expecting NAME(VALUE)");
    EXPECT_EQ(refusal_of("sqlite://a.db?_pragma=a('x')"), "invalid _pragma: a('x'), expecting NAME(VALUE)");
}

TEST(sqlite_parameters, refuse_values_that_the_library_refuses) {
    EXPECT_EQ(refusal_of("sqlite3://a.db?_fk=perhaps"),
              "invalid _fk: perhaps, expecting one of 0 1 false true no yes off on");
    EXPECT_EQ(refusal_of("sqlite3://a.db?_journal_mode=fast"),
              "invalid _journal_mode: fast, expecting one of delete truncate persist memory wal off");
    EXPECT_EQ(refusal_of("sqlite3://a.db?_busy_timeout=1s"),
              "invalid _busy_timeout: 1s, expecting an integer number of milliseconds");
    EXPECT_EQ(refusal_of("sqlite3://a.db?mode=rx"), "no such access mode: rx");
    EXPECT_EQ(refusal_of("sqlite3://a.db?cache=my"), "no such cache mode: my");
}

TEST(sqlite_parameters, take_the_busy_timeout_for_the_whole_patience) {
    const Limits limits = read_parameters("sqlite3://a.db?_busy_timeout=700").settings.limits;
    EXPECT_EQ(limits.table_lock_timeout, milliseconds(700));
    EXPECT_EQ(limits.retry_for, milliseconds(0));

    EXPECT_EQ(read_parameters("sqlite3://a.db?_timeout=0").settings.limits.table_lock_timeout,
              milliseconds(1));
    EXPECT_EQ(read_parameters("sqlite3://a.db?_timeout=5&x-retry-for=1m").settings.limits.retry_for,
              milliseconds(60'000));
    EXPECT_EQ(read_parameters("sqlite3://a.db").settings.limits, Limits{});
}

TEST(sqlite_parameters, open_as_the_url_says) {
    EXPECT_EQ(read_parameters("sqlite3://a.db?mode=ro").open_flags, SQLITE_OPEN_READONLY);
    EXPECT_EQ(read_parameters("sqlite3://a.db?mode=rw").open_flags, SQLITE_OPEN_READWRITE);
    EXPECT_TRUE(read_parameters("sqlite3://a.db").creates());
    EXPECT_EQ(read_parameters("sqlite3://a b?.db&immutable=1").open_name, "file:a%20b?immutable=1");
    EXPECT_EQ(read_parameters("sqlite3://a.db?vfs=unix-none").vfs, "unix-none");
}

TEST(sqlite_parameters, read_the_x_parameters) {
    const Parameters parameters = read_parameters(
        "sqlite3://a.db?x-no-tx-wrap=true&x-backup=/copies&x-migrations-table=%22my%20table%22");

    EXPECT_TRUE(parameters.settings.multi_statement);
    EXPECT_EQ(parameters.backup, "/copies");
    EXPECT_EQ(parameters.settings.table, "my table");
    EXPECT_EQ(read_parameters("sqlite3://a.db?x-migrations-table=a.b").settings.table, "a.b");
    EXPECT_EQ(refusal_of("sqlite3://a.db?x-no-tx-wrap=yeppers"),
              "x-no-tx-wrap: strconv.ParseBool: parsing \"yeppers\": invalid syntax");
    EXPECT_EQ(refusal_of("sqlite3://a.db?x-migrations-table=SQLite_x"),
              "x-migrations-table: names that begin with sqlite_ are SQLite's own");
}

}  // namespace
}  // namespace aether::migrate::sqlite
