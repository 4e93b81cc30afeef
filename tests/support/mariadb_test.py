# SPDX-License-Identifier: MIT
"""Tests of the private MariaDB server itself; run with: python3 -m unittest discover -s tests/support -p '*_test.py'."""

import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import mariadb as module  # noqa: E402
from mariadb import MariaDb  # noqa: E402
from private_server import ServerError, SqlError, children_of, is_gone, process_start  # noqa: E402

WITH_MARIADB = pathlib.Path(__file__).resolve().parent / "with_mariadb"
REPORT_AND_SLEEP = 'dirname "$AETHER_TEST_MARIADB_LOG"; exec sleep 60'


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class MariaDbTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(MariaDb(tls=True))

    def tcp(self, user, *arguments, password="", text="SELECT CURRENT_USER()"):
        """A client over TCP, as a program has it that knows no socket."""
        return subprocess.run(
            [module.find_program("mariadb"), "--no-defaults", "--host=127.0.0.1", f"--port={self.server.port}",
             f"--user={user}", f"--password={password}", "-N", "-B", *arguments, "-e", text],
            capture_output=True, text=True, timeout=60, check=False, env=module.clean_environment())

    def test_rows_keep_null_tabs_and_line_breaks_and_several_results(self):
        rows = self.server.sql("mysql", "SELECT NULL, '', 'a\\nb', 'c\\td', 'e\\\\f', '𝄞'; SELECT 'g'; DO 1;")

        self.assertEqual(rows, [(None, "", "a\nb", "c\td", "e\\f", "𝄞"), ("g",)])

    def test_a_refused_statement_raises_with_its_number_and_ends_the_text(self):
        self.server.create_database("refused")
        with self.assertRaisesRegex(SqlError, "1146.*42S02"):
            self.server.sql("refused", "SELECT * FROM nowhere; CREATE TABLE later (i int)")

        self.assertEqual(self.server.sql("refused", "SHOW TABLES"), [])

    def test_a_database_may_have_a_strange_name(self):
        name = "a b`c'd%"

        url = self.server.create_database(name)

        self.assertTrue(url.endswith("/" + name))
        self.assertEqual(self.server.sql(name, "SELECT DATABASE()"), [(name,)])
        self.server.drop_database(name)

    def test_urls_are_of_golang_migrates_form(self):
        port = self.server.port
        self.assertEqual(self.server.url("shop"), f"mysql://m@tcp(127.0.0.1:{port})/shop")
        self.assertEqual(self.server.url("shop", "a:b", "p@/w", **{"x-no-lock": "true"}),
                         f"mysql://a%3Ab:p%40%2Fw@tcp(127.0.0.1:{port})/shop?x-no-lock=true")
        self.assertEqual(self.server.socket_url("shop"), f"mysql://m@unix({self.server.socket_path})/shop")
        self.assertLess(len(str(self.server.socket_path)), 107)

    def test_nobody_shadows_the_user_of_the_tests(self):
        self.assertEqual(self.server.sql("mysql", "SELECT count(*) FROM global_priv WHERE user = ''"), [("0",)])
        self.assertEqual(self.server.sql("mysql", "SELECT CURRENT_USER()"), [("m@%",)])
        self.assertEqual(self.tcp("m").stdout, "m@%\n")

    def test_the_server_does_not_run_as_root(self):
        owner = os.stat(f"/proc/{self.server.pid}").st_uid

        self.assertNotEqual(owner, 0)

    def test_a_user_has_the_privileges_that_were_asked_for_and_no_others(self):
        self.server.create_database("shop")
        self.server.sql("shop", "CREATE TABLE t (i int)")

        self.server.create_user("reader", "SELECT ON shop.*", password="it's")
        self.server.create_user("nobody")

        self.assertEqual(self.tcp("reader", "shop", password="it's", text="SELECT count(*) FROM t").stdout, "0\n")
        self.assertIn("1142", self.tcp("reader", "shop", password="it's", text="DROP TABLE t").stderr)
        self.assertIn("1045", self.tcp("reader", password="wrong").stderr)
        self.assertIn("1044", self.tcp("nobody", "shop").stderr)

    def test_tls_is_proved_by_the_authority_of_the_test_and_by_no_other(self):
        folder = self.server.certificates
        text = "SHOW STATUS LIKE 'Ssl_version'"

        trusted = self.tcp("m", f"--ssl-ca={folder / 'ca.pem'}", "--ssl-verify-server-cert", text=text)
        other = self.tcp("m", f"--ssl-ca={folder / 'other.pem'}", "--ssl-verify-server-cert", text=text)

        self.assertRegex(trusted.stdout, r"TLSv1\.\d")
        self.assertIn("2026", other.stderr)

    def test_a_session_keeps_its_transaction_and_its_lock(self):
        self.server.create_database("held")
        self.server.sql("held", "CREATE TABLE t (i int) ENGINE=InnoDB")
        session = self.server.session("held")
        self.addCleanup(session.close)

        self.assertEqual(session.run("SELECT GET_LOCK('l', 0); BEGIN; INSERT INTO t VALUES (7);"), ["1"])

        self.assertEqual(self.server.sql("held", "SELECT count(*), IS_FREE_LOCK('l') FROM t"), [("0", "0")])
        self.assertEqual(session.run("COMMIT; SELECT * FROM t;"), ["7"])
        self.assertRegex("\n".join(session.run("SELECT nonsense;")), "ERROR 1054")
        session.close()
        self.assertTrue(wait_until(lambda: self.server.sql("held", "SELECT IS_FREE_LOCK('l')") == [("1",)]))

    def test_a_session_may_wait_while_the_test_goes_on(self):
        session = self.server.session("mysql")
        self.addCleanup(session.close)

        session.send("SELECT SLEEP(0.5);")

        running = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
        self.assertTrue(wait_until(lambda: self.server.sql("mysql", running) == [("1",)]))
        self.assertEqual(session.wait(), ["0"])

    def test_committed_rows_outlive_sigkill_and_open_transactions_do_not(self):
        url = self.server.create_database("killed")
        self.server.sql("killed", "CREATE TABLE t (i int) ENGINE=InnoDB; INSERT INTO t VALUES (1);")
        session = self.server.session("killed")
        self.addCleanup(session.close)
        session.run("BEGIN; INSERT INTO t VALUES (2);")

        self.server.restart()

        self.assertTrue(self.server.answers())
        self.assertEqual(self.server.url("killed"), url)
        self.assertEqual(self.server.sql("killed", "SELECT i FROM t"), [("1",)])
        self.assertIn("Starting crash recovery", self.server.log_text())

    def test_a_server_that_cannot_start_says_why(self):
        with self.assertRaisesRegex(ServerError, "no_such_setting"):
            with MariaDb("bad", {"no_such_setting": "1"}):
                self.fail("started")


