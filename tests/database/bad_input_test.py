# SPDX-License-Identifier: MIT
"""Files and folders that can't be used: one clear error each, and nothing is changed."""

import os
import unittest

from engine import EngineTest, unprivileged_user

GOOD = "CREATE TABLE good (id int);"


class BadInput(EngineTest):

    def refused(self, arguments=("up",), **options):
        """The command fails with one error, and the database stays empty. Returns what it says."""
        result = self.fails(*arguments, **options)
        self.assertEqual((self.row(), self.tables(), result.steps()), ("absent", [], []))
        self.assertEqual(result.err.count("error: "), 1, result.err)
        self.assertTrue(result.err.startswith("error: "), result.err)
        return result.err

    def test_missing_directory(self):
        text = self.refused(path=self.folder / "gone")
        self.assertIn(f"open {self.folder}/gone: no such file or directory", text)
        self.assertIn("next: ", text)

    def test_path_that_is_a_file(self):
        self.files({"file": "x"})
        self.assertIn("not a directory", self.refused(path=self.folder / "file"))

    def test_directory_that_may_not_be_read(self):
        self.files({"1_a.up.sql": GOOD})
        self.folder.chmod(0o000)
        self.addCleanup(self.folder.chmod, 0o755)
        self.assertIn(f"open {self.folder}: permission denied", self.refused(user=unprivileged_user()))

    def test_file_that_may_not_be_read_stops_the_files_before_it_too(self):
        self.files({"1_a.up.sql": GOOD, "2_b.up.sql": "SELECT 2;"})
        (self.folder / "2_b.up.sql").chmod(0o000)
        text = self.refused(user=unprivileged_user())
        self.assertIn("2_b.up.sql: permission denied", text)

    def test_empty_directory(self):
        self.assertIn("file does not exist", self.refused())
        self.assertIn("no migration found for version 3", self.refused(("goto", "3")))

    def test_two_files_of_one_version_are_all_named_at_once(self):
        self.files({name: GOOD for name in ("1_a.up.sql", "01_b.up.sql", "1_a.down.sql", "2_c.up.sql", "002_d.up.sql",
                                            "3_fine.up.sql")})
        text = self.refused()
        self.assertTrue(text.startswith("error: duplicate migration file: "), text)
        self.assertIn("01_b.up.sql and 1_a.up.sql are up files of version 1", text)
        self.assertIn("002_d.up.sql and 2_c.up.sql are up files of version 2", text)
        self.assertNotIn("fine", text)

    def test_backup_copy_is_called_one(self):
        self.files({"1_a.up.sql": GOOD, "1_a.up.sql.bak": GOOD})
        self.assertIn("1_a.up.sql.bak looks like a backup copy", self.refused())

    def test_versions_beyond_the_largest_are_refused(self):
        for version in (2**63, 2**64 - 1, 2**64, 10**30):
            with self.subTest(version=version):
                name = f"{version}_big.up.sql"
                self.files({"1_a.up.sql": GOOD, name: GOOD})
                text = self.refused()
                self.assertIn(f"{name}: its version is above {2**63 - 1}", text)
                (self.folder / name).unlink()

    def test_largest_version_runs(self):
        self.files({f"{2**63 - 1}_last.up.sql": GOOD, f"{2**63 - 1}_last.down.sql": "DROP TABLE good;"})
        self.done("up")
        self.assertEqual(self.row(), (2**63 - 1, False))
        self.assertEqual(self.done("up").err, "no change\n")
        self.done("down", "1")
        self.assertEqual((self.row(), self.tables()), (None, []))

    def test_links_that_lead_nowhere(self):
        self.files({"1_a.up.sql": GOOD})
        os.symlink("2_loop.up.sql", self.folder / "2_loop.up.sql")
        os.symlink("nothing", self.folder / "3_dangling.up.sql")
        (self.folder / "folder").mkdir()
        os.symlink("folder", self.folder / "4_folder.up.sql")
        os.mkfifo(self.folder / "5_pipe.up.sql")
        text = self.refused()
        for line in ("2_loop.up.sql: a loop of symbolic links", "3_dangling.up.sql: dangling symbolic link",
                     "4_folder.up.sql: a symbolic link to a directory", "5_pipe.up.sql: a named pipe"):
            self.assertIn(f"\n  {line}\n", text)

    def test_loop_of_folders(self):
        os.symlink("loop", self.folder / "loop")
        self.assertIn("symbolic links", self.refused(path=self.folder / "loop"))

    def test_good_links_run(self):
        self.files({"body": GOOD})
        os.symlink("body", self.folder / "1_a.up.sql")
        self.done("up")
        self.assertEqual(self.tables(), ["good"])

    def test_bytes_that_are_not_utf8_are_refused_with_their_offset(self):
        body = "CREATE TABLE a (t text);\n-- é\nINSERT INTO a VALUES ('".encode()
        for fault in (b"\xe9')", b"\xed\xa0\x80')", b"\xc0\xaf')", b"\xf8", b"\xe2\x82"):
            with self.subTest(fault=fault):
                self.files({"1_a.up.sql": GOOD, "2_b.up.sql": body + fault})
                text = self.refused()
                self.assertIn(f"{self.folder}/2_b.up.sql: not UTF-8 at byte {len(body)}\n", text)

    def test_fault_far_into_a_file_has_its_own_offset(self):
        body = b"SELECT 1;\n" * 60000
        self.files({"1_a.up.sql": body + b"\xff"})
        self.assertIn(f"at byte {len(body)}\n", self.refused())

    def test_utf16_is_called_by_its_name(self):
        for encoding in ("utf-16-le", "utf-16-be"):
            self.files({"1_a.up.sql": ("\ufeff" + GOOD).encode(encoding)})
            self.assertIn("UTF-16", self.refused())

    def test_zero_byte_is_refused_with_its_offset(self):
        self.files({"1_a.up.sql": b"SELECT 1;\n\0"})
        self.assertIn("a zero byte at byte 10", self.refused())

    def test_down_file_that_is_not_utf8_does_not_stop_an_up(self):
        self.files({"1_a.up.sql": GOOD, "1_a.down.sql": b"\xff"})
        self.done("up")
        self.assertEqual(self.history("down_sql"), [(None,)])
        self.assertIn("not UTF-8 at byte 0", self.fails("down", "1").err)
        self.assertEqual(self.row(), (1, False))

    def test_files_without_a_statement_are_applied(self):
        self.up_files("", " \r\n\t", "-- one\n/* two /* three */ */", ";;", "\ufeff", "\ufeff-- mark\n")
        self.done("up")
        self.assertEqual(self.row(), (6, False))
        self.assertEqual(self.history("statements_done"), [("0",)] * 6)

    def test_copy_from_stdin_is_refused_before_anything_runs(self):
        self.up_files(GOOD, "CREATE TABLE a (id int);\n\nCOPY a FROM stdin;\n1\n\\.\n")
        text = self.refused()
        self.assertIn("COPY … FROM STDIN can't be run from a migration", text)
        self.assertIn(f"at {self.folder}/2_m2.up.sql:3:1\n", text)
        self.assertIn("INSERT", text)

    def test_copy_to_stdout_is_refused_with_a_remedy_of_its_own(self):
        self.up_files("CREATE TABLE a (id int);\nCOPY a TO STDOUT;\n")
        text = self.refused()
        self.assertIn("COPY … TO STDOUT can't be run from a migration", text)
        self.assertIn("hint: leave it out: nobody reads the rows", text)

    def test_path_that_is_a_url_shows_no_token(self):
        result = self.fails("up", path="https://bob:tok@host/files")
        self.assertIn("open https://xxxxx:xxxxx@host/files: no such file or directory", result.err)

    def test_psql_commands_are_refused_before_anything_runs(self):
        self.up_files(GOOD, "SELECT 1;\n\\set x 1\n")
        text = self.refused()
        self.assertIn("psql command can't be run from a migration", text)
        self.assertIn("/2_m2.up.sql:2:1\n", text)

    def test_quotes_and_comments_that_never_end_are_the_servers_to_judge(self):
        for body in ("SELECT 'open", "SELECT $x$ open", "/* open", 'SELECT "open', "SELECT 1; /* open /* */"):
            with self.subTest(body=body):
                self.up_files(body)
                self.assertIn("unterminated", self.refused())

    def test_limit_that_is_no_number(self):
        self.up_files(GOOD)
        for limit in ("x", "-1", "1.5", "0x1", "9223372036854775808" * 2, ""):
            with self.subTest(limit=limit):
                result = self.migrate("up", "--", limit)
                self.assertEqual((result.code, self.row()), (1, "absent"), result.err)
                self.assertIn("can't read limit argument N", result.err)

    def test_warning_about_a_late_file_below_the_current_version(self):
        self.files({"1_a.up.sql": "SELECT 1;", "3_c.up.sql": "SELECT 3;"})
        self.done("up")
        self.files({"2_late.up.sql": GOOD})
        for _ in range(2):
            result = self.done("up")
            self.assertIn("warning: 2_late.up.sql is below the current version 3 and was never applied", result.err)
            self.assertIn("no change", result.err)
        self.files({"4_d.up.sql": "SELECT 4;"})
        result = self.done("up")
        self.assertIn("warning: 2_late.up.sql", result.err)
        self.assertEqual((result.steps(), self.tables(), self.row()), (["4/u d"], [], (4, False)))

    def test_missing_down_file_of_a_migration_that_never_ran_is_no_reason_to_warn(self):
        self.files({"1_a.up.sql": "SELECT 1;", "3_c.up.sql": "SELECT 1;", "3_c.down.sql": "SELECT 1;"})
        self.done("up")
        self.files({"2_b.up.sql": "CREATE TABLE b (id int);"})
        self.assertNotIn("version 2 has no down file", self.done("goto", "1").err)

    def test_down_file_that_is_missing_is_warned_of(self):
        self.up_files(GOOD)
        self.done("up")
        result = self.done("down", "1")
        self.assertIn("warning: version 1 has no down file", result.err)
        self.assertEqual((self.row(), self.tables()), (None, ["good"]))


if __name__ == "__main__":
    unittest.main()
