# SPDX-License-Identifier: MIT
"""A file of 200 MB runs, and memory does not grow with it."""

import os
import pathlib
import time
import unittest

from engine import EngineTest

MEGABYTE = 1 << 20
# A sanitizer keeps freed memory aside: its build is held to finishing only.
LIMIT_KIB = 32 * 1024 if not os.environ.get("AETHER_SANITIZE") else 2 * 1024 * 1024


def resident_peak(pid):
    """The peak of a process's resident memory in KiB; 0 when it has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


class LargeFile(EngineTest):

    def write_inserts(self, size, last=""):
        """Writes 1_big.up.sql of at least this size; returns the number of its rows."""
        text = "x" * 100
        values = ",\n".join(f"('{text}')" for _ in range(2000))
        statement = f"INSERT INTO big VALUES\n{values};\n"
        count = size // len(statement) + 1
        with (self.folder / "1_big.up.sql").open("w") as file:
            file.write("CREATE UNLOGGED TABLE big (t text);\n")
            for _ in range(count):
                file.write(statement)
            file.write(last)
        return count * 2000

    def run_measured(self, *arguments):
        """Runs a command and returns its exit code, its words and its peak memory in KiB."""
        process = self.start(*arguments)
        peak = 0
        deadline = time.monotonic() + 300
        while process.poll() is None:
            # Not from wait4(): that peak counts the Python that the program was forked from.
            peak = max(peak, resident_peak(process.pid))
            self.assertLess(time.monotonic(), deadline, "no end after 300 s")
            time.sleep(0.01)
        self.assertGreater(peak, 0)
        return process.returncode, process.stderr.read(), peak

    def test_200_megabytes_of_inserts_run_in_bounded_memory(self):
        rows = self.write_inserts(200 * MEGABYTE)
        size = (self.folder / "1_big.up.sql").stat().st_size
        self.assertGreater(size, 200 * 1000 * 1000)

        code, text, peak = self.run_measured("up")

        self.assertEqual(code, 0, text)
        self.assertEqual(self.value("SELECT count(*) FROM big"), str(rows))
        self.assertEqual(self.row(), (1, False))
        self.assertLess(peak, LIMIT_KIB)
        print(f"peak memory for {size / MEGABYTE:.0f} MiB: {peak / 1024:.1f} MiB")

    def test_failure_at_the_end_leaves_nothing_and_names_the_line(self):
        self.write_inserts(20 * MEGABYTE, "SELECT missing;\n")
        with (self.folder / "1_big.up.sql").open("rb") as file:
            lines = sum(1 for _ in file)

        code, text, peak = self.run_measured("up")

        self.assertEqual(code, 1)
        self.assertIn(f"/1_big.up.sql:{lines}:8\n", text)
        self.assertEqual((self.row(), self.tables()), ("absent", []))
        self.assertLess(peak, LIMIT_KIB)

    def test_own_transaction_of_many_pieces_is_one_transaction(self):
        insert = "INSERT INTO t VALUES ('" + "é" * 500 + "');\n"
        comment = "-- " + "x" * 300 * 1024 + "\n"
        body = comment + "BEGIN;\nCREATE TABLE t (a text);\n" + insert * 1000 + "{}COMMIT;\n" + comment
        self.files({"1_own.up.sql": body.format("SELECT missing;\n")})

        self.assertIn("/1_own.up.sql:1004:8\n", self.fails("up").err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

        self.files({"1_own.up.sql": body.format("")})
        self.done("up")
        self.assertEqual((self.row(), self.value("SELECT count(*) FROM t")), ((1, False), "1000"))

    def test_one_statement_of_many_megabytes_runs(self):
        self.files({"1_one.up.sql": "CREATE TABLE t AS SELECT length('" + "x" * 5 * MEGABYTE + "') AS n;"})
        self.done("up")
        self.assertEqual(self.value("SELECT n FROM t"), str(5 * MEGABYTE))


if __name__ == "__main__":
    unittest.main()
