# SPDX-License-Identifier: MIT
"""Killed runs on SQLite and MariaDB: the end is always that of an undisturbed run, and so is every state in between.

    AETHER_FLOW=mariadb AETHER_CHAOS_SEED=4711 AETHER_CHAOS_ROUNDS=1 python3 -B -m unittest discover -v \
        -s tests/crash -p 'other_chaos_test.py'

Round n of a run has the seed of the run plus n. On SQLite the program is killed or signalled; on MariaDB its session
may be ended and the server killed, too.
"""

import itertools
import os
import pathlib
import random
import signal
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "flow"))

from crash import LONG, Look  # noqa: E402
from databases import PostgresPlace  # noqa: E402
from flow import on_every_database  # noqa: E402
from other_chaos_files import make_migrations  # noqa: E402
from program import finish  # noqa: E402
from recorded import faults  # noqa: E402

SEED = int(os.environ.get("AETHER_CHAOS_SEED") or random.randrange(10**6, 10**9))
ROUNDS = int(os.environ.get("AETHER_CHAOS_ROUNDS") or (100 if LONG else 0))
# The short form makes as many rounds as fit.
SHORT_SECONDS = 60
FILES = 6
MOST_FAILURES = 3
END_SECONDS = 120
# A signal in the first moments ends a program as any other.
CODES = {0, 1, 130, 143, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT}
JOURNAL = ("version", "direction", "from_version", "leads_to", "statements_done", "state")
NUMBERS = ("version", "from_version", "leads_to", "statements_done")


def take_look(place, migrations):
    """Reads everything that is recorded and every mark; nothing may be at work meanwhile."""
    conditions = {name: mark for migration in migrations for name, mark in migration.marks().items()}
    look = Look(row=place.row(), row_written="together", journal_written="together")
    look.events = [(int(version), event, direction, int(leads_to)) for version, event, direction, leads_to
                   in place.history("version, event, direction, leads_to")]
    for values in place.journal(", ".join(JOURNAL)):
        look.journal = {name: int(value) if name in NUMBERS else value for name, value in zip(JOURNAL, values)}
    ((*marks,),) = place.sql("SELECT " + ", ".join(conditions.values()))
    look.marks = dict(zip(conditions, (mark == "1" for mark in marks)))
    return look


@on_every_database
class Chaos:

    def test_killed_runs_end_as_undisturbed_ones(self):
        if self.kind is PostgresPlace:
            self.skipTest("it has a test of its own, chaos_test.py")
        print(f"chaos: AETHER_CHAOS_SEED={SEED} AETHER_CHAOS_ROUNDS={ROUNDS or 'as many as fit'}", flush=True)
        start, failed, self.disturbed, self.cut_off = time.monotonic(), 0, 0, 0
        for number in itertools.count():
            spent = time.monotonic() - start
            if failed >= MOST_FAILURES or (number >= ROUNDS and (ROUNDS or spent > SHORT_SECONDS)):
                break
            with self.subTest(seed=SEED + number):
                try:
                    self.one_round(SEED + number)
                except Exception:
                    failed += 1
                    print(f"\nchaos: AETHER_CHAOS_SEED={SEED + number} AETHER_CHAOS_ROUNDS=1 failed\n"
                          + "\n".join(self.story), flush=True)
                    raise
        print(f"chaos: {number} rounds in {time.monotonic() - start:.0f} s, {self.disturbed} commands disturbed,"
              f" {self.cut_off} of them in the middle of a file of segments", flush=True)

    def fresh(self, chance):
        """An empty database with the same files as any other of this seed."""
        self.doCleanups()
        self.setUp()
        self.migrations = make_migrations(self.place, chance, FILES)
        for migration in self.migrations:
            self.files(migration.files())

    def one_round(self, seed):
        self.story = []
        self.fresh(random.Random(seed))
        start = time.monotonic()
        self.done("up")
        longest = time.monotonic() - start
        wanted = self.place.schema(), self.ran()
        chance = random.Random(seed)
        self.fresh(chance)
        for _ in range(chance.randint(1, 4)):
            self.disturb(chance, longest)
        self.story.append("up, undisturbed")
        result = finish(self.start("up"), seconds=END_SECONDS)
        self.assertEqual(result.code, 0, f"the undisturbed end failed:\n{result.err}")
        self.true_records("at the end")
        self.assertEqual((self.place.schema(), self.ran()), wanted)
        self.assertEqual((self.row(), self.journal()), ((self.migrations[-1].version, False), []))

    def disturb(self, chance, longest):
        command = chance.choices([("up",), ("up", str(chance.randint(1, FILES))), ("down", "-all"), ("down", "1"),
                                  ("goto", str(chance.choice(self.migrations).version))], weights=[6, 1, 1, 2, 2])[0]
        ways = [self.kill, self.kill, self.terminate, self.interrupt]
        if hasattr(self.place, "restart"):
            ways += [self.end_sessions, self.kill_server]
        way = chance.choice(ways)
        moment = chance.uniform(0, longest)
        self.story.append(f"{' '.join(command)}, {moment:.2f} s, {way.__name__}")
        process = self.start(*command)
        time.sleep(moment)
        way(process, chance)
        result = finish(process, seconds=END_SECONDS)
        self.story.append(f"  exit {result.code}: " + "; ".join(result.err.splitlines()))
        self.assertIn(result.code, CODES, result.err)
        self.disturbed += 1
        self.wait_alone()
        self.cut_off += self.true_records(f"after {' '.join(command)} and {way.__name__}").dirty

    def true_records(self, when):
        look = take_look(self.place, self.migrations)
        self.story.append(f"  look {when}: row {look.row} {look.journal or ''}")
        self.assertEqual(faults(look, self.migrations), [], when)
        return look

    # What may happen to a program, each at a moment that nobody chose.

    def kill(self, process, _chance):
        process.kill()

    def terminate(self, process, _chance):
        process.terminate()

    def interrupt(self, process, chance):
        for _ in range(chance.randint(1, 2)):
            process.send_signal(signal.SIGINT)

    def end_sessions(self, _process, _chance):
        self.place.end_sessions()

    def kill_server(self, _process, _chance):
        self.place.restart()


if __name__ == "__main__":
    unittest.main()
