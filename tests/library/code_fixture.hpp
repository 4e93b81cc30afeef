// SPDX-License-Identifier: MIT
// A SQLite database with a folder of migrations, for tests of migrations written in C++.
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <aether/migrate/migrate.hpp>

#include "../support/folder.hpp"

namespace aether::migrate {

/// The migration files of a test.
class CodeFiles {
public:
    const std::string& path() const { return folder_.path(); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path() + "/" + name) << text;
    }

    /// Writes the two files of a version whose halves are both functions.
    void write_pair(int version, const std::string& head = "-- migrate:code\n") const {
        write(std::to_string(version) + "_code.up.sql", head);
        write(std::to_string(version) + "_code.down.sql", head);
    }

private:
    Folder folder_;
};

/// Runs something and returns the details of the Error that it throws; the code `internal` and "no error"
/// when it throws none.
inline ErrorDetails error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.details();
    }
    ErrorDetails details;
    details.message = "no error";
    return details;
}

/// A test with a folder of files and an empty SQLite database.
class CodeOnSqlite : public testing::Test {
protected:
    CodeOnSqlite() { files.write_pair(2); }

    Options options(std::vector<CodeMigration> code) const {
        Options options;
        options.path = files.path();
        options.database = "sqlite://" + database();
        options.code = std::move(code);
        return options;
    }

    /// Applies everything with one function, that of version 2.
    Report up(CodeFunction function) const { return Migrator(options({of_two(std::move(function))})).up(); }
    ErrorDetails failure_of(CodeFunction function) const {
        return error_of([&] { up(std::move(function)); });
    }
    static CodeMigration of_two(CodeFunction up) {
        return {Version{2}, std::move(up), [](CodeSession&) {}};
    }

    VersionState state() const { return Migrator(options({})).version(); }

    /// Returns the first value of a query's first row; nothing when there is no row or no such table.
    std::optional<std::string> ask(const std::string& sql) const {
        sqlite3* raw = nullptr;
        sqlite3_open(database().c_str(), &raw);
        const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection(raw, &sqlite3_close);
        std::optional<std::string> answer;
        const auto take = [](void* into, int, char** values, char**) {
            *static_cast<std::optional<std::string>*>(into) = values[0] == nullptr ? "NULL" : values[0];
            return 1;
        };
        sqlite3_exec(connection.get(), sql.c_str(), take, &answer, nullptr);
        return answer;
    }

    CodeFiles files;

private:
    std::string database() const { return files.path() + "/test.db"; }
};

}  // namespace aether::migrate
