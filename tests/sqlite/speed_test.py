# SPDX-License-Identifier: MIT
"""Looking at a SQLite file is nearly free: `migrate version` beside SQLite's own program."""

import os
import shutil
import time
import unittest

from sqlite_engine import SqliteTest
from program import PROGRAM

FEWEST, MOST = 60, 600


@unittest.skipIf(os.environ.get("AETHER_SANITIZE"), "a sanitizer takes its own time")
class Speed(SqliteTest):

    @staticmethod
    def seconds(command):
        quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
        begun = time.perf_counter()
        process = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
        _, status = os.waitpid(process, 0)
        ended = time.perf_counter()
        if status != 0:
            raise AssertionError(f"{command} ended with {status}")
        return ended - begun

    def test_version_takes_less_than_twice_the_time_of_sqlite3(self):
        sqlite3 = shutil.which("sqlite3")
        if sqlite3 is None:
            raise AssertionError("no sqlite3; install it with: tools/install_packages test")
        self.up_files("CREATE TABLE a (i);")
        self.done("up")
        ours = theirs = 9.0
        # The quickest of many is the program's own time; all else is the machine's, which may be busy for long.
        for number in range(MOST):
            ours = min(ours, self.seconds([str(PROGRAM), "-path", str(self.folder), "-database", self.url(), "version"]))
            theirs = min(theirs, self.seconds([sqlite3, str(self.file), "select 1"]))
            if number >= FEWEST and ours < 2 * theirs:
                break
        self.assertLess(ours, 2 * theirs, f"migrate {ours:.4f} s, sqlite3 {theirs:.4f} s")
        print(f"migrate version {ours * 1000:.1f} ms, sqlite3 {theirs * 1000:.1f} ms")


if __name__ == "__main__":
    unittest.main()
