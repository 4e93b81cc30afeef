# SPDX-License-Identifier: MIT
"""What only MySQL and MariaDB do, through the program against a private MariaDB server.

    python3 -B -m unittest discover -v -s tests/mysql -p '*_test.py'

AETHER_MIGRATE names our program.
"""

import itertools
import pathlib
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from mariadb import MariaDb, SqlError  # noqa: E402
from program import ProgramTest, finish, wait_until  # noqa: E402

_numbers = itertools.count(1)
_servers = []


class MysqlTest(ProgramTest):
    """One server for the module; for each test an empty database and an empty folder of migrations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not _servers:
            _servers.append(MariaDb(tls=True))
            unittest.addModuleCleanup(_servers[0].close)
            _servers[0].__enter__()
        cls.server = _servers[0]

    def setUp(self):
        self.database = f"t{next(_numbers)}"
        self.server.create_database(self.database)
        self.folder = self.make_folder("aether-mysql-")

    def url(self, user="m", **params):
        return self.server.url(self.database, user, **params)

    def sql(self, text):
        return self.server.sql(self.database, text)

    def row(self):
        try:
            rows = self.sql("SELECT version, dirty FROM schema_migrations")
        except SqlError:
            return "absent"
        return (int(rows[0][0]), rows[0][1] == "1") if rows else None

    def tables(self):
        return sorted(name for (name,) in self.sql("SHOW TABLES") if not name.startswith("schema_migrations"))

    def journal(self):
        return self.sql("SELECT statements_done, statements_total, state FROM schema_migrations_journal")


class Files(MysqlTest):

    def test_bodies_and_delimiters_of_the_mysql_client(self):
        self.up_files("CREATE TABLE a (v varchar(9) DEFAULT 'a;b');\n"
                      "DELIMITER $$\nCREATE PROCEDURE p() BEGIN INSERT INTO a VALUES ('x'); IF 1 THEN SELECT 1; END IF; END$$\n"
                      "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.v = upper(NEW.v); END$$\n"
                      "DELIMITER ;\nCALL p();\n/*!50003 CREATE VIEW v AS SELECT * FROM a */;\n# done\n")
        self.done("up")
        self.assertEqual((self.row(), self.sql("SELECT * FROM v")), ((1, False), [("X",)]))

    def test_what_follows_the_third_of_five_statements_may_be_edited(self):
        done = "CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\n"
        self.up_files(f"{done}CREATE TABLE a (j int);\nINSERT INTO a VALUES (2);\nCREATE TABLE c (i int);\n")
        result = self.fails("up")
        self.assertIn("1_m1.up.sql:3:1", result.err)
        self.assertEqual((self.row(), self.journal()), ((1, True), [("2", "5", "between")]))
        self.up_files(f"{done}CREATE TABLE b (j int);\nINSERT INTO b SELECT i FROM a;\n")
        self.done("up")
        self.assertEqual((self.row(), self.tables(), self.journal()), ((1, False), ["a", "b"], []))
        self.assertEqual((self.sql("SELECT * FROM a"), self.sql("SELECT * FROM b")), ([("1",)], [("1",)]))

    def test_files_without_a_statement_are_applied(self):
        self.up_files("", "# nothing\n-- at all\n", "CREATE TABLE a (i int);")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((3, False), ["a"]))

    def test_a_transaction_that_is_left_open_is_refused_before_it_runs(self):
        self.up_files("CREATE TABLE a (i int);\nSTART TRANSACTION;\nINSERT INTO a VALUES (1);\n")
        self.assertIn("has no COMMIT in this file", self.fails("up").err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_a_schema_change_ends_the_files_own_block(self):
        self.up_files("CREATE TABLE a (i int);",
                      "START TRANSACTION;\nINSERT INTO a VALUES (1);\nCREATE TABLE b (i int);\n"
                      "INSERT INTO a VALUES (2);\nINSERT INTO nowhere VALUES (3);\nCOMMIT;\n")
        result = self.fails("up")
        self.assertIn("2_m2.up.sql:5", result.err)
        self.assertEqual((self.row(), self.tables(), self.sql("SELECT i FROM a")), ((2, True), ["a", "b"], [("1",)]))
        self.assertEqual(self.journal(), [("3", "6", "between")])
        path = self.folder / "2_m2.up.sql"
        path.write_text(path.read_text().replace("nowhere", "b"))
        self.done("up")
        self.assertEqual((self.row(), self.sql("SELECT i FROM a"), self.sql("SELECT i FROM b")),
                         ((2, False), [("1",), ("2",)], [("3",)]))

    def test_the_files_own_block_of_rows_is_undone_as_one(self):
        self.up_files("CREATE TABLE a (i int);",
                      "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSTART TRANSACTION;\nINSERT INTO a VALUES (1);\n"
                      "INSERT INTO nowhere VALUES (1);\nCOMMIT;\n")
        self.fails("up")
        self.assertEqual((self.row(), self.sql("SELECT * FROM a")), ((1, False), []))

    def test_isolation_for_the_next_transaction_reaches_it(self):
        # The server's list of transactions is a tenth of a second old at most.
        self.up_files("CREATE TABLE a (v varchar(30));",
                      "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED;\nSTART TRANSACTION;\nINSERT INTO a VALUES ('');\n"
                      "DO SLEEP(0.3);\nUPDATE a SET v = (SELECT trx_isolation_level FROM information_schema.innodb_trx"
                      " WHERE trx_mysql_thread_id = connection_id());\nCOMMIT;\n")
        self.done("up")
        self.assertEqual(self.sql("SELECT v FROM a"), [("READ UNCOMMITTED",)])

    def test_a_commit_that_the_lexer_can_not_see_is_told(self):
        # Where backslashes don't escape, the server sees three statements in what the lexer takes for one.
        self.up_files("CREATE TABLE a (v varchar(30));",
                      "INSERT INTO a VALUES ('x\\'); CREATE TABLE c (i int); INSERT INTO a VALUES ('y');\n-- ')\n;")
        result = self.done("up", url=self.url(sql_mode="'NO_BACKSLASH_ESCAPES'"))
        self.assertIn("a statement committed the transaction that it was run in", result.err)
        self.assertEqual((self.row(), self.tables(), self.sql("SELECT count(*) FROM a")),
                         ((2, False), ["a", "c"], [("2",)]))

    def test_a_failure_behind_such_a_commit_is_a_question(self):
        self.up_files("CREATE TABLE a (v varchar(30));",
                      "INSERT INTO a VALUES ('x\\'); CREATE TABLE c (i int); INSERT INTO nowhere VALUES ('y');\n-- ')\n;")
        result = self.fails("up", url=self.url(sql_mode="'NO_BACKSLASH_ESCAPES'"))
        self.assertIn("can't be told", result.err)
        self.assertEqual((self.row(), self.tables()), ((2, True), ["a", "c"]))
        self.done("repair", "-applied")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_the_header_that_demands_one_transaction_is_refused_for_a_schema_change(self):
        self.up_files("-- migrate:transaction\nCREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\n")
        result = self.fails("up")
        self.assertIn("CREATE TABLE commits by itself", result.err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_what_can_not_be_sent_is_refused_before_anything_runs(self):
        for statement in ("LOAD DATA LOCAL INFILE 'x' INTO TABLE a", "FLUSH TABLES WITH READ LOCK", "SOURCE x.sql"):
            with self.subTest(statement):
                self.up_files(f"CREATE TABLE a (i int);\n{statement};")
                self.fails("up")
                self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_a_syntax_error_is_shown_where_it_is(self):
        self.up_files("CREATE TABLE a (\n  i int,\n  'é' ünd int\n);")
        result = self.fails("up")
        self.assertIn("1_m1.up.sql:3:3", result.err)
        self.assertIn("(details: Error 1064: You have an error in your SQL syntax", result.err)
        self.assertIn(self.row(), (None, "absent"))

    def test_a_drop_of_several_tables_that_stopped_half_way_is_told(self):
        self.up_files("CREATE TABLE a (i int);\nCREATE TABLE b (i int);", "DROP TABLE a, nowhere, b;")
        result = self.fails("up")
        self.assertIn("can't be told", result.err)
        self.assertEqual((self.row(), self.tables()), ((2, True), []))

    def test_a_lone_refused_statement_leaves_the_version_clean(self):
        self.up_files("CREATE TABLE a (i int);", "TRUNCATE nowhere;")
        self.fails("up")
        self.assertEqual(self.row(), (1, False))


class Urls(MysqlTest):

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\nCREATE TABLE b (i int);")

    def test_a_unix_socket(self):
        self.done("up", url=self.server.socket_url(self.database))
        self.assertEqual(self.row(), (1, False))

    def test_a_password_with_everything_in_it(self):
        password = "p@s:s/w%or d+'\"\\é"
        self.server.create_user("pass", f"ALL ON {self.database}.*", password=password)
        self.done("up", url=self.server.url(self.database, "pass", password))
        self.assertEqual(self.row(), (1, False))
        refused = self.fails("up", url=self.server.url(self.database, "pass", "wrong-secret"))
        self.assertIn("Error 1045: Access denied", refused.err)
        self.assertNotIn("wrong-secret", refused.err)

    def test_encryption_with_and_without_a_look_at_the_certificate(self):
        folder = self.server.certificates
        for params in ({"tls": "skip-verify"}, {"tls": "preferred"},
                       {"tls": "mine", "x-tls-ca": str(folder / "ca.pem")}):
            with self.subTest(params):
                self.done("up", url=self.url(**params))
        refused = self.fails("up", url=self.url(tls="true"))
        self.assertIn("TLS/SSL error", refused.err)

    def test_an_authority_that_did_not_sign_is_refused_unless_nobody_looks(self):
        params = {"tls": "mine", "x-tls-ca": str(self.server.certificates / "other.pem")}
        self.assertIn("TLS/SSL error", self.fails("up", url=self.url(**params)).err)
        self.done("up", url=self.url(**params, **{"x-tls-insecure-skip-verify": "true"}))

    def test_a_user_who_is_known_by_a_certificate(self):
        folder = self.server.certificates
        self.server.create_user("proved", f"ALL ON {self.database}.*")
        self.server.sql("mysql", "ALTER USER 'proved'@'%' REQUIRE X509")
        params = {"tls": "mine", "x-tls-ca": str(folder / "ca.pem")}
        self.assertIn("Error 1045: Access denied", self.fails("up", url=self.url("proved", **params)).err)
        self.done("up", url=self.url("proved", **params, **{"x-tls-cert": str(folder / "client.pem"),
                                                            "x-tls-key": str(folder / "client.key")}))
        self.assertEqual(self.row(), (1, False))

    def test_modes_of_the_session_do_not_reach_our_statements(self):
        for number, params in enumerate(({"sql_mode": "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"}, {"charset": "latin1"},
                                         {"sql_safe_updates": "1"}, {"autocommit": "0"}, {"sql_mode": "''"})):
            with self.subTest(params):
                table = f"mig`ra?tions é{number}" if "charset" not in params else f"mig`ra?tions{number}"
                url = self.url(**{"x-migrations-table": table}, **params)
                self.sql("DROP TABLE IF EXISTS a, b")
                self.done("up", url=url)
                self.assertEqual(self.done("version", url=url).err, "1\n")
                self.done("force", "1", url=url)

    def test_an_unknown_variable_is_the_servers_error(self):
        self.assertIn("Error 1193: Unknown system variable 'foo'", self.fails("up", url=self.url(foo="1")).err)

    def test_a_table_of_a_similar_name_is_not_taken_for_ours(self):
        self.sql("CREATE TABLE schemaXmigrations (version bigint, dirty boolean); INSERT INTO schemaXmigrations VALUES (1, 0)")
        self.done("up")
        self.assertEqual(self.row(), (1, False))

    def test_several_version_rows_are_refused_by_all_but_force(self):
        self.done("up")
        self.sql("INSERT INTO schema_migrations VALUES (7, 0)")
        for arguments in (("version",), ("up",), ("goto", "1")):
            self.assertIn("the version table holds several rows", self.fails(*arguments).err)
        self.done("force", "1")
        self.assertEqual(self.sql("SELECT version, dirty FROM schema_migrations"), [("1", "0")])

    def test_a_user_who_may_only_read_sees_the_version(self):
        self.server.create_user("reader", f"SELECT ON {self.database}.*")
        self.assertIn("no migration", self.fails("version", url=self.url("reader")).err)
        self.done("up")
        self.assertEqual(self.done("version", url=self.url("reader")).err, "1\n")
        self.assertEqual(self.done("up", url=self.url("reader")).err, "no change\n")


class Locks(MysqlTest):

    def hold(self, text):
        session = self.server.session(self.database)
        self.addCleanup(session.close)
        session.run(text)
        return session

    def test_golang_migrates_lock_keeps_us_out(self):
        self.up_files("CREATE TABLE a (i int);")
        ((name,),) = self.sql(f"SELECT CRC32('{self.database}:schema_migrations') * 1486364155 % 4294967296")
        self.hold(f"SELECT GET_LOCK('{name}', 0);")
        begin = time.monotonic()
        result = self.fails("up", flags=("-lock-timeout", "1"))
        self.assertLess(time.monotonic() - begin, 20)
        self.assertIn("timeout: can't acquire database lock", result.err)
        self.assertRegex(result.err, r"held by pid \d+ \(user m")
        self.done("up", url=self.url(**{"x-no-lock": "true"}))

    def test_a_schema_change_waits_for_a_reader_in_short_tries_and_names_him(self):
        self.up_files("CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);", "ALTER TABLE a ADD j int;")
        self.done("up", "1")
        reader = self.hold("START TRANSACTION; SELECT * FROM a;")
        process = self.start("up", flags=("-retry-for", "60s", "-table-lock-timeout", "1s"))
        time.sleep(4)
        self.assertIsNone(process.poll())
        reader.run("COMMIT;")
        result = finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.row(), (2, False))
        self.assertIn("idle in transaction", result.err)

    def test_giving_up_leaves_the_version_clean(self):
        self.up_files("CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);", "ALTER TABLE a ADD j int;")
        self.done("up", "1")
        self.hold("START TRANSACTION; SELECT * FROM a;")
        result = self.fails("up", flags=("-retry-for", "0", "-table-lock-timeout", "1s"))
        self.assertIn("Lock wait timeout exceeded", result.err)
        self.assertEqual(self.row(), (1, False))

    def test_a_limit_on_the_file_ends_the_statement_on_the_server(self):
        self.up_files("CREATE TABLE a (i int);", "INSERT INTO a SELECT SLEEP(60);")
        begin = time.monotonic()
        result = self.fails("up", url=self.url(**{"x-statement-timeout": "500"}))
        self.assertLess(time.monotonic() - begin, 20)
        self.assertIn("context deadline exceeded", result.err)
        self.assertEqual(self.row(), (1, False))
        self.assertEqual(self.sql("SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'INSERT%'"
                                  f" AND db = '{self.database}'"), [("0",)])

    def test_a_lost_session_is_noticed_and_the_next_run_goes_on(self):
        self.up_files("CREATE TABLE a (i int);\nALTER TABLE a ADD j int DEFAULT 1;\nINSERT INTO a VALUES (SLEEP(30), 1);")
        process = self.start("up")
        query = f"SELECT id FROM information_schema.processlist WHERE db = '{self.database}' AND state = 'User sleep'"
        wait_until(lambda: self.sql(query), "the slow statement")
        ((number,),) = self.sql(query)
        self.sql(f"KILL {number}")
        result = finish(process)
        self.assertEqual(result.code, 1, result.err)
        self.assertEqual((self.row(), self.journal()), ((1, True), [("2", "3", "between")]))
        (self.folder / "1_m1.up.sql").write_text(
            "CREATE TABLE a (i int);\nALTER TABLE a ADD j int DEFAULT 1;\nINSERT INTO a VALUES (0, 1);")
        self.done("up")
        self.assertEqual((self.row(), self.sql("SELECT * FROM a")), ((1, False), [("0", "1")]))


class Drops(MysqlTest):

    def test_everything_goes_whatever_its_name(self):
        self.up_files("CREATE TABLE `a``b` (i int PRIMARY KEY);\nCREATE TABLE c (i int REFERENCES `a``b` (i));\n"
                      "CREATE VIEW v AS SELECT * FROM c;\nCREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;\n"
                      "CREATE SEQUENCE s;\nCREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;\n"
                      "CREATE TRIGGER t BEFORE INSERT ON c FOR EACH ROW SET NEW.i = 1;")
        self.done("up")
        self.done("drop", "-f")
        left = self.sql("SELECT (SELECT count(*) FROM information_schema.tables WHERE table_schema = database())"
                        " + (SELECT count(*) FROM information_schema.routines WHERE routine_schema = database())"
                        " + (SELECT count(*) FROM information_schema.events WHERE event_schema = database())")
        self.assertEqual(left, [("0",)])
        self.done("up")
        self.assertEqual(self.row(), (1, False))


if __name__ == "__main__":
    unittest.main()
