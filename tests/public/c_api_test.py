# SPDX-License-Identifier: MIT
"""The library from C and from Python's ctypes: the examples and the border itself, against the installed tree alone.

    AETHER_TEST_BUILD=build/release python3 -m unittest discover -s tests/public -p 'c_api_test.py'
"""

import ctypes
import pathlib
import re
import shutil
import sqlite3
import sys
import threading
import unittest
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_uint64, c_void_p

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "packaging"))

from packages import BUILD, attempt, environment, fresh_folder, run  # noqa: E402

from cluster import Cluster, find_bindir  # noqa: E402

EXAMPLES = ROOT / "examples"
HEADER = ROOT / "include/aether/migrate/migrate.h"
WAIT_SECONDS = 60
ON_STEP = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
ON_MESSAGE = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p)


class Installed(unittest.TestCase):
    """An installed tree in a folder of its own, and two migrations."""

    @classmethod
    def setUpClass(cls):
        cls.folder = fresh_folder(cls, "c-api")
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "tree")
        (cls.library,) = cls.folder.glob("tree/lib/**/libaether-migrate.so")
        cls.files = cls.folder / "files"
        shutil.copytree(EXAMPLES / "embedded/migrations", cls.files)


class ExamplesTest(Installed):
    def migrates(self, *command, **variables):
        """On a new SQLite file, on PostgreSQL, again, and with a broken file."""
        elsewhere = self.folder / self.id()
        elsewhere.mkdir()
        fresh = "1 create_items\n2 add_prices\nversion 2\n"
        variables = {**variables, "LD_LIBRARY_PATH": self.library.parent, "MIGRATIONS_PATH": self.files}
        self.assertEqual(run(*command, cwd=elsewhere, env=environment(**variables)).stdout, fresh)
        self.assertEqual(run(*command, cwd=elsewhere, env=environment(**variables)).stdout, "version 2\n")
        self.assertEqual(sqlite3.connect(elsewhere / "shop.db").execute("SELECT price FROM items").fetchall(), [])
        with Cluster(find_bindir("15"), "15") as cluster:
            variables["DATABASE_URL"] = cluster.create_database("shop")
            self.assertEqual(run(*command, env=environment(**variables)).stdout, fresh)
            self.assertEqual(cluster.sql("shop", "SELECT count(*) FROM items WHERE price = 0"), [("0",)])
            broken = elsewhere / "broken"
            shutil.copytree(self.files, broken)
            (broken / "000003_broken.up.sql").write_text(
                "DO $$ BEGIN RAISE NOTICE 'so far'; END $$;\n\nSELECT * FROM nowhere;\n")
            failed = attempt(*command, env=environment(**{**variables, "MIGRATIONS_PATH": broken}))
            self.assertEqual((failed.returncode, failed.stdout), (1, ""))
            self.assertIn("NOTICE: so far\n", failed.stderr)
            self.assertIn('migration_failed: migration failed: relation "nowhere" does not exist', failed.stderr)
            self.assertIn("000003_broken.up.sql:3:15", failed.stderr)

    def test_a_program_in_c_migrates_at_its_start(self):
        project = self.folder / "c"
        shutil.copytree(EXAMPLES / "c", project)
        run("make", "-C", project, env=environment(PKG_CONFIG_PATH=self.library.parent / "pkgconfig"))

        self.migrates(project / "shop")

    def test_a_program_in_python_migrates_at_its_start(self):
        self.migrates(sys.executable, "-B", EXAMPLES / "python/shop.py")


