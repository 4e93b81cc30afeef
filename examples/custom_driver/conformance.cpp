// SPDX-License-Identifier: MIT
// Proves that the driver keeps the contract: tiny-conformance [FILTER].
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <aether/migrate/conformance.hpp>

#include "driver.hpp"

namespace {

namespace conformance = aether::migrate::conformance;

std::vector<conformance::StatementSample> samples() {
    return {
        {"insert", "", "INSERT INTO kit_rows (id, note) VALUES (20, 'x')"},
        {"create_table", "", "CREATE TABLE kit_sample (id int)"},
        {"vacuum", "", "VACUUM"},
        {"foreign_keys", "", "PRAGMA foreign_keys = on"},
        {"cache_size", "", "PRAGMA cache_size = 1000"},
        {"begin", "", "BEGIN EXCLUSIVE"},
        {"commit", "", "COMMIT"},
        {"end", "", "END TRANSACTION"},
        {"rollback", "", "ROLLBACK"},
    };
}

constexpr const char* kHardScript = R"sql(
CREATE TABLE kit_hard (a text); -- one; two
/* a; */ INSERT INTO kit_hard VALUES ('it''s; one'), (x'3b');
CREATE TABLE [semi;colon] ("a;""b" int, `c;``d` int);
CREATE TRIGGER kit_trigger AFTER INSERT ON kit_hard BEGIN
    UPDATE kit_hard SET a = CASE WHEN a = ';' THEN 'x' ELSE a END;
    DELETE FROM kit_hard WHERE a = 'y';
END;
SELECT 'the end'
)sql";

conformance::Subject subject_in(const std::filesystem::path& folder) {
    conformance::Subject subject;
    subject.driver = &tiny::kDriver;
    subject.make_database = [folder](std::string_view check) {
        const std::filesystem::path file = folder / (std::string(check) + ".db");
        std::ofstream(file).close();  // empty: whoever opens it read-only can't make it
        const std::string url = "tiny://" + file.string();
        return conformance::Database{url, url + "?mode=ro", ""};
    };
    subject.hard_script = kHardScript;
    subject.objects = {"CREATE TABLE kit_counted (id INTEGER PRIMARY KEY AUTOINCREMENT)",
                       "CREATE TRIGGER kit_trigger AFTER INSERT ON kit_a_parent BEGIN SELECT 1; END"};
    subject.statements = samples();
    return subject;
}

}  // namespace

int main(int argc, char** argv) {
    std::string folder = (std::filesystem::temp_directory_path() / "tiny-conformance-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
        return 2;
    conformance::Selection selection;
    if (argc > 1)
        selection.filter = argv[1];
    bool failed = false;
    selection.finished = [&failed](const conformance::Result& result) {
        std::cout << to_line(result) << std::endl;
        failed = failed || result.outcome == conformance::Outcome::failed;
    };
    run(subject_in(folder), selection);
    std::filesystem::remove_all(folder);
    return failed ? 1 : 0;
}
