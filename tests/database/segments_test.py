# SPDX-License-Identifier: MIT
"""Files that can't be in one transaction: what runs, what is known after a failure, and how they go on."""

import unittest

from engine import EngineTest
from program import finish

TABLE = "CREATE TABLE t (id int);\n"
INDEX = "CREATE INDEX CONCURRENTLY t_id ON t (id);\n"
UNIQUE = "CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id);\n"
TWICE = "INSERT INTO t VALUES (1), (1);\n"


class SegmentsTest(EngineTest):

    def journal(self, columns="version, statements_done, state"):
        return self.sql(f"SELECT {columns} FROM schema_migrations_journal")

    def indexes(self, condition="true"):
        rows = self.sql("SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                        f" WHERE i.indrelid = 't'::regclass AND {condition} ORDER BY 1")
        return [name for (name,) in rows]


class Segments(SegmentsTest):

    def test_mixed_file_runs_and_leaves_an_empty_journal(self):
        self.up_files(TABLE + INDEX + "INSERT INTO t VALUES (7);\nVACUUM t;\n")
        self.done("up")
        self.assertEqual((self.row(), self.journal()), ((1, False), []))
        self.assertEqual(self.history("version, event, statements_done"), [("1", "applied", "4")])
        self.assertEqual(self.indexes("indisvalid"), ["t_id"])
        self.assertEqual(self.value("SELECT h.xmin = v.xmin FROM schema_migrations v, schema_migrations_history h"), "t")

    def test_files_in_one_transaction_need_no_journal(self):
        self.up_files(TABLE)
        self.done("up")
        self.assertEqual(self.value("SELECT to_regclass('schema_migrations_journal') IS NULL"), "t")

    def test_several_blocks_of_its_own_are_segments(self):
        self.up_files("BEGIN;\n" + TABLE + "COMMIT;\nVACUUM t;\nBEGIN;\nINSERT INTO t VALUES (1);\nSELECT 1/0;\nCOMMIT;\n")
        result = self.fails("up")
        self.assertIn("division by zero", result.err)
        self.assertEqual(self.row(), (1, True))
        self.assertEqual(self.journal(), [("1", "4", "between")])
        self.assertEqual(self.value("SELECT count(*) FROM t"), "0")

    def test_statement_in_the_middle_fails_and_the_mended_tail_goes_on(self):
        self.up_files(TABLE + INDEX + "SELECT 1/0;\n")
        result = self.fails("up")
        self.assertIn("1_m1.up.sql:3:", result.err)
        self.assertIn("the first 2 of the 3 statements of this file are applied, the others are not", result.err)
        self.assertIn("mend 1_m1.up.sql from line 3 on", result.err)
        self.assertEqual((self.row(), self.journal()), ((1, True), [("1", "2", "between")]))

        self.up_files(TABLE + INDEX + "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n")
        self.done("up")
        self.assertEqual((self.row(), self.journal()), ((1, False), []))
        self.assertEqual(self.value("SELECT count(*) FROM t"), "2")
        self.assertEqual(self.history("version, event, statements_done"), [("1", "applied", "4")])

    def test_refused_commit_says_what_is_applied(self):
        head = ("CREATE TABLE p (id int PRIMARY KEY);\n"
                "CREATE TABLE c (id int REFERENCES p DEFERRABLE INITIALLY DEFERRED);\n")
        orphan = "INSERT INTO c VALUES (1);\n"
        partly = "the first 3 of the {} statements of this file are applied, the others are not"
        for body, row, state in (
                (head + orphan + "VACUUM p;\n", "absent", "no version, clean: nothing of this file was applied"),
                (head + "VACUUM p;\n" + orphan + "VACUUM p;\n", (1, True), partly.format(5)),
                (head + "VACUUM p;\n" + orphan, (1, True), partly.format(4))):
            with self.subTest(body=body):
                self.sql("DROP TABLE IF EXISTS c, p, schema_migrations, schema_migrations_history,"
                         " schema_migrations_journal;")
                self.up_files(body)
                result = self.fails("up")
                self.assertRegex(result.err, "^error: migration failed: .*violates foreign key constraint.* at COMMIT\n")
                self.assertIn(state, result.err)
                self.assertIn('next: mend 1_m1.up.sql, then "migrate up" again', result.err)
                self.assertEqual(self.row(), row)
                self.up_files(body.replace(orphan, "SELECT 1;\n"))
                self.assertEqual(self.done("up").steps(), ["1/u m1"])

    def test_edited_head_is_refused(self):
        self.up_files(TABLE + INDEX + "SELECT 1/0;\n")
        self.fails("up")
        self.up_files(TABLE.replace("id", "ident") + INDEX + "SELECT 1;\n")
        result = self.fails("up")
        self.assertIn("a statement of 1_m1.up.sql that is applied already was changed", result.err)
        self.assertEqual((self.row(), self.journal()), ((1, True), [("1", "2", "between")]))

    def test_session_settings_of_the_head_hold_for_the_resumed_tail(self):
        self.up_files("CREATE SCHEMA app;\nSET search_path = app;\n" + TABLE + "VACUUM t;\nSELECT 1/0;\n")
        self.fails("up")
        self.up_files("CREATE SCHEMA app;\nSET search_path = app;\n" + TABLE + "VACUUM t;\nINSERT INTO t VALUES (1);\n")
        self.done("up")
        self.assertEqual(self.value("SELECT count(*) FROM app.t"), "1")

    def test_failed_unique_build_of_a_lone_file_leaves_nothing(self):
        self.up_files(TABLE + TWICE, UNIQUE)
        result = self.fails("up")
        self.assertIn("SQLSTATE 23505", result.err)
        self.assertIn("the database is at version 1, clean: nothing of this file was applied", result.err)
        self.assertEqual((self.row(), self.journal(), self.indexes()), ((1, False), [], []))

    def test_failed_unique_build_after_others_is_removed_and_the_file_goes_on(self):
        self.up_files(TABLE + TWICE + UNIQUE)
        self.fails("up")
        self.assertEqual((self.row(), self.journal(), self.indexes()), ((1, True), [("1", "2", "between")], []))
        self.sql("DELETE FROM t")
        self.done("up")
        self.assertEqual((self.row(), self.indexes("indisvalid")), ((1, False), ["t_id"]))

    def test_if_not_exists_over_an_invalid_index_is_no_success(self):
        self.up_files(TABLE + TWICE)
        self.done("up")
        with self.assertRaises(Exception):
            self.sql("CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)")
        self.assertEqual(self.indexes("NOT indisvalid"), ["t_id"])
        self.files({"2_m2.up.sql": "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id);"})
        result = self.fails("up")
        self.assertIn("t_id", result.err)
        self.assertEqual(self.row(), (1, False))
        self.assertEqual(self.indexes("NOT indisvalid"), ["t_id"])

    def test_down_file_in_segments(self):
        self.files({"1_m1.up.sql": TABLE, "1_m1.down.sql": "DROP INDEX CONCURRENTLY t_id;\nDROP TABLE t;\n",
                    "2_m2.up.sql": INDEX})
        self.done("up")
        self.done("goto", "1")
        self.done("down", "1")
        self.assertEqual((self.row(), self.tables()), (None, []))

    def test_header_line_runs_each_statement_by_itself(self):
        self.up_files("-- migrate:no-transaction\n" + TABLE + "INSERT INTO t VALUES (1);\nSELECT 1/0;\n")
        self.fails("up")
        self.assertEqual((self.row(), self.journal()), ((1, True), [("1", "2", "between")]))
        self.assertEqual(self.value("SELECT count(*) FROM t"), "1")

    def test_header_line_keeps_all_in_one_transaction(self):
        self.up_files("-- migrate:transaction\n" + TABLE + "VACUUM t;\n")
        result = self.fails("up")
        self.assertIn("VACUUM cannot run inside a transaction block", result.err)
        self.assertIn(self.row(), (None, "absent"))
        self.assertEqual(self.tables(), [])

    def test_up_one_counts_the_step_that_was_cut_off(self):
        self.up_files(TABLE + INDEX + "SELECT 1/0;\n", "CREATE TABLE u ();")
        self.fails("up")
        self.up_files(TABLE + INDEX + "SELECT 1;\n", "CREATE TABLE u ();")
        self.assertEqual(self.done("up", "1").steps(), ["1/u m1"])
        self.assertEqual(self.row(), (1, False))

    def test_down_first_completes_what_was_cut_off(self):
        self.files({"1_m1.up.sql": TABLE + INDEX + "SELECT 1/0;\n", "1_m1.down.sql": "DROP TABLE t;"})
        self.fails("up")
        self.files({"1_m1.up.sql": TABLE + INDEX + "SELECT 1;\n"})
        self.assertEqual(self.done("down", "1").steps(), ["1/u m1", "1/d m1"])
        self.assertEqual((self.row(), self.tables()), (None, []))

    def test_without_history_there_is_no_journal_and_the_row_says_dirty(self):
        self.up_files(TABLE + INDEX + "SELECT 1/0;\n")
        url = self.url(**{"x-history": "false"})
        result = self.fails("up", url=url)
        self.assertIn("no journal is kept", result.err)
        self.assertEqual(self.row(), (1, True))
        self.assertEqual(self.value("SELECT to_regclass('schema_migrations_journal') IS NULL"), "t")
        self.assertIn("Dirty database version 1", self.fails("up", url=url).err)

    def test_force_ends_the_journal(self):
        self.up_files(TABLE + INDEX + "SELECT 1/0;\n")
        self.fails("up")
        self.done("force", "1")
        self.assertEqual((self.row(), self.journal()), ((1, False), []))
        self.assertEqual(self.history("version, event"), [("1", "forced")])

    def test_row_moved_by_others_makes_the_journal_stale(self):
        self.up_files(TABLE + INDEX + "SELECT 1/0;\n", "CREATE TABLE u ();")
        self.fails("up")
        self.sql("TRUNCATE schema_migrations; INSERT INTO schema_migrations VALUES (1, true)")
        self.assertIn("Dirty database version 1", self.fails("up").err)
        self.sql("TRUNCATE schema_migrations; INSERT INTO schema_migrations VALUES (1, false)")
        self.done("up")
        self.assertEqual((self.row(), self.journal()), ((2, False), []))
        self.assertEqual(self.history("version, event"), [("1", "adopted"), ("2", "applied")])


class Repair(SegmentsTest):

    def cut_off(self, *statements):
        """Runs a file and kills the server's session in its last statement, which waits for a transaction."""
        self.up_files(*statements)
        return self.cut_off_in("up")

    def cut_off_in(self, *arguments):
        """The same for a command whose files are there."""
        other = self.session()
        self.sql("CREATE TABLE held (id int)")
        other.run("BEGIN; INSERT INTO held VALUES (1);")
        process = self.start(*arguments)
        self.wait_for_query("^CREATE (UNIQUE )?INDEX CONCURRENTLY|pg_sleep")
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active'"
                 " AND pid <> pg_backend_pid() AND query ~ 'CONCURRENTLY|pg_sleep'")
        other.run("COMMIT;")
        return finish(process)

    HELD = TABLE + "CREATE INDEX CONCURRENTLY held_id ON held (id);\n"

    def test_lost_session_is_told_and_the_next_run_goes_on(self):
        result = self.cut_off(self.HELD)
        self.assertEqual(result.code, 1)
        self.assertIn("the statement in line 2 was under way", result.err)
        self.assertEqual(self.journal(), [("1", "1", "intended")])
        result = self.done("up")
        self.assertIn("a migration was cut off", result.err)
        self.assertEqual((self.row(), self.journal()), ((1, False), []))
        self.assertEqual(self.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'held_id'::regclass"), "t")

    def test_explain_tells_and_changes_nothing(self):
        self.cut_off(self.HELD)
        before = self.schema(), self.row(), self.journal()
        result = self.done("repair", "-explain")
        self.assertIn("1 of the 2 statements of 1_m1.up.sql are applied; the one in line 2", result.out)
        self.assertIn("would do: DROP INDEX CONCURRENTLY public.held_id", result.out)
        self.assertEqual((self.schema(), self.row(), self.journal()), before)

    def test_repair_removes_the_remains_and_runs_no_file(self):
        self.cut_off(self.HELD)
        result = self.done("repair")
        self.assertIn("did: DROP INDEX CONCURRENTLY public.held_id", result.out)
        self.assertIn("next: migrate up", result.out)
        self.assertEqual((self.row(), self.journal()), ((1, True), [("1", "1", "between")]))
        self.assertEqual(self.value("SELECT to_regclass('held_id') IS NULL"), "t")
        self.done("up")
        self.assertEqual(self.row(), (1, False))

    def test_repair_of_a_lone_statement_ends_clean(self):
        self.cut_off("CREATE INDEX CONCURRENTLY held_id ON held (id);\n")
        self.done("repair")
        self.assertEqual((self.row(), self.journal()), (None, []))
        self.done("up")
        self.assertEqual(self.row(), (1, False))

    def test_what_only_a_person_can_know_is_asked(self):
        block = "DO $$ BEGIN PERFORM 1; COMMIT; PERFORM pg_sleep(60); END $$;\n"
        self.cut_off("-- migrate:no-transaction\n" + TABLE + block)
        refused = self.fails("up")
        self.assertIn("Dirty database version 1. Fix and force version.", refused.err)
        self.assertIn('"migrate repair -applied"', refused.err)
        asked = self.migrate("repair")
        self.assertEqual(asked.code, 1)
        self.assertIn("look at: ", asked.out)
        self.done("repair", "-applied")
        self.done("up")
        self.assertEqual((self.row(), self.journal()), ((1, False), []))

    def test_what_is_asked_after_a_down_names_no_up(self):
        block = "-- migrate:no-transaction\nDO $$ BEGIN PERFORM 1; COMMIT; PERFORM pg_sleep(60); END $$;\n"
        self.files({"1_a.up.sql": TABLE, "1_a.down.sql": block})
        self.done("up")
        self.cut_off_in("down", "1")
        self.assertIn('then "migrate down 1" goes on', self.fails("down", "1").err)
        self.assertIn('then "migrate down 1" goes on', self.migrate("repair").out)

    def test_answer_without_a_question_is_refused(self):
        self.up_files(TABLE)
        self.done("up")
        self.assertIn("no open question", self.fails("repair", "-applied").err)

    def test_clean_database_needs_no_repair(self):
        self.up_files(TABLE)
        self.done("up")
        self.assertIn("there is nothing to repair", self.done("repair").out)

    def test_foreign_dirty_row_is_explained_and_left(self):
        self.up_files(TABLE, "CREATE TABLE u ();\nCREATE TABLE v ();")
        self.done("up", "1")
        self.sql("UPDATE schema_migrations SET version = 2, dirty = true")
        result = self.migrate("repair")
        self.assertEqual(result.code, 1)
        self.assertIn("our journal knows nothing of it", result.out)
        self.assertIn("all of its 2 statements are applied, or none", result.out)
        self.assertIn('"migrate force 2" if it is complete, "migrate force 1" if nothing of the up of version 2', result.out)
        self.assertEqual(self.row(), (2, True))

    def test_foreign_dirty_row_without_statements_is_repaired(self):
        self.up_files(TABLE, "-- nothing\n")
        self.done("up", "1")
        self.sql("UPDATE schema_migrations SET version = 2, dirty = true")
        self.done("repair")
        self.assertEqual(self.row(), (2, False))
        self.assertEqual(self.history("version, event"), [("1", "applied"), ("2", "repaired")])


if __name__ == "__main__":
    unittest.main()
