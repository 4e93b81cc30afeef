// SPDX-License-Identifier: MIT
// What the library's tests share: a folder of migrations, a database of their own, and an observer that
// notes.
#include "place.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace aether::migrate::testing {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    EXPECT_NE(value, nullptr) << name << " is not set: tests/support/with_postgres sets it";
    return value == nullptr ? "" : value;
}

std::string log_text() {
    const std::ifstream log(variable("AETHER_TEST_POSTGRES_LOG"));
    std::ostringstream text;
    text << log.rdbuf();
    return text.str();
}

}  // namespace

std::vector<std::string> Listener::warnings() const {
    const std::lock_guard guard(mutex_);
    return warnings_;
}

void Listener::on_warning(std::string_view text) {
    {
        const std::lock_guard guard(mutex_);
        warnings_.emplace_back(text);
    }
    if (on_warned)
        on_warned();
}

void LibraryTest::file(const std::string& name, const std::string& text, const std::string& build) const {
    std::filesystem::create_directories(folder_ / build);
    std::ofstream(folder_ / build / name) << text;
}

void LibraryTest::tables(int count, const std::string& build) const {
    for (int number = 1; number <= count; ++number) {
        file(fmt::format("{0}_m{0}.up.sql", number), fmt::format("CREATE TABLE t{} (id int);", number),
             build);
    }
}

Options LibraryTest::options(const std::string& build) const {
    std::filesystem::create_directories(folder_ / build);
    Options options;
    options.path = (folder_ / build).string();
    options.database = url();
    return options;
}

void LibraryTest::sqlite(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "app.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
}

void PostgresLibraryTest::SetUp() {
    static int number = 0;
    database_ = "library_" + std::to_string(++number);
    postgres::Client(variable("AETHER_TEST_POSTGRES_URL")).run("CREATE DATABASE " + database_);
}

void PostgresLibraryTest::TearDown() {
    const postgres::Client admin(variable("AETHER_TEST_POSTGRES_URL"));
    EXPECT_TRUE(postgres::becomes_true([&] { return admin.ask("DROP DATABASE " + database_).empty(); }));
}

std::string PostgresLibraryTest::url_of(const std::string& user) const {
    std::string url = variable("AETHER_TEST_POSTGRES_URL");
    const std::string owner = "//postgres@";
    url.replace(url.find(owner), owner.size(), "//" + user + "@");
    const std::string path = "/postgres?";
    return url.replace(url.find(path), path.size(), "/" + database_ + "?");
}

void PostgresLibraryTest::set_for_sessions(const std::string& setting) const {
    client().run("ALTER DATABASE " + database_ + " SET " + setting);
}

std::size_t PostgresLibraryTest::log_mark() {
    return log_text().size();
}

std::vector<std::string> PostgresLibraryTest::statements_since(std::size_t mark) const {
    std::vector<std::string> found;
    std::istringstream lines(log_text().substr(mark));
    for (std::string line; std::getline(lines, line);) {
        const bool statement = line.find(" LOG:  statement: ") != std::string::npos ||
                               line.find(" LOG:  execute ") != std::string::npos;
        if (statement && line.find("@" + database_ + "/") != std::string::npos)
            found.push_back(line);
    }
    return found;
}

ErrorDetails failure_of(const std::function<void()>& operation) {
    try {
        operation();
    } catch (const Error& error) {
        return error.details();
    }
    return {};
}

}  // namespace aether::migrate::testing