class BorderTest(Installed):
    """What the functions promise, called as Python does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.c = ctypes.CDLL(str(cls.library))
        cls.declared = re.findall(r"^AETHER_MIGRATE_C ([\w ]+?)(\**) ?(aether_migrate_\w+)\(", HEADER.read_text(), re.M)
        results = {"int": c_int, "int64_t": c_int64, "uint64_t": c_uint64, "size_t": c_size_t, "void": None}
        for kind, pointer, name in cls.declared:
            function = getattr(cls.c, name)
            function.restype = c_char_p if kind == "const char" else c_void_p if pointer else results[kind]

    def setUp(self):
        self.options = c_void_p(self.c.aether_migrate_options_new())
        self.addCleanup(self.c.aether_migrate_options_free, self.options)
        self.c.aether_migrate_options_set_path(self.options, str(self.files).encode())
        database = self.folder / f"{self.id()}.db"
        self.c.aether_migrate_options_set_database(self.options, f"sqlite://{database}".encode())
        self.calls = []

    def open(self):
        handle = c_void_p()
        self.assertEqual(self.c.aether_migrate_open(self.options, byref(handle), None), 0)
        self.addCleanup(self.c.aether_migrate_free, handle)
        return handle

    def version(self, handle):
        version, dirty = c_int64(7), c_int(7)
        self.assertEqual(self.c.aether_migrate_version(handle, byref(version), byref(dirty), None), 0)
        return version.value, dirty.value

    def run_to(self, function, handle, number):
        """The code, and the report as a tuple of version, end, short_by, left and its steps."""
        report, error = c_void_p(), c_void_p()
        code = function(handle, c_int64(number), byref(report), byref(error))
        self.c.aether_migrate_error_free(error)
        if code != 0:
            return code, None
        steps = [c_void_p(self.c.aether_migrate_report_step(report, c_size_t(index)))
                 for index in range(self.c.aether_migrate_report_steps(report))]
        told = [(self.c.aether_migrate_step_version(step), self.c.aether_migrate_step_is_down(step),
                 self.c.aether_migrate_step_leads_to(step), self.c.aether_migrate_step_title(step).decode(),
                 self.c.aether_migrate_step_mode(step), self.c.aether_migrate_step_statements(step)) for step in steps]
        self.assertIsNone(self.c.aether_migrate_report_step(report, c_size_t(len(steps))))
        self.assertTrue(all(self.c.aether_migrate_step_nanoseconds(step) > 0 for step in steps))
        found = (self.c.aether_migrate_report_version(report), self.c.aether_migrate_report_end(report),
                 self.c.aether_migrate_report_short_by(report), self.c.aether_migrate_report_left(report), told)
        self.c.aether_migrate_report_free(report)
        return code, found

    def failure(self, function, *arguments):
        """The code's name and the parts of the error."""
        error = c_void_p()
        code = function(*arguments, byref(error))
        self.assertNotEqual(code, 0)
        self.assertEqual(self.c.aether_migrate_error_code(error), code)
        parts = {part: getattr(self.c, f"aether_migrate_error_{part}")(error)
                 for part in ("text", "message", "file", "line", "column", "excerpt", "sqlstate", "detail", "hint",
                              "state", "next")}
        self.c.aether_migrate_error_free(error)
        return self.c.aether_migrate_code_name(code).decode(), parts

    def test_the_library_shows_what_the_header_declares_and_no_more(self):
        shown = run("nm", "-D", "--defined-only", self.library).stdout

        self.assertEqual(sorted(set(re.findall(r" T (aether_migrate_\w+)", shown))),
                         sorted(name for _, _, name in self.declared))

    def test_moves_and_reports_each_step(self):
        handle = self.open()
        self.assertEqual(self.version(handle), (-1, 0))

        self.assertEqual(self.run_to(self.c.aether_migrate_up, handle, 1),
                         (0, (1, 0, 0, 0, [(1, 0, 1, "create_items", 0, 1)])))
        self.assertEqual(self.run_to(self.c.aether_migrate_up, handle, 3),
                         (0, (2, 1, 2, 0, [(2, 0, 2, "add_prices", 0, 1)])))
        self.assertEqual(self.run_to(self.c.aether_migrate_go_to, handle, 1),
                         (0, (1, 0, 0, 0, [(2, 1, 1, "add_prices", 0, 1)])))
        self.assertEqual(self.run_to(self.c.aether_migrate_down, handle, -1),
                         (0, (-1, 0, 0, 0, [(1, 1, -1, "create_items", 0, 1)])))
        self.assertEqual(self.c.aether_migrate_force(handle, c_int64(2), None), 0)
        self.assertEqual(self.version(handle), (2, 0))
        self.assertEqual(self.c.aether_migrate_force(handle, c_int64(-1), None), 0)
        self.assertEqual(self.version(handle), (-1, 0))
        self.assertEqual(self.c.aether_migrate_up(handle, c_int64(-1), None, None), 0)
        self.assertEqual(self.c.aether_migrate_drop(handle, None), 0)
        self.assertEqual(self.version(handle), (-1, 0))

    def test_looks_how_the_database_stands(self):
        handle = self.open()

        def look():
            status = c_void_p()
            self.assertEqual(self.c.aether_migrate_look(handle, byref(status), None), 0)
            count = self.c.aether_migrate_status_pending(status)
            told = (self.c.aether_migrate_status_standing(status), self.c.aether_migrate_status_version(status),
                    self.c.aether_migrate_status_dirty(status), self.c.aether_migrate_status_newest(status),
                    [(self.c.aether_migrate_pending_version(status, c_size_t(index)),
                      self.c.aether_migrate_pending_title(status, c_size_t(index)),
                      self.c.aether_migrate_pending_file(status, c_size_t(index))) for index in range(count + 1)])
            self.c.aether_migrate_status_free(status)
            return told

        first, second = ((1, b"create_items", b"000001_create_items.up.sql"), (2, b"add_prices", b"000002_add_prices.up.sql"))
        self.assertEqual(look(), (1, -1, 0, 2, [first, second, (-1, b"", b"")]))
        self.assertEqual(self.c.aether_migrate_up(handle, c_int64(1), None, None), 0)
        self.assertEqual(look(), (1, 1, 0, 2, [second, (-1, b"", b"")]))
        self.assertEqual(self.c.aether_migrate_up(handle, c_int64(-1), None, None), 0)
        self.assertEqual(look(), (0, 2, 0, 2, [(-1, b"", b"")]))
        self.assertEqual(self.c.aether_migrate_force(handle, c_int64(9), None), 0)
        self.assertEqual(look(), (2, 9, 0, 2, [(-1, b"", b"")]))

    def test_starts_up_by_its_policy(self):
        def start_up(handle, number, ahead=1, who=0):
            return self.run_to(lambda *results: self.c.aether_migrate_start_up(
                self.options, ahead, who, c_int64(0), *results[2:]), handle, number)

        outdated = self.failure(self.c.aether_migrate_start_up, self.options, 1, 1, c_int64(0), None)[0]
        self.assertEqual(outdated, "schema_outdated")
        code, report = start_up(None, 0)
        self.assertEqual((code, report[0], len(report[4])), (0, 2, 2))
        self.assertEqual(start_up(None, 0, who=1), (0, (2, 0, 0, 0, [])))
        self.assertEqual(self.c.aether_migrate_force(self.open(), c_int64(9), None), 0)
        self.assertEqual(start_up(None, 0), (0, (9, 0, 0, 0, [])))
        for ahead, who, complaint in ((2, 0, "no_such_migration"), (3, 0, "invalid_argument"), (0, 3, "invalid_argument")):
            refused = self.failure(self.c.aether_migrate_start_up, self.options, ahead, who, c_int64(0), None)[0]
            self.assertEqual(refused, complaint)

    def test_every_code_has_the_name_of_the_table(self):
        codes = HEADER.read_text().split("enum aether_migrate_code {")[1].split("};")[0]
        numbers = {name.lower(): int(number) for name, number in re.findall(r"AETHER_MIGRATE_(\w+) = (\d+)", codes)}
        table = re.findall(r"^    (\w+),? +///<", (ROOT / "include/aether/migrate/error.hpp").read_text()
                           .split("enum class ErrorCode {")[1].split("};")[0], re.M)

        self.assertEqual(set(numbers), {*table, "ok", "out_of_memory"})
        for name, number in numbers.items():
            self.assertEqual(self.c.aether_migrate_code_name(number).decode(), name)
        self.assertEqual(self.c.aether_migrate_code_name(999), b"unknown")
        self.assertEqual(self.c.aether_migrate_code_name(-1), b"unknown")

    def test_a_failure_hands_out_all_that_is_known(self):
        broken = self.folder / "broken"
        broken.mkdir()
        (broken / "1_a.up.sql").write_text("CREATE TABLE a (id int);\nINSERT INTO b VALUES (1);\n")
        self.c.aether_migrate_options_set_path(self.options, str(broken).encode())

        name, parts = self.failure(self.c.aether_migrate_up, self.open(), c_int64(-1), None)

        self.assertEqual(name, "migration_failed")
        self.assertIn(b"no such table: b", parts["message"])
        self.assertEqual((parts["file"], parts["line"]), (str(broken / "1_a.up.sql").encode(), 2))
        self.assertIn(b"INSERT INTO b", parts["excerpt"])
        self.assertIn(b"nothing of this file was applied", parts["state"])
        self.assertIn(parts["next"], parts["text"])

    def test_bad_arguments_are_refused_by_code(self):
        handle = self.open()

        self.assertEqual(self.failure(self.c.aether_migrate_up, handle, c_int64(-2), None)[0], "invalid_argument")
        self.assertEqual(self.failure(self.c.aether_migrate_go_to, handle, c_int64(-1), None)[0], "invalid_argument")
        self.assertEqual(self.failure(self.c.aether_migrate_force, handle, c_int64(-5))[0], "invalid_argument")
        self.assertEqual(self.failure(self.c.aether_migrate_go_to, handle, c_int64(9), None)[0], "no_such_migration")
        for code in (self.c.aether_migrate_options_set_path(self.options, None),
                     self.c.aether_migrate_options_set_lock_timeout(self.options, c_int64(-1)),
                     self.c.aether_migrate_options_set_stop(self.options, None)):
            self.assertEqual(self.c.aether_migrate_code_name(code), b"invalid_argument")
        self.c.aether_migrate_options_set_database(self.options, b"nobody://secret:word@host/x")
        name, parts = self.failure(self.c.aether_migrate_open, self.options, byref(c_void_p()))
        self.assertEqual(name, "unknown_scheme")
        self.assertNotIn(b"word", parts["text"])

    def test_callbacks_hear_of_each_step_and_may_ask_for_a_stop(self):
        stop = c_void_p(self.c.aether_migrate_stop_new())
        self.c.aether_migrate_options_set_stop(self.options, stop)
        started = ON_STEP(lambda user, step: self.calls.append(
            ("started", user, self.c.aether_migrate_step_version(c_void_p(step)))))

        def on_finished(user, step):
            self.calls.append(("finished", user, self.c.aether_migrate_step_version(c_void_p(step))))
            self.c.aether_migrate_stop_request(stop, 9)
            self.c.aether_migrate_stop_request(stop, 0)

        finished = ON_STEP(on_finished)
        self.c.aether_migrate_options_on_step_started(self.options, started, c_void_p(11))
        self.c.aether_migrate_options_on_step_finished(self.options, finished, c_void_p(12))
        handle = self.open()

        code, report = self.run_to(self.c.aether_migrate_up, handle, -1)
        self.c.aether_migrate_stop_free(stop)

        self.assertEqual((code, report[0], report[1], report[3]), (0, 1, 2, 1))
        self.assertEqual(self.calls, [("started", 11, 1), ("finished", 12, 1)])

    def test_another_thread_stops_what_waits(self):
        waiting = threading.Event()
        lines = []

        def on_message(_user, message, line):
            lines.append((message, line))
            waiting.set()

        stop = c_void_p(self.c.aether_migrate_stop_new())
        self.addCleanup(self.c.aether_migrate_stop_free, stop)
        callback = ON_MESSAGE(on_message)
        with Cluster(find_bindir("15"), "15") as cluster:
            url = cluster.create_database("shop").encode()
            self.c.aether_migrate_options_set_database(self.options, url)
            self.c.aether_migrate_options_set_stop(self.options, stop)
            self.c.aether_migrate_options_on_message(self.options, callback, None)
            slow = self.folder / "slow"
            slow.mkdir()
            (slow / "1_a.up.sql").write_text("DO $$ BEGIN RAISE NOTICE 'begun'; PERFORM pg_sleep(600); END $$;\n")
            self.c.aether_migrate_options_set_path(self.options, str(slow).encode())
            handle = self.open()
            ends = []
            runner = threading.Thread(target=lambda: ends.append(self.run_to(self.c.aether_migrate_up, handle, -1)))
            runner.start()
            self.assertTrue(waiting.wait(WAIT_SECONDS))
            self.c.aether_migrate_stop_request(stop, 1)
            runner.join(WAIT_SECONDS)

            self.assertFalse(runner.is_alive())
            self.assertEqual(ends, [(0, (-1, 2, 0, 1, []))])
            self.assertIn((3, b"NOTICE: begun"), lines)


if __name__ == "__main__":
    unittest.main()
