# SPDX-License-Identifier: MIT
"""The Makefile of goway hands its settings to migrate, says what is missing, and shows no secret."""

import json
import os
import stat
import unittest

from aether import GowayTest, copy_of_goway, new_folder, run

URL = "postgres://aether:s3cret@127.0.0.1:5432/aether?sslmode=disable"

# Stands in for migrate and writes down how it was called.
RECORDER = """#!/usr/bin/env python3
import json, os, pathlib, sys
pathlib.Path(os.environ["RECORD"]).write_text(json.dumps(
    {"arguments": sys.argv[1:], "url": os.environ.get("DATABASE_URL"), "path": os.environ.get("MIGRATIONS_PATH")}))
"""


class MakefileTest(GowayTest):
    def setUp(self):
        self.goway = copy_of_goway() / "goway"
        self.programs = new_folder()
        self.record = self.programs / "record"
        recorder = self.programs / "migrate"
        recorder.write_text(RECORDER)
        recorder.chmod(recorder.stat().st_mode | stat.S_IXUSR)

    def make(self, *arguments, **variables):
        return run(["make", *arguments], cwd=self.goway,
                   variables={"PATH": f"{self.programs}:{os.environ['PATH']}", "RECORD": self.record, **variables})

    def called(self, *arguments, **variables):
        """How migrate was called by a make that succeeded and printed nothing."""
        done = self.assert_done(self.make(*arguments, **variables))
        self.assertEqual(done.stdout + done.stderr, "")
        return json.loads(self.record.read_text())

    def url_from(self, line):
        (self.goway / ".env").write_text(line)
        return self.called("migrate-version")["url"]

    def test_lists_its_commands_by_default(self):
        done = self.assert_done(self.make())

        for target in ("migrate-up", "migrate-down", "migrate-version", "migrate-create", "migrate-force"):
            self.assertIn(f"make {target}", done.stdout)
        self.assertFalse(self.record.exists())

    def test_calls_migrate_with_the_settings_in_the_environment_and_no_password_in_an_argument(self):
        for target, arguments in (("migrate-up", ["up"]), ("migrate-down", ["down", "1"]),
                                  ("migrate-version", ["version"])):
            with self.subTest(target=target):
                self.assertEqual(self.called(target, DATABASE_URL=URL),
                                 {"arguments": arguments, "url": URL, "path": "migrations"})

    def test_force_takes_a_version_and_also_none(self):
        for version in ("16", "-1"):
            with self.subTest(version=version):
                self.assertEqual(self.called("migrate-force", f"V={version}", DATABASE_URL=URL)["arguments"],
                                 ["force", "--", version])

    def test_create_needs_no_database(self):
        self.assertEqual(self.called("migrate-create", "NAME=add_feature_x")["arguments"],
                         ["create", "-ext", "sql", "-dir", "migrations", "-seq", "add_feature_x"])

    def test_a_name_is_data_and_not_shell(self):
        self.assertEqual(self.called("migrate-create", "NAME=a $(touch b); c")["arguments"][-1], "a ; c")
        self.assertEqual(self.called("migrate-create", "NAME=a; touch b")["arguments"][-1], "a; touch b")
        self.assertFalse((self.goway / "b").exists())

    def test_another_program_and_another_folder_can_be_given(self):
        golang_migrate = 'migrate -path "$$MIGRATIONS_PATH" -database "$$DATABASE_URL"'

        self.assertEqual(self.called("migrate-up", f"MIGRATE={golang_migrate}", "MIGRATIONS_PATH=other",
                                     DATABASE_URL=URL)["arguments"], ["-path", "other", "-database", URL, "up"])

    def test_says_what_is_missing(self):
        for arguments, text in ((["migrate-up"], "error: DATABASE_URL is not set"),
                                (["migrate-down"], "error: DATABASE_URL is not set"),
                                (["migrate-version"], "error: DATABASE_URL is not set"),
                                (["migrate-force", "V=1"], "error: DATABASE_URL is not set"),
                                (["migrate-force"], "error: which version?"),
                                (["migrate-create"], "error: which name?")):
            with self.subTest(arguments=arguments):
                done = self.make(*arguments, NAME="of-this-host")

                self.assertNotEqual(done.returncode, 0)
                self.assertTrue(done.stderr.startswith(text), done.stderr)
                self.assertFalse(self.record.exists())

    def test_reads_the_env_file_as_it_stands(self):
        for line in (f"DATABASE_URL={URL}&a=$HOME\n", f"export DATABASE_URL={URL}&a=$HOME",
                     f"  DATABASE_URL={URL}&a=$HOME # local\r\n", f'# mine\n\nDATABASE_URL="{URL}&a=$HOME"\n',
                     f"DATABASE_URL='{URL}&a=$HOME'\n"):
            with self.subTest(line=line):
                self.assertEqual(self.url_from(line), f"{URL}&a=$HOME")

    def test_keeps_a_hash_that_belongs_to_the_value(self):
        self.assertEqual(self.url_from("DATABASE_URL=postgres://u:a#b`c\"d'e@h/x\n"), "postgres://u:a#b`c\"d'e@h/x")

    def test_the_environment_wins_over_the_env_file(self):
        (self.goway / ".env").write_text(f"DATABASE_URL={URL}\nMIGRATIONS_PATH=from_file\n")

        self.assertEqual(self.called("migrate-up", DATABASE_URL="postgres://other/x"),
                         {"arguments": ["up"], "url": "postgres://other/x", "path": "from_file"})

    def test_the_example_file_is_complete_and_works(self):
        text = (self.goway / ".env.example").read_text()

        self.assertEqual(self.url_from(text), "postgres://postgres:postgres@localhost:5432/aether?sslmode=disable")
        for name in ("PORT", "NATS_URL", "REDIS_URL", "ENCRYPTION_KEY", "AGENT_GATEWAY_PORT", "EMBEDDING_MODEL"):
            self.assertRegex(text, rf"(?m)^(# )?{name}=")

    def test_a_bad_line_is_named_by_its_number_and_not_shown(self):
        (self.goway / ".env").write_text(f"A=1\npassword s3cret {URL}\n")

        done = self.make("migrate-up")

        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(done.stderr.startswith("error: .env:2: not NAME=VALUE\n"), done.stderr)
        self.assertNotIn("s3cret", done.stdout + done.stderr)

    def test_a_failing_migrate_shows_no_secret_and_its_exit_code_counts(self):
        done = self.make("migrate-up", "MIGRATE=exit 7;", DATABASE_URL=URL)

        self.assertEqual(done.returncode, 2)
        self.assertIn("Error 7", done.stderr)
        self.assertNotIn("s3cret", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
