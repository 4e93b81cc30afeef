#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every case with golang-migrate's newest release and with ours, on equal databases, and compares all there is.

    tests/cli/differential.py [--only PATTERN] [--show] [--theirs-twice] [--jobs N]

Our program is AETHER_MIGRATE, or build/release/bin/migrate. --show prints both results of each case.
--theirs-twice puts golang-migrate in our place: it proves that the cases themselves are stable.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import importlib
import itertools
import os
import pathlib
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import differential_cases  # noqa: E402
from differential_compare import EVERYWHERE, compare, normalised  # noqa: E402
from differential_run import ROOT, Databases, Program, World, end_of  # noqa: E402
from cluster import Cluster, find_bindir  # noqa: E402

DOCUMENT = ROOT / "docs" / "coming-from-golang-migrate.md"


def all_cases():
    cases = []
    for module in pkgutil.iter_modules(differential_cases.__path__):
        cases += importlib.import_module(f"differential_cases.{module.name}").CASES
    names = [case.id for case in cases]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise SystemExit(f"differential: two cases are named {', '.join(doubled)}")
    return cases


def documented_reasons():
    """The ids of the document's tables: the first cell of each row, in code font."""
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", DOCUMENT.read_text(), re.MULTILINE))


def check_reasons(cases):
    """Each difference that a case expects has its row in the document, and each row a case or a named test."""
    documented = documented_reasons()
    used = {case.ours.reason for case in cases if case.ours is not None} | set(EVERYWHERE)
    elsewhere = set(re.findall(r"^\| `([a-z0-9-]+)` \|.*\| tests/[^|]* \|$", DOCUMENT.read_text(), re.MULTILINE))
    wrong = [f"{reason}: no row in {DOCUMENT.relative_to(ROOT)}" for reason in sorted(used - documented)]
    wrong += [f"{reason}: in {DOCUMENT.relative_to(ROOT)}, but no case expects it"
              for reason in sorted(documented - used - elsewhere)]
    return wrong


def find_theirs():
    done = subprocess.run([ROOT / "tools" / "fetch_golang_migrate", "newest"], stdout=subprocess.PIPE, text=True,
                          check=True, timeout=1800)
    path = done.stdout.strip()
    version = pathlib.Path(path).parents[2].name
    return Program(path, tuple(int(part) for part in version.removeprefix("v").split(".")))


def find_ours(theirs, theirs_twice):
    if theirs_twice:
        return theirs
    path = pathlib.Path(os.environ.get("AETHER_MIGRATE") or ROOT / "build" / "release" / "bin" / "migrate")
    if not os.access(path, os.X_OK):
        raise SystemExit(f"differential: {path} is not there: build it, or set AETHER_MIGRATE")
    return Program(str(path.resolve()), None)


class Runner:
    """Runs cases on one server, several at a time."""

    def __init__(self, cluster, theirs, ours, folder, options):
        self.cluster = cluster
        self.theirs = theirs
        self.ours = ours
        self.folder = folder
        self.options = options
        self.databases = Databases(cluster, 2 * options.jobs)
        self.numbers = itertools.count(1)

    @contextlib.contextmanager
    def worlds(self, case):
        """A folder and a database for golang-migrate and for ours; names of equal length, as texts contain them."""
        with self.databases.one() as first, self.databases.one() as second:
            folders = [self.folder / f"{next(self.numbers):05}" for _ in range(2)]
            yield [World(case, program, self.cluster, database, folder / "w") for program, database, folder
                   in zip((self.theirs, self.ours), (first, second), folders, strict=True)]
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def run(self, case):
        """Returns the report of a failure, or nothing."""
        attempts = 3 if case.clock == "exact" else 1
        for _ in range(attempts):
            failure = self.run_once(case)
            if failure is None:
                break
        return failure

    def run_once(self, case):
        if self.theirs.version < tuple(int(part) for part in case.since.split(".")):
            return None
        try:
            with self.worlds(case) as worlds:
                return self.compare_in(case, worlds)
        except Exception as error:  # a case that breaks the harness is a failed case, not the end of the run
            return f"FAILED {case.id}\n  {type(error).__name__}: {error}"

    def compare_in(self, case, worlds):
        results = []
        for world in worlds:
            world.prepare(self.theirs.path)
            results.append(world.run())
        theirs, ours = results
        both = describe(case, "golang-migrate", theirs, worlds[0]) + "\n" + describe(case, "ours", ours, worlds[1])
        if self.options.show:
            print(both, flush=True)
        if self.options.theirs_twice:
            case = dataclasses.replace(case, ours=None)
        wrong = compare(case, theirs, ours, *worlds, self.theirs.version)
        if case.ours and not wrong and not case.ours.more and not case.ours.raw_err:
            same = dataclasses.replace(case, ours=None)
            if not compare(same, theirs, ours, *worlds, self.theirs.version):
                wrong = [f"there is no difference any more: {case.ours.reason} does not show here"]
        if not wrong:
            return None
        return "\n".join([f"FAILED {case.id}", *(f"  {text}" for text in wrong), both])


def describe(case, name, result, world):
    lines = [f"  -- {name}: {' '.join(case.argv)}: {end_of(result.code)}, row {result.row}"]
    lines += [f"  out| {line}" for line in result.out.splitlines()]
    lines += [f"  err| {line}" for line in normalised(result.err, world)]
    if result.tables:
        lines.append(f"  tables {' '.join(result.tables)}")
    lines += [f"  made {name}" for name in result.tree]
    return "\n".join([f"{case.id}", *lines] if name == "golang-migrate" else lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="regular expression; only cases with a match in their id")
    parser.add_argument("--show", action="store_true", help="print both results of each case")
    parser.add_argument("--theirs-twice", action="store_true", help="golang-migrate in our place")
    parser.add_argument("--jobs", type=int, default=4, help="cases at a time")
    options = parser.parse_args()
    every = all_cases()
    cases = [case for case in every if re.search(options.only, case.id)]
    problems = [] if options.theirs_twice else check_reasons(every)
    for problem in problems:
        print(f"FAILED {problem}")
    failed = len(problems)
    theirs = find_theirs()
    ours = find_ours(theirs, options.theirs_twice)
    with tempfile.TemporaryDirectory(prefix="aether-diff-") as folder, \
            Cluster(find_bindir("15"), settings={"max_connections": "60"}) as cluster:
        pathlib.Path(folder).chmod(0o755)
        runner = Runner(cluster, theirs, ours, pathlib.Path(folder).resolve(), options)
        pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
        try:
            for failure in pool.map(runner.run, cases):
                if failure:
                    print(failure, flush=True)
                    failed += 1
        finally:
            # After a signal nobody waits for what is still queued.
            pool.shutdown(cancel_futures=True)
    name = ".".join(map(str, theirs.version))
    print(f"{len(cases)} cases against golang-migrate {name}, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
