# SPDX-License-Identifier: MIT
"""Files that can't be in a transaction, and files that have one of their own."""

import time
import unittest

from engine import SERVER, EngineTest
from program import finish

TABLE = "CREATE TABLE t (id int);\n"
CONCURRENTLY = "-- alone in its file\nCREATE INDEX CONCURRENTLY t_id ON t (id);\n"


class Modes(EngineTest):

    def refused(self, *bodies):
        """These files are refused before anything ran; returns the message."""
        self.up_files(*bodies)
        before = self.schema(), self.row()
        result = self.fails("up")
        self.assertEqual((self.schema(), self.row()), before)
        self.assertEqual(result.steps(), [])
        return result.err

    def indexes(self, condition="true"):
        rows = self.sql("SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                        f" WHERE i.indrelid = 't'::regclass AND {condition} ORDER BY 1")
        return [name for (name,) in rows]

    def test_lone_concurrent_index_runs_and_the_row_is_dirty_in_between(self):
        self.up_files(TABLE, CONCURRENTLY)
        self.done("up", "1")
        other = self.session()
        other.run("BEGIN; INSERT INTO t VALUES (1);")
        process = self.start("up")
        self.wait_for_query("CREATE INDEX CONCURRENTLY")

        self.assertEqual(self.row(), (2, True))
        self.assertEqual(self.history("version"), [("1",)])
        self.assertEqual(self.migrate("version").err, "2 (dirty)\n")

        other.run("COMMIT;")
        result = finish(process)
        self.assertEqual((result.code, result.steps()), (0, ["2/u m2"]), result.err)
        self.assertEqual(self.row(), (2, False))
        self.assertEqual(self.history("version, event"), [("1", "applied"), ("2", "applied")])
        self.assertEqual(self.indexes("indisvalid"), ["t_id"])

    def test_lone_statements_that_refuse_a_transaction_run(self):
        self.up_files(TABLE, "VACUUM (ANALYZE) t;", CONCURRENTLY, "REINDEX INDEX CONCURRENTLY t_id",
                      "/* one */ DROP INDEX CONCURRENTLY t_id; -- gone")

        result = self.done("up")

        self.assertEqual(len(result.steps()), 5)
        self.assertEqual(self.row(), (5, False))
        self.assertEqual(self.indexes(), [])

    def test_own_transaction_is_ours_with_history(self):
        self.up_files("-- heading\nBEGIN;\n" + TABLE + "INSERT INTO t VALUES (1);\nCOMMIT;\n-- end\n")
        self.done("up")
        self.assertEqual(self.row(), (1, False))
        self.assertEqual(self.value("SELECT h.xmin = v.xmin AND t.xmin = v.xmin FROM schema_migrations v,"
                                    " schema_migrations_history h, t"), "t")

    def test_own_transaction_keeps_the_words_of_its_begin(self):
        self.up_files("START TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n"
                      "CREATE TABLE t AS SELECT current_setting('transaction_isolation') AS level;\nEND;")
        self.done("up")
        self.assertEqual(self.value("SELECT level FROM t"), "serializable")

    def test_own_transaction_that_fails_is_rolled_back_whole(self):
        self.up_files(TABLE)
        self.done("up")
        self.up_files(TABLE, "BEGIN;\nCREATE TABLE u (id int);\nINSERT INTO u VALUES ('x');\nCOMMIT;\n")
        before = self.schema(), self.history()

        result = self.fails("up")

        self.assertEqual((self.schema(), self.history()), before)
        self.assertEqual(self.row(), (1, False))
        self.assertIn(f"at {self.folder}/2_m2.up.sql:3:23\n", result.err)
        self.assertIn("nothing of this file was applied", result.err)

    def test_begin_without_commit_is_refused(self):
        for body in ("BEGIN;\n" + TABLE, TABLE + "START TRANSACTION;\nSELECT 1;", "BEGIN; COMMIT; BEGIN;"):
            with self.subTest(body=body):
                self.assertIn("BEGIN has no COMMIT in this file", self.refused(body))

    def test_several_own_transactions_run_as_they_are(self):
        self.up_files("BEGIN; CREATE TABLE a (id int); COMMIT;\nBEGIN; CREATE TABLE b (id int); COMMIT;")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a", "b"]))

    def test_second_own_transaction_that_fails_leaves_dirty_and_the_first(self):
        self.up_files("BEGIN; CREATE TABLE a (id int); COMMIT;\nBEGIN; CREATE TABLE b (id int); SELECT x; COMMIT;")

        result = self.fails("up")

        self.assertEqual((self.row(), self.tables()), ((1, True), ["a"]))
        self.assertIn("/1_m1.up.sql:2:40\n", result.err)
        # The session was left in an aborted transaction: the lock is free all the same.
        self.done("force", "1", flags=("-lock-timeout", "1"))

    def test_file_that_the_server_could_not_even_read_is_clean(self):
        self.up_files("CREATE TABLE a (id int); ROLLBACK; CREATE TABLE b (id int);\nCREATE TABEL c (id int);")

        result = self.fails("up")

        self.assertEqual((self.row(), self.tables()), (None, []))
        self.assertIn("nothing of this file was applied", result.err)
        self.assertIn("/1_m1.up.sql:2:8\n", result.err)

    def test_transaction_left_open_by_a_chain_is_rolled_back_and_dirty(self):
        self.up_files("BEGIN; CREATE TABLE a (id int); COMMIT AND CHAIN; CREATE TABLE b (id int);")

        result = self.fails("up")

        self.assertEqual((self.row(), self.tables()), ((1, True), ["a"]))
        self.assertIn("left a transaction open; it was rolled back", result.err)

    def test_prepared_transaction_is_begun_and_finished_by_files(self):
        self.up_files("BEGIN; CREATE TABLE a (id int); PREPARE TRANSACTION 'p_" + self.database + "';",
                      "COMMIT PREPARED 'p_" + self.database + "';")
        self.done("up", "1")
        self.assertEqual((self.row(), self.tables()), ((1, False), []))
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((2, False), ["a"]))

    def test_statement_that_only_the_server_knows_to_refuse_a_transaction_runs_bare(self):
        self.up_files("CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE INDEX p_id ON p (id);",
                      "REINDEX INDEX p_id;" if int(SERVER) >= 14 else "VACUUM p;")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_databases_can_be_made_and_dropped(self):
        self.up_files(f"CREATE DATABASE {self.database}_other;", f"DROP DATABASE {self.database}_other;")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_savepoints_stay_inside_our_transaction(self):
        self.up_files("CREATE TABLE a (id int);\nSAVEPOINT s;\nCREATE TABLE b (id int);\n"
                      "ROLLBACK TO SAVEPOINT s;\nRELEASE s;\nCREATE TABLE c (id int);")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a", "c"]))

    def test_isolation_level_may_be_set_by_the_first_statement(self):
        self.up_files("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n"
                      "CREATE TABLE t AS SELECT current_setting('transaction_isolation') AS level;")
        self.done("up")
        self.assertEqual(self.value("SELECT level FROM t"), "serializable")

    def test_isolation_level_may_be_set_after_an_own_begin(self):
        self.up_files("BEGIN;\nSET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n"
                      "CREATE TABLE t AS SELECT current_setting('transaction_isolation') AS level;\nCOMMIT;")
        self.done("up")
        self.assertEqual(self.value("SELECT level FROM t"), "serializable")

    def test_lone_do_and_call_that_commit_run(self):
        self.up_files(
            TABLE + "CREATE PROCEDURE fill(n int) LANGUAGE plpgsql AS $$ BEGIN\n"
            "INSERT INTO t VALUES (n); COMMIT; INSERT INTO t VALUES (n + 1); END $$;",
            "CALL fill(1);", "DO $$ BEGIN INSERT INTO t VALUES (3); COMMIT; INSERT INTO t VALUES (4); END $$")

        result = self.done("up")

        self.assertEqual(result.steps(), ["1/u m1", "2/u m2", "3/u m3"])
        self.assertEqual(self.sql("SELECT id FROM t ORDER BY 1"), [("1",), ("2",), ("3",), ("4",)])
        self.assertEqual(self.row(), (3, False))
        self.assertEqual(self.history("version, event"), [(n, "applied") for n in "123"])

    def test_lone_do_that_commits_and_then_fails_leaves_dirty(self):
        self.up_files(TABLE, "DO $$ BEGIN INSERT INTO t VALUES (3); COMMIT; PERFORM 1/0; END $$")
        result = self.fails("up")
        self.assertEqual(self.row(), (2, True))
        self.assertEqual(self.value("SELECT count(*) FROM t"), "1")
        self.assertIn("marked dirty at version 2", result.err)

    def test_lone_do_that_fails_without_committing_is_clean(self):
        self.up_files(TABLE, "DO $$ BEGIN INSERT INTO t VALUES (3); PERFORM 1/0; COMMIT; END $$")
        self.fails("up")
        self.assertEqual((self.row(), self.value("SELECT count(*) FROM t")), ((1, False), "0"))

    def test_do_that_commits_beside_others_fails_clean(self):
        self.up_files(TABLE, "INSERT INTO t VALUES (1);\nDO $$ BEGIN COMMIT; END $$;")
        result = self.fails("up")
        self.assertEqual((self.row(), self.value("SELECT count(*) FROM t")), ((1, False), "0"))
        self.assertIn("SQLSTATE 2D000", result.err)
        self.assertIn("/2_m2.up.sql:2:1\n", result.err)


