# SPDX-License-Identifier: MIT
"""Settings of Aether's server: from the environment, from .env, and refused before anything is opened."""

import subprocess
import unittest

from serving import MigratedDatabase, ServerTest, server_program

NOWHERE = "postgres://aether:hidden@127.0.0.1:1/aether?sslmode=disable"


class ConfigTest(ServerTest):
    def test_only_the_database_is_needed(self):
        made = self.server()

        self.assert_refused(made, r"^DATABASE_URL: not set; write it into the environment or into \.env")

    def test_every_fault_is_listed_at_once(self):
        made = self.server("mysql://u:hidden@h/d", PORT="70000", LOG_LEVEL="loud", DATABASE_WAIT="soon",
                           LISTEN_ADDRESS="here", MIGRATIONS_AT_START="maybe")

        record = self.assert_refused(made, "^DATABASE_URL: Aether needs PostgreSQL")

        for fault in ('PORT: "70000" is no port', 'LOG_LEVEL: "loud" is none of', 'DATABASE_WAIT: "soon" is no duration',
                      'LISTEN_ADDRESS: "here" is no IP address', 'MIGRATIONS_AT_START: "maybe" is none of'):
            self.assertIn(fault, record["message"])
        self.assertNotIn("hidden", made.log_text())

    def test_ports_are_whole_numbers(self):
        for text in ("0", "-1", "80a", " 80", "8e3", "65536"):
            with self.subTest(port=text):
                self.assert_refused(self.server(NOWHERE, PORT=text), '^PORT: ".*" is no port')

    def test_a_url_that_does_not_parse_shows_no_password(self):
        made = self.server("postgres://aether:hidden@[::1/aether")

        self.assert_refused(made, "^DATABASE_URL: ")

        self.assertNotIn("hidden", made.log_text())

    def test_an_unreachable_database_shows_no_password(self):
        made = self.server(NOWHERE, DATABASE_WAIT="0")

        self.assert_refused(made, "connection refused")

        self.assertNotIn("hidden", made.log_text())

    def test_the_file_is_read_like_the_makefile_reads_it(self):
        cases = {"LOG_LEVEL=a": "a", "  export LOG_LEVEL=a": "a", "LOG_LEVEL='a b'": "a b", 'LOG_LEVEL="a # b"': "a # b",
                 "LOG_LEVEL=a # why": "a", "LOG_LEVEL=a#b": "a#b", "LOG_LEVEL=a \t\r": "a", "LOG_LEVEL=a=b": "a=b",
                 "# LOG_LEVEL=c\n\nLOG_LEVEL=a\nLOG_LEVEL=b": "a", "LOG_LEVEL='a": "'a"}
        for text, value in cases.items():
            with self.subTest(text=text):
                self.assert_refused(self.server(NOWHERE, dotenv=text), f'^LOG_LEVEL: "{value}" is none of')

    def test_a_line_that_is_no_setting_is_named_by_its_place(self):
        made = self.server(NOWHERE, dotenv="PORT=80\n\nsecret words\n")

        record = self.assert_refused(made, r"^\.env:3: not NAME=VALUE$")

        self.assertNotIn("secret", record["message"])

    def test_the_environment_wins_over_the_file(self):
        made = self.server(NOWHERE, dotenv="LOG_LEVEL=file\nPORT=file\n", LOG_LEVEL="environment")

        record = self.assert_refused(made, '^LOG_LEVEL: "environment" is none of')

        self.assertNotIn("PORT", record["message"])

    def test_the_file_alone_is_enough_and_settings_of_other_parts_are_ignored(self):
        database = MigratedDatabase()
        made = self.server(PORT=None, LISTEN_ADDRESS=None)
        (made.folder / ".env").write_text(
            f"DATABASE_URL={database.url}\nPORT={made.port}\nNATS_URL=nats://localhost:4222\nJIRA_IS_CLOUD=true\n"
            "ENCRYPTION_KEY=\nMIGRATIONS_PATH=\n")

        made.serve()

        self.assertEqual(made.ask("/ready").status, 200)
        self.assertEqual(made.records("starting")[0]["migrations"], "embedded")

    def test_arguments_are_refused_and_help_is_not(self):
        for argument, code, stream in (("-help", 0, "stdout"), ("-version", 0, "stdout"), ("serve", 2, "stderr")):
            done = subprocess.run([server_program(), argument], capture_output=True, text=True, timeout=60, check=False)

            self.assertEqual(done.returncode, code, argument)
            self.assertTrue(getattr(done, stream), argument)


if __name__ == "__main__":
    unittest.main()
