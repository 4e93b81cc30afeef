// SPDX-License-Identifier: MIT
// The MySQL driver keeps the contract: tests/support/with_mariadb -- conformance_mysql.
#include <mysql.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../../drivers/mysql/driver.hpp"
#include "suite.hpp"

namespace aether::migrate::conformance {

namespace {

/// The private server beside these tests.
class Server {
public:
    explicit Server(std::string socket) : socket_(std::move(socket)) {}

    /// Returns the URL of a database for a user without a password.
    std::string url(const std::string& user, const std::string& database) const {
        return "mysql://" + user + "@unix(" + socket_ + ")/" + database;
    }

    /// Runs a statement as root; returns the first column of its rows.
    std::vector<std::string> run(const std::string& sql) const {
        const std::unique_ptr<MYSQL, decltype(&mysql_close)> handle(mysql_init(nullptr), &mysql_close);
        if (mysql_real_connect(handle.get(), nullptr, "root", "", nullptr, 0, socket_.c_str(), 0) ==
                nullptr ||
            mysql_real_query(handle.get(), sql.data(), sql.size()) != 0)
            throw std::runtime_error(sql + ": " + mysql_error(handle.get()));
        const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(
            mysql_store_result(handle.get()), &mysql_free_result);
        std::vector<std::string> column;
        for (MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr; row != nullptr;
             row = mysql_fetch_row(result.get())) {
            column.emplace_back(row[0]);
        }
        return column;
    }

private:
    std::string socket_;
};

constexpr const char* kHardScript = R"sql(
CREATE TABLE kit_hard (a text); -- one; two
# three; four
/* a; */ INSERT INTO kit_hard VALUES ('it''s; one'), ('it\'s; two'), ("three;"), (N'four;');
CREATE TABLE `semi;colon ``quoted` (`a;b` int);
INSERT INTO kit_hard VALUES (5--1);
/*!40101 INSERT INTO kit_hard VALUES (';') */;
CREATE PROCEDURE kit_procedure(n int) BEGIN
    DECLARE done int DEFAULT 0;
    WHILE done < n DO
        IF done = 1 THEN INSERT INTO kit_hard VALUES ('end;'); END IF;
        CASE done WHEN 2 THEN SELECT 1; ELSE BEGIN END; END CASE;
        SET done = done + 1;
    END WHILE;
END;
CREATE TRIGGER kit_trigger BEFORE INSERT ON kit_hard FOR EACH ROW BEGIN SET NEW.a = concat(NEW.a, ';'); END;
CREATE VIEW kit_case AS SELECT CASE WHEN a = ';' THEN 1 ELSE 2 END AS `end;` FROM kit_hard;
SELECT 1 AS `begin`;
SELECT 'the end'
)sql";

std::vector<StatementSample> samples() {
    return {
        {"insert", "", "INSERT INTO kit_rows (id, note) VALUES (20, 'x')"},
        {"create_table", "", "CREATE TABLE kit_sample (id int)"},
        {"create_temporary_table", "", "CREATE TEMPORARY TABLE IF NOT EXISTS kit_sample (id int)"},
        {"create_index", "", "CREATE INDEX kit_sample ON kit_rows (id)"},
        {"create_view", "", "CREATE VIEW kit_sample AS SELECT id FROM kit_rows"},
        {"create_trigger", "",
         "CREATE TRIGGER kit_sample BEFORE INSERT ON kit_rows FOR EACH ROW SET NEW.note = 'x'"},
        {"create_procedure", "", "CREATE PROCEDURE kit_sample() SELECT 1"},
        {"alter_table", "", "ALTER TABLE kit_rows ADD COLUMN more int"},
        {"drop_index", "CREATE INDEX kit_sample ON kit_rows (id)", "DROP INDEX kit_sample ON kit_rows"},
        {"drop_table", "CREATE TABLE kit_sample (id int)", "DROP TABLE kit_sample"},
        {"rename_table", "CREATE TABLE kit_sample (id int)", "RENAME TABLE kit_sample TO kit_other"},
        {"truncate", "CREATE TABLE kit_sample (id int)", "TRUNCATE TABLE kit_sample"},
        {"analyze_table", "", "ANALYZE TABLE kit_rows"},
        {"optimize_table", "CREATE TABLE kit_sample (id int)", "OPTIMIZE TABLE kit_sample"},
        {"set_session", "", "SET SESSION sort_buffer_size = 300000"},
        {"set_variable", "", "SET @kit = 1"},
        {"start_transaction", "", "START TRANSACTION READ ONLY"},
        {"begin", "", "BEGIN WORK"},
        {"commit", "", "COMMIT"},
        {"rollback", "", "ROLLBACK"},
        {"commit_and_chain", "", "COMMIT AND CHAIN"},
    };
}

Subject mysql_subject(const Server& server) {
    Subject subject;
    subject.driver = &mysql::kDriver;
    subject.make_database = [&server, number = 0](std::string_view) mutable {
        const std::string name = "kit_" + std::to_string(++number);
        server.run("CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
        server.run("GRANT SELECT ON " + name + ".* TO kit_reader");
        server.run("GRANT CREATE ON " + name + ".* TO kit_stranger");
        return Database{server.url("root", name), server.url("kit_reader", name),
                        server.url("kit_stranger", name)};
    };
    subject.remove_database = [&server](const Database& database) {
        server.run("DROP DATABASE " + database.url.substr(database.url.rfind('/') + 1));
    };
    subject.end_sessions = [&server](const Database& database) {
        const std::string name = database.url.substr(database.url.rfind('/') + 1);
        for (const std::string& id :
             server.run("SELECT id FROM information_schema.processlist WHERE db = '" + name + "'")) {
            try {
                server.run("KILL " + id);
            } catch (const std::runtime_error&) {
                continue;  // it ended by itself
            }
        }
    };
    subject.silent_url = [](std::uint16_t port) {
        return "mysql://kit@tcp(127.0.0.1:" + std::to_string(port) + ")/kit";
    };
    // Of one table that both kinds of servers have, joined with itself until it takes hours.
    subject.slow =
        "SELECT count(*) FROM information_schema.collations a, information_schema.collations b, "
        "information_schema.collations c, information_schema.collations d "
        "WHERE a.id + b.id + c.id + d.id = -1";
    subject.text_type = "longtext";
    subject.hard_script = kHardScript;
    subject.objects = {
        "CREATE PROCEDURE kit_procedure() SELECT 1",
        "CREATE FUNCTION kit_function() RETURNS int DETERMINISTIC RETURN 1",
        "CREATE TRIGGER kit_trigger BEFORE INSERT ON kit_a_parent FOR EACH ROW SET NEW.id = NEW.id",
        "CREATE EVENT kit_event ON SCHEDULE EVERY 1 YEAR DO SELECT 1"};
    subject.statements = samples();
    return subject;
}

}  // namespace

}  // namespace aether::migrate::conformance

int main(int argc, char** argv) {
    namespace kit = aether::migrate::conformance;

    testing::InitGoogleTest(&argc, argv);
    const char* socket = std::getenv("AETHER_TEST_MARIADB_SOCKET");
    const kit::Server server(socket == nullptr ? "" : socket);
    const kit::Subject subject = kit::mysql_subject(server);
    kit::register_checks(subject);
    if (GTEST_FLAG_GET(list_tests))
        return RUN_ALL_TESTS();
    if (socket == nullptr) {
        std::cerr << "run it by tests/support/with_mariadb -- conformance_mysql\n";
        return 1;
    }
    server.run("CREATE USER kit_reader, kit_stranger");
    server.run("SET GLOBAL max_allowed_packet = 64 << 20");
    return RUN_ALL_TESTS();
}
