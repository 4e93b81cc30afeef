# SPDX-License-Identifier: MIT
"""`migrate scratch …` and `-database scratch://NAME`, as a person types them.

    AETHER_MIGRATE=build/release/bin/migrate python3 -m unittest discover -s tests/cli -p 'scratch_test.py'
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from cluster import clean_environment, find_psql  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("AETHER_MIGRATE") or ROOT / "build" / "release" / "bin" / "migrate").absolute()
COMMAND_SECONDS = 120


class Scratch(unittest.TestCase):
    """Each test has a state folder of its own; all servers in it are dropped at its end."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scratch-cli-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)
        # As root the server's user must be able to pass.
        self.folder.chmod(0o755)
        self.environment = {key: value for key, value in clean_environment().items()
                            if key not in ("DATABASE_URL", "MIGRATIONS_PATH", "AETHER_SCRATCH_DIR")}
        if os.geteuid() == 0:
            self.environment["AETHER_SCRATCH_DIR"] = str(self.folder / "state")
        else:
            self.environment["XDG_STATE_HOME"] = str(self.folder / "state")
        self.addCleanup(self.drop_all)

    def drop_all(self):
        for line in self.migrate("scratch", "list").stdout.splitlines():
            self.migrate("scratch", "drop", line.split("\t")[0])

    def migrate(self, *arguments, **variables):
        return subprocess.run([PROGRAM, *arguments], env={**self.environment, **variables}, cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=COMMAND_SECONDS, check=False)

    def result_of(self, *arguments):
        """What a command that must succeed writes to stdout; its stderr must be empty."""
        done = self.migrate(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def error_of(self, *arguments, **variables):
        """What a command that must fail writes to stderr; its stdout must be empty."""
        done = self.migrate(*arguments, **variables)
        self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
        return done.stderr

    def test_life_of_a_server(self):
        self.assertEqual(self.result_of("scratch", "list"), "")

        url = self.result_of("scratch", "url", "demo")
        self.assertRegex(url, r"\Apostgres://postgres@/demo\?host=\S+&port=5432\n\Z")
        self.assertRegex(self.result_of("scratch", "list"), r"\Ademo\trunning\tPostgreSQL [0-9.]+\n\Z")
        self.assertEqual(self.result_of("scratch", "url", "demo"), url)

        self.assertEqual(self.result_of("scratch", "stop", "demo"), "stopped\n")
        self.assertEqual(self.result_of("scratch", "stop", "demo"), "was not running\n")
        self.assertRegex(self.result_of("scratch", "list"), r"\Ademo\tstopped\t")

        self.assertEqual(self.result_of("scratch", "drop", "demo"), "")
        self.assertEqual(self.result_of("scratch", "list"), "")

    def test_migrates_a_database_that_psql_sees_and_that_is_kept(self):
        (self.folder / "files").mkdir()
        (self.folder / "files" / "1_shop.up.sql").write_text("CREATE TABLE shop (id int);\n")
        (self.folder / "files" / "1_shop.down.sql").write_text("DROP TABLE shop;\n")
        flags = ["-path", "files", "-database", "scratch://try-it"]

        done = self.migrate(*flags, "up")

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"\A1/u shop \(")
        url = self.result_of("scratch", "url", "try-it").strip()
        asked = subprocess.run([find_psql(), "-X", "-A", "-t", "-d", url, "-c", "SELECT count(*) FROM shop"],
                               env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((asked.stdout, asked.stderr), ("0\n", ""))
        self.result_of("scratch", "stop", "try-it")
        done = self.migrate(*flags, "version")
        self.assertEqual((done.returncode, done.stderr), (0, "1\n"))

    def test_errors_name_the_way_out(self):
        self.assertEqual(self.error_of("scratch", "drop", "nobody"),
                         'error: there is no scratch server "nobody"\n  next: migrate scratch list\n')
        self.assertIn('error: "No" cannot be the name of a scratch server\n', self.error_of("scratch", "url", "No"))
        self.assertIn("error: AETHER_POSTGRES_BIN is /nonexistent, which does not hold initdb and postgres\n",
                      self.error_of("scratch", "url", "demo", AETHER_POSTGRES_BIN="/nonexistent"))
        self.assertIn("scratch takes one of: list, url NAME, stop NAME, drop NAME", self.error_of("scratch"))


if __name__ == "__main__":
    unittest.main()
