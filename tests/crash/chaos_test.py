# SPDX-License-Identifier: MIT
"""Hundreds of killed runs over files of every kind: the end is always that of an undisturbed run.

    AETHER_CHAOS_SEED=4711 AETHER_CHAOS_ROUNDS=1 python3 -B -m unittest discover -s tests/crash -p 'chaos_test.py'

Round n of a run has the seed of the run plus n, so the line above repeats the round that printed 4711. The choices
are the same then; the moments are as exact as the machine. AETHER_CHAOS_KINDS=mixed,vacuum takes kinds of
tests/crash/chaos_files.py.
"""

import itertools
import os
import random
import time
import unittest

import chaos_files
from chaos import Reference, Round
from crash import LONG, MAJOR, CrashTest
from proxy import Proxy

SEED = int(os.environ.get("AETHER_CHAOS_SEED") or random.randrange(10**6, 10**9))
ROUNDS = int(os.environ.get("AETHER_CHAOS_ROUNDS") or (250 if LONG else 0))
# The short form makes as many rounds as fit.
SHORT_SECONDS = 75
FILES = 8
MOST_FAILURES = 5


def chosen_kinds():
    names = os.environ.get("AETHER_CHAOS_KINDS")
    if names:
        return tuple(getattr(chaos_files, name) for name in names.split(","))
    return chaos_files.KINDS if MAJOR >= 14 else chaos_files.KINDS_BEFORE_14


class Chaos(CrashTest):

    def test_killed_runs_end_as_undisturbed_ones(self):
        print(f"chaos: AETHER_CHAOS_SEED={SEED} AETHER_CHAOS_ROUNDS={ROUNDS or 'as many as fit'}", flush=True)
        start, failures = time.monotonic(), 0
        self.disturbed, self.cut_off = 0, 0
        for number in itertools.count():
            spent = time.monotonic() - start
            if failures >= MOST_FAILURES or (number >= ROUNDS and (ROUNDS or spent > SHORT_SECONDS)):
                break
            with self.subTest(seed=SEED + number):
                try:
                    self.one_round(SEED + number)
                except Exception:
                    failures += 1
                    raise
        print(f"chaos: {number} rounds in {time.monotonic() - start:.0f} s, {self.disturbed} commands disturbed,"
              f" {self.cut_off} of them in the middle of a file of segments", flush=True)

    def fresh(self, chance):
        """A round in an empty database with the same files as any other of this seed."""
        self.doCleanups()
        self.setUp()
        proxy = Proxy(self.cluster.port).__enter__()
        self.addCleanup(proxy.close)
        migrations = chaos_files.make_migrations(chance, chosen_kinds(), FILES)
        made = Round(self, migrations, chance, proxy)
        self.addCleanup(made.remove)
        made.prepare()
        return made

    def one_round(self, seed):
        reference = self.fresh(random.Random(seed)).run_undisturbed()
        self.assertIsInstance(reference, Reference)
        made = self.fresh(random.Random(seed))
        try:
            made.run(reference)
        except Exception:
            kinds = ", ".join(f"{migration.version} {migration.kind}" for migration in made.migrations)
            print(f"\nchaos: AETHER_CHAOS_SEED={seed} AETHER_CHAOS_ROUNDS=1 failed\nfiles: {kinds}\n"
                  + "\n".join(made.story), flush=True)
            raise
        finally:
            self.disturbed += made.disturbed_commands
            self.cut_off += made.cut_off_files


if __name__ == "__main__":
    unittest.main()
