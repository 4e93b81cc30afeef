# SPDX-License-Identifier: MIT
"""Looking at a SQLite file is nearly free: `migrate version` beside SQLite's own program."""

import shutil
import subprocess
import time
import unittest

from sqlite_engine import PROGRAM, SqliteTest

ROUNDS = 60


class Speed(SqliteTest):

    def seconds(self, command):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        return time.perf_counter() - begun

    def test_version_takes_less_than_twice_the_time_of_sqlite3(self):
        sqlite3 = shutil.which("sqlite3")
        if sqlite3 is None:
            raise AssertionError("no sqlite3; install it with: tools/install_packages test")
        self.up_files("CREATE TABLE a (i);")
        self.done("up")
        ours, theirs = [], []
        for _ in range(ROUNDS):  # in turn, so that a busy machine hits both
            ours.append(self.seconds([str(PROGRAM), "-path", str(self.folder), "-database", self.url(), "version"]))
            theirs.append(self.seconds([sqlite3, str(self.file), "select 1"]))
        # The quickest of many is the program's own time; all else is the machine's.
        self.assertLess(min(ours), 2 * min(theirs), f"migrate {min(ours):.4f} s, sqlite3 {min(theirs):.4f} s")


if __name__ == "__main__":
    unittest.main()
