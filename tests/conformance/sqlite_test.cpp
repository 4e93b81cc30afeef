// SPDX-License-Identifier: MIT
// The SQLite driver keeps the contract.
#include <fstream>
#include <string>
#include <vector>

#include "../../drivers/sqlite/driver.hpp"
#include "../support/folder.hpp"
#include "suite.hpp"

namespace aether::migrate::conformance {

namespace {

constexpr const char* kHardScript = R"sql(
CREATE TABLE kit_hard (a text); -- one; two
/* a; */ INSERT INTO kit_hard VALUES ('it''s; one'), ("two;"), (x'3b');
CREATE TABLE [semi;colon] ("a;""b" int, `c;``d` int);
CREATE TRIGGER kit_trigger AFTER INSERT ON kit_hard BEGIN
    UPDATE kit_hard SET a = CASE WHEN a = ';' THEN 'end;' ELSE a END;
    DELETE FROM kit_hard WHERE a = 'y';
END;
CREATE TEMP TRIGGER IF NOT EXISTS kit_temporary AFTER DELETE ON kit_hard BEGIN SELECT 1; SELECT 2; END;
CREATE VIEW kit_case AS SELECT CASE WHEN a = ';' THEN 1 ELSE 2 END AS "end;" FROM kit_hard;;
SELECT 1 AS "begin;"; -- carriage return and more
SELECT 'the end'
)sql";

std::vector<StatementSample> samples() {
    return {
        {"insert", "", "INSERT INTO kit_rows (id, note) VALUES (20, 'x')"},
        {"create_table", "", "CREATE TABLE kit_sample (id int)"},
        {"create_index", "", "CREATE INDEX kit_sample ON kit_rows (note)"},
        {"alter_table", "", "ALTER TABLE kit_rows ADD COLUMN more text"},
        {"drop_table", "CREATE TABLE kit_sample (id int)", "DROP TABLE IF EXISTS kit_sample"},
        {"reindex", "", "REINDEX kit_rows"},
        {"analyze", "", "ANALYZE"},
        {"vacuum", "", "VACUUM"},
        {"foreign_keys", "", "PRAGMA foreign_keys = on"},
        {"synchronous", "", "PRAGMA synchronous = normal"},
        {"cache_size", "", "PRAGMA cache_size = 1000"},
        {"table_info", "", "PRAGMA table_info(kit_rows)"},
        {"begin", "", "BEGIN EXCLUSIVE"},
        {"commit", "", "COMMIT TRANSACTION"},
        {"end", "", "END"},
        {"rollback", "", "ROLLBACK"},
    };
}

Subject sqlite_subject(const std::string& folder) {
    Subject subject;
    subject.driver = &sqlite::kDriver;
    subject.make_database = [folder](std::string_view check) {
        const std::string file = folder + "/" + std::string(check) + ".db";
        std::ofstream(file).close();  // empty: whoever opens it read-only can't make it
        return Database{"sqlite://" + file, "sqlite://" + file + "?mode=ro", ""};
    };
    subject.hard_script = kHardScript;
    subject.objects = {"CREATE TABLE kit_counted (id INTEGER PRIMARY KEY AUTOINCREMENT)",
                       "INSERT INTO kit_counted DEFAULT VALUES",
                       "CREATE TRIGGER kit_trigger AFTER INSERT ON kit_a_parent BEGIN SELECT 1; END",
                       "CREATE TRIGGER kit_instead INSTEAD OF INSERT ON kit_a_view BEGIN SELECT 1; END",
                       "CREATE VIRTUAL TABLE kit_text USING fts5(body)"};
    subject.statements = samples();
    return subject;
}

}  // namespace

}  // namespace aether::migrate::conformance

int main(int argc, char** argv) {
    namespace kit = aether::migrate::conformance;

    testing::InitGoogleTest(&argc, argv);
    const aether::migrate::Folder folder;
    const kit::Subject subject = kit::sqlite_subject(folder.path());
    kit::register_checks(subject);
    return RUN_ALL_TESTS();
}