class CleanUpTest(unittest.TestCase):
    def start(self):
        process = subprocess.Popen([sys.executable, WITH_MARIADB, "--", "sh", "-c", REPORT_AND_SLEEP],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 60)
        self.addCleanup(process.kill)
        base = pathlib.Path(process.stdout.readline().strip())
        self.assertTrue(base.is_dir(), base)
        return process, base, int((base / "s" / "pid").read_text())

    def test_sigterm_removes_server_and_folder(self):
        process, base, server = self.start()

        process.terminate()
        code = process.wait(60)

        self.assertEqual(code, 128 + signal.SIGTERM)
        self.assertFalse(base.exists())
        self.assertIsNone(process_start(server))

    def test_the_server_ends_with_a_killed_run_and_the_next_one_sweeps_the_folder(self):
        process, base, server = self.start()
        (sleeper,) = [pid for pid in children_of(process.pid) if pid != server]

        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
        os.kill(sleeper, signal.SIGKILL)

        self.assertTrue(wait_until(lambda: is_gone(server)))
        self.assertTrue(base.exists())
        MariaDb.sweep()
        self.assertFalse(base.exists())

    def test_the_exit_code_is_the_commands(self):
        done = subprocess.run([sys.executable, WITH_MARIADB, "--", "sh", "-c", "exit 7"], timeout=120, check=False)

        self.assertEqual(done.returncode, 7)

    def test_a_server_that_is_gone_at_the_end_is_told(self):
        end = 'kill -9 "$(cat "${AETHER_TEST_MARIADB_SOCKET%/*}/pid")"; sleep 1'
        done = subprocess.run([sys.executable, WITH_MARIADB, "--", "sh", "-c", end], capture_output=True, text=True,
                              timeout=120, check=False)

        self.assertEqual(done.returncode, 1)
        self.assertIn("the server ended by itself, with -9", done.stderr)
        self.assertIn("ready for connections", done.stderr)


if __name__ == "__main__":
    unittest.main()