class MultiStatement(EngineTest):

    def multi_url(self, **params):
        return self.url(**{"x-multi-statement": "true", **params})

    def test_semicolons_in_strings_quotes_and_comments_do_not_cut(self):
        self.up_files("CREATE TABLE t (a text); -- one; two\nINSERT INTO t VALUES ('x;y'), ($$;$$), (E'\\';');"
                      "/* ; /* ; */ */\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $b$ BEGIN\n"
                      "RETURN 1; END; $b$;\nCREATE TABLE \"u;v\" (id int)")
        self.done("up", url=self.multi_url())
        self.assertEqual(self.tables(), ["t", "u;v"])
        self.assertEqual(self.sql("SELECT a FROM t"), [("x;y",), (";",), ("';",)])
        self.assertEqual(self.value("SELECT f()"), "1")
        self.assertEqual(self.history("statements_done, statements_total"), [("4", "4")])

    def test_concurrent_index_runs_beside_others(self):
        self.up_files(TABLE + CONCURRENTLY + "VACUUM t;")
        self.done("up", url=self.multi_url())
        self.assertEqual(self.row(), (1, False))

    def test_failure_in_the_middle_leaves_dirty_and_what_came_before(self):
        self.up_files("CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n\n  SELECT missing;\n"
                      "CREATE TABLE c (id int);")

        result = self.fails("up", url=self.multi_url())

        self.assertEqual((self.row(), self.tables()), ((1, True), ["a", "b"]))
        self.assertIn("/1_m1.up.sql:4:10\n", result.err)
        self.assertIn("  4 |   SELECT missing;\n", result.err)

    def test_failure_inside_an_own_transaction_leaves_dirty_and_a_free_lock(self):
        self.up_files("CREATE TABLE a (id int);\nBEGIN;\nCREATE TABLE b (id int);\nSELECT missing;\nCOMMIT;")
        self.fails("up", url=self.multi_url())
        self.assertEqual((self.row(), self.tables()), ((1, True), ["a"]))
        self.done("force", "1", flags=("-lock-timeout", "1"))

    def test_begin_without_commit_is_refused(self):
        self.up_files("CREATE TABLE a (id int);\nBEGIN;\nCREATE TABLE b (id int);")
        self.assertIn("BEGIN has no COMMIT in this file", self.fails("up", url=self.multi_url()).err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_statement_above_the_size_limit_is_refused_before_anything_runs(self):
        self.up_files("CREATE TABLE a (id int);\nSELECT '" + "x" * 5000 + "';")
        result = self.fails("up", url=self.multi_url(**{"x-multi-statement-max-size": "4096"}))
        self.assertIn("bufio.Scanner: token too long", result.err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_statement_timeout_counts_for_each_statement(self):
        self.up_files("SELECT pg_sleep(0.4);\n" * 4)
        self.done("up", url=self.multi_url(**{"x-statement-timeout": "1500"}))


class StatementTimeout(EngineTest):

    def limited(self):
        return self.url(**{"x-statement-timeout": "300"})

    def test_it_cancels_a_transactional_file_without_a_trace(self):
        self.up_files("CREATE TABLE a (id int);\nSELECT pg_sleep(30);")
        start = time.monotonic()

        result = self.fails("up", url=self.limited())

        self.assertLess(time.monotonic() - start, 15)
        self.assertEqual((self.row(), self.tables()), ("absent", []))
        self.assertIn("canceling statement due to statement timeout", result.err)
        self.assertIn("x-statement-timeout, -statement-timeout or the file's header line set the limit", result.err)
        self.assertNotIn("user request", result.err)
        self.assertIn("/1_m1.up.sql:2:1\n", result.err)
        self.up_files("CREATE TABLE a (id int);")
        self.done("up", flags=("-lock-timeout", "1"))

    def test_it_cancels_a_bare_file_and_gives_the_lock_back(self):
        self.up_files(TABLE, CONCURRENTLY)
        self.done("up", "1")
        other = self.session()
        other.run("BEGIN; INSERT INTO t VALUES (1);")

        self.fails("up", url=self.limited())

        self.assertEqual(self.row(), (2, True))
        other.run("COMMIT; DROP INDEX IF EXISTS t_id;")
        self.done("force", "1", flags=("-lock-timeout", "1"))
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_fast_files_are_not_touched_by_it(self):
        self.up_files("CREATE TABLE a (id int);", "SELECT 1;")
        self.done("up", url=self.url(**{"x-statement-timeout": "20000"}))
        self.assertEqual(self.row(), (2, False))

    def test_it_may_be_set_by_a_flag_and_by_the_file(self):
        for number, (header, flags) in enumerate((("-- migrate:statement-timeout 300ms\n", ()),
                                                  ("", ("-statement-timeout", "300ms")),
                                                  ("-- migrate:statement-timeout 1h\n", ("-statement-timeout", "300ms")))):
            with self.subTest(header=header, flags=flags):
                self.up_files(f"{header}CREATE TABLE a{number} (id int);\nSELECT pg_sleep(30);")
                result = self.fails("up", flags=flags, url=self.url(**{"x-statement-timeout": "2h"}))
                self.assertIn("canceling statement due to statement timeout", result.err)
                self.assertEqual((self.row(), self.tables()), ("absent", []))


class SessionLimits(EngineTest):
    """What the server does to a silent client, and how often it looks for it."""

    SEEN = ("CREATE TABLE seen AS SELECT current_setting('idle_in_transaction_session_timeout') AS idle,"
            " current_setting('client_connection_check_interval', true) AS looks;")
    CHECKS = int(SERVER) >= 14

    def seen(self, header="", flags=(), url=None):
        self.sql("DROP TABLE IF EXISTS seen, schema_migrations, schema_migrations_history")
        self.up_files(header + self.SEEN)
        self.done("up", flags=flags, url=url)
        ((idle, looks),) = self.sql("SELECT idle, looks FROM seen")
        return (idle, looks) if self.CHECKS else (idle, "")

    def expected(self, idle, looks):
        return (idle, looks) if self.CHECKS else (idle, "")

    def test_they_are_set_without_a_word(self):
        self.assertEqual(self.seen(), self.expected("1min", "1s"))

    def test_a_flag_counts_before_a_header_line_and_that_before_the_url(self):
        url = self.url(**{"x-idle-timeout": "31s", "x-client-check-interval": "31s"})
        header = "-- migrate:idle-timeout 32s\n-- migrate:client-check-interval 32s\n"
        flags = ("-idle-timeout", "33s", "-client-check-interval", "33s")

        self.assertEqual(self.seen(url=url), self.expected("31s", "31s"))
        self.assertEqual(self.seen(header, url=url), self.expected("32s", "32s"))
        self.assertEqual(self.seen(header, flags, url), self.expected("33s", "33s"))


if __name__ == "__main__":
    unittest.main()
