# SPDX-License-Identifier: MIT
"""Tests of the private test server itself; run with: python3 -m unittest discover -s tests/support -p '*_test.py'."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cluster import Cluster, find_bindir, find_psql  # noqa: E402
from private_server import ServerError, SqlError, children_of, is_gone, process_start  # noqa: E402

WITH_POSTGRES = pathlib.Path(__file__).resolve().parent / "with_postgres"
REPORT_AND_SLEEP = 'dirname "$AETHER_TEST_POSTGRES_LOG"; exec sleep 60'


def server_of(base):
    return int((pathlib.Path(base) / "data" / "postmaster.pid").read_text().split()[0])


# A SIGKILL works at once; a server that merely lost its folder notices within a minute.
def wait_until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster(find_bindir("15")))

    def test_rows_keep_null_and_line_breaks_and_several_results(self):
        rows = self.cluster.sql("postgres", "SELECT NULL, '', E'a\\nb'; SELECT 'c'; CREATE TABLE u (i int);")

        self.assertEqual(rows, [(None, "", "a\nb"), ("c",)])

    def test_a_refused_statement_raises_with_its_sqlstate(self):
        with self.assertRaisesRegex(SqlError, "42P01"):
            self.cluster.sql("postgres", "SELECT * FROM nowhere")

    def test_both_urls_reach_a_database_with_a_strange_name(self):
        name = "a b=c'd"

        url = self.cluster.create_database(name)

        for reached in (url, self.cluster.socket_url(name)):
            done = subprocess.run([find_psql(), "-X", "-A", "-t", "-c", "SELECT current_database()",
                                   reached], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.stdout, done.stderr), (name + "\n", ""))
        self.assertEqual(self.cluster.sql(name, "SELECT current_database()"), [(name,)])

    def test_committed_rows_outlive_sigkill_of_the_whole_server(self):
        url = self.cluster.create_database("killed")
        self.cluster.sql("killed", "CREATE TABLE t AS SELECT 1 AS i; CHECKPOINT;")

        self.cluster.kill9()
        self.cluster.start()

        self.assertEqual(self.cluster.url("killed"), url)
        self.assertEqual(self.cluster.sql("killed", "SELECT i FROM t"), [("1",)])
        self.assertIn("not properly shut down", self.cluster.log_text())

    def test_sigkill_reaches_a_backend_that_is_too_busy_to_see_its_server_die(self):
        busy = threading.Thread(target=self.cluster.psql, args=("postgres", ["-c", "DO 'BEGIN LOOP END LOOP; END'"]))
        busy.start()
        self.addCleanup(busy.join, 60)
        query = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %LOOP%'"
        self.assertTrue(wait_until(lambda: self.cluster.sql("postgres", query), 30))
        backend = int(self.cluster.sql("postgres", query)[0][0])

        self.cluster.kill9()

        self.assertTrue(wait_until(lambda: is_gone(backend)))
        self.cluster.start()

    def test_a_server_that_cannot_start_says_why(self):
        with self.assertRaisesRegex(ServerError, "no_such_setting"):
            with Cluster(self.cluster.bindir, "bad", {"no_such_setting": "1"}):
                self.fail("started")


class CleanUpTest(unittest.TestCase):
    def start(self):
        process = subprocess.Popen([sys.executable, WITH_POSTGRES, "15", "--", "sh", "-c", REPORT_AND_SLEEP],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 60)
        self.addCleanup(process.kill)
        base = process.stdout.readline().strip()
        self.assertTrue(os.path.isdir(base), base)
        return process, base, server_of(base)

    def test_sigterm_removes_server_and_folder(self):
        process, base, server = self.start()

        process.terminate()
        code = process.wait(60)

        self.assertEqual(code, 128 + signal.SIGTERM)
        self.assertFalse(os.path.exists(base))
        self.assertIsNone(process_start(server))

    def test_the_next_run_sweeps_what_a_killed_one_left(self):
        process, base, server = self.start()
        sleeper = children_of(process.pid)
        process.kill()
        process.wait(60)
        self.assertTrue(os.path.exists(base))

        Cluster.sweep()

        self.assertFalse(os.path.exists(base))
        self.assertTrue(wait_until(lambda: is_gone(server)))
        for pid in sleeper:
            if process_start(pid) is not None and pid != server:
                os.kill(pid, signal.SIGKILL)

    def test_the_exit_code_is_the_commands(self):
        done = subprocess.run([sys.executable, WITH_POSTGRES, "15", "--", "sh", "-c", "exit 7"],
                              timeout=120, check=False)

        self.assertEqual(done.returncode, 7)

    def test_an_unknown_server_is_exit_1(self):
        done = subprocess.run([sys.executable, WITH_POSTGRES, "7", "--", "true"], capture_output=True,
                              text=True, timeout=120, check=False)

        self.assertEqual(done.returncode, 1)
        self.assertIn("no PostgreSQL server named 7", done.stderr)


if __name__ == "__main__":
    unittest.main()
