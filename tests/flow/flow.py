# SPDX-License-Identifier: MIT
"""What the flow tests share: one class of tests runs on every database, with the same assertions.

    AETHER_FLOW=sqlite,mariadb python3 -B -m unittest discover -v -s tests/flow -p 'moves_test.py'

AETHER_FLOW names the databases (all), AETHER_TEST_SERVER PostgreSQL's major version (15), AETHER_MIGRATE our program.
"""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "database"))
sys.path.insert(0, str(ROOT / "tests" / "support"))

import databases  # noqa: E402
from program import ProgramTest, finish, wait_until  # noqa: E402, F401

CHOSEN = (os.environ.get("AETHER_FLOW") or "postgres,sqlite,mariadb").split(",")


class FlowTest(ProgramTest):
    """For each test an empty database of `kind`, an empty folder of migrations, and a table that counts what ran."""

    kind = None

    def setUp(self):
        self.place = self.kind(next(databases.numbers))
        self.addCleanup(self.place.close)
        self.folder = self.make_folder("aether-flow-")
        self.sql("CREATE TABLE ran (n int)")

    @property
    def promises(self):
        return self.place.promises

    def url(self):
        return self.place.url()

    def sql(self, text):
        return self.place.sql(text)

    def row(self):
        return self.place.row()

    def tables(self):
        """Names of all tables but ours and the one that counts."""
        return [name for name in self.place.tables() if name != "ran"]

    def history(self, columns="version, event"):
        return self.place.history(columns)

    def journal(self, columns="version, statements_done, state"):
        return self.place.journal(columns)

    def ran(self):
        """The numbers that tell() wrote, in order."""
        return sorted(int(number) for (number,) in self.sql("SELECT n FROM ran"))

    def wait_slow(self, process):
        """Waits until the program is inside a slow statement."""
        def seen():
            if process.poll() is not None:
                raise AssertionError(f"it ended before it was seen at work: {process.stderr.read()}")
            return self.place.is_slow(process)

        wait_until(seen, "the slow statement")

    def wait_alone(self):
        """Waits until the server has noticed that a killed program is gone."""
        wait_until(self.place.is_left_alone, "the end of a session that nobody listens to", 30)


def tell(number):
    """A statement that shows how often it ran."""
    return f"INSERT INTO ran VALUES ({number});"


def on_every_database(tests):
    """Puts a class for each chosen database in place of a class of tests."""
    module = sys.modules[tests.__module__]
    for kind in databases.ALL:
        if kind.promises.name.lower() in CHOSEN:
            name = f"{tests.__name__}On{kind.promises.name}"
            setattr(module, name, type(name, (tests, FlowTest), {"kind": kind, "__module__": tests.__module__,
                                                                 "__doc__": tests.__doc__}))
    return tests
