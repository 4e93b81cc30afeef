# SPDX-License-Identifier: MIT
"""One round of chaos: commands that are disturbed at random moments, looks in between, and an undisturbed end."""

import dataclasses
import re
import signal
import time

from chaos_files import GROUND
from crash import APPLICATION, differences, golang_words, kill, reported, take_look
from probe import Client
from program import finish, wait_until
from recorded import faults

END_SECONDS = 120
CODES = {0, 1, 130, 143, -signal.SIGKILL}
DATA = "SELECT name, count(*) FROM public.marks GROUP BY name ORDER BY name"


# What a round's URL asks for; the shortest lease that there is, because a killed owner's must run out.
WAYS = ({}, {"x-multi-statement": "true"}, {"x-lock-strategy": "table", "x-lock-lease": "5s"})


@dataclasses.dataclass
class Reference:
    """How an undisturbed run ends, and how long it takes."""
    schema: dict
    data: list
    seconds: float


class Fault(AssertionError):
    """What is recorded is not what is so."""


class Round:
    """`test` is a CrashTest with a database and a folder of its own; `chance` makes every choice."""

    BARE = (f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{APPLICATION}' AND datname = '{{}}'"
            " AND state = 'active' AND query ~ 'CONCURRENTLY|VACUUM'")

    def __init__(self, test, migrations, chance, proxy):
        self.test = test
        self.migrations = migrations
        self.chance = chance
        self.proxy = proxy
        self.conditions = {name: mark for migration in migrations for name, mark in migration.marks().items()}
        self.way = chance.choices(WAYS, weights=[6, 2, 2])[0]
        self.story = [f"URL parameters: {self.way}"]
        self.disturbed_commands = 0
        self.cut_off_files = 0  # how often a command left a file of segments half done
        self.rival = False  # another process of ours works on the same database
        self.processes = []

    def prepare(self):
        for migration in self.migrations:
            self.test.files(migration.files())
        self.test.sql(GROUND + "".join(migration.ground for migration in self.migrations))

    def remove(self):
        """Long runs make hundreds of databases."""
        name = self.test.database
        self.test.cluster.sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                              f" WHERE datname = '{name}'; DROP DATABASE IF EXISTS {name};")

    def tell(self, text):
        self.story.append(text)

    def run_undisturbed(self):
        start = time.monotonic()
        result = self.test.migrate("up", url=self.url())
        if result.code != 0:
            raise Fault(f"the undisturbed run failed:\n{result.err}")
        seconds = time.monotonic() - start
        self.look("after the undisturbed run")
        return Reference(self.test.schema(), self.test.sql(DATA), seconds)

    def look(self, when):
        look = take_look(self.test.cluster, self.test.database, self.conditions)
        shown = ("version", "direction", "statements_done", "state")
        journal = {name: look.journal.get(name) for name in shown} if look.journal else ""
        self.tell(f"  look {when}: row {look.row} {journal}")
        found = faults(look, self.migrations)
        if found:
            raise Fault(f"{when}:\n" + "\n".join(found))
        return look

    def run(self, reference):
        for _ in range(self.chance.randint(1, 4)):
            self.disturbed(self.choose_command(), reference)
        self.end_well(reference)

    def choose_command(self):
        versions = [migration.version for migration in self.migrations]
        commands = [("up",), ("up", str(self.chance.randint(1, len(versions)))), ("down", "-all"),
                    ("down", str(self.chance.randint(1, 3))), ("goto", str(self.chance.choice(versions)))]
        return self.chance.choices(commands, weights=[6, 1, 1, 2, 2])[0]

    def url(self):
        """golang-migrate's pgx knows the table strategy, so no advisory lock is taken besides."""
        return self.test.url("pgx", **self.way)

    def start(self, command):
        process = self.test.start(*command, url=self.proxy.url(self.url()))
        self.processes.append(process)
        return process

    def disturbed(self, command, reference):
        disturb = self.chance.choice([
            self.kill_program, self.kill_program, self.end_backend, self.kill_backend, self.stop_server,
            self.kill_server, self.cut_wires, self.terminate, self.interrupt])
        wait = self.chance.choice([self.wait_for_time, self.wait_for_bare_statement])
        moment = self.chance.uniform(0, reference.seconds)
        self.rival = disturb in (self.kill_program, self.terminate) and self.chance.random() < 0.3
        self.tell(f"{' '.join(command)}, {wait.__name__} {moment:.2f} s, {disturb.__name__}"
                  + (", with a rival" if self.rival else ""))
        self.disturbed_commands += 1
        process = self.start(command)
        second = self.start(("up",)) if self.rival else None
        wait(process, moment, reference.seconds)
        disturb(process)
        wait_until(self.test.server_answers, "the server up again", 60)
        if self.chance.random() < 0.5:
            self.look("after the disturbance")
        self.ended(process)
        if second is not None:
            result = self.ended(second)
            if result.code != 0:
                raise Fault(f"a rival that nobody disturbed failed:\n{result.err}")

    def wait_for_time(self, _process, moment, _longest):
        time.sleep(moment / 2)
        if self.chance.random() < 0.5:
            self.look("while it runs")
        time.sleep(moment / 2)

    def wait_for_bare_statement(self, process, moment, longest):
        """Ends in the middle of a statement that no transaction holds: of the first one after the moment's half."""
        started, end = time.monotonic() + moment / 2, time.monotonic() + longest
        client = Client(self.test.cluster.url("postgres"))
        try:
            while time.monotonic() < end and process.poll() is None:
                if time.monotonic() > started and client.ask(self.BARE.format(self.test.database)) != "0":
                    break
                time.sleep(0.003)
        finally:
            client.close()
        time.sleep(self.chance.choice([0, 0.02, 0.1]))

    def ended(self, process):
        """Waits for the end, and holds what the program says against what is so."""
        result = finish(process, seconds=END_SECONDS)
        self.tell(f"  exit {result.code}: " + "; ".join(result.err.splitlines()))
        if result.code not in CODES:
            raise Fault(f"exit code {result.code}:\n{result.err}")
        # An orphan in the server may still be at work; what is said must be true once it is gone, too.
        if all(other.poll() is not None for other in self.processes):
            wait_until(lambda: not self.backends("state = 'active'"), "the end of what orphans do", 60)
            # A session that lost its client while it was idle learns nothing of that by itself.
            self.proxy.cut()
            wait_until(lambda: not self.backends(), "the end of orphans in the server", 60)
            self.cut_off_files += self.true_words(result).dirty
        return result

    def true_words(self, result):
        """Returns a look that agrees with what the program said."""
        look = self.look("at its end")
        applied = {f"{migration.version}/u {migration.kind}" for migration in self.migrations
                   if any(event[:2] == (migration.version, "applied") for event in look.events)}
        said = {step for step in reported(result) if "/u " in step}
        if not said <= applied:
            raise Fault(f"it reported {said - applied}, which the history does not know")
        states = re.findall(r"database is at (version \d+|no version), clean", result.err)
        for words in [] if self.rival else states:
            row = None if words == "no version" else (int(words.split()[1]), False)
            if row != look.row:
                raise Fault(f"it said: {words}, clean; the row is {look.row}")
        return look

    def end_well(self, reference):
        """An undisturbed `up` succeeds at its first try, and leaves what an undisturbed run leaves."""
        self.tell("up, undisturbed")
        self.rival = False
        result = self.ended(self.test.start("up", url=self.url()))
        if result.code != 0:
            raise Fault(f"the undisturbed end failed:\n{result.err}")
        look = self.look("at the end")
        changes = differences(reference.schema, self.test.schema())
        if changes:
            raise Fault("the schema is not that of an undisturbed run:\n" + "\n".join(changes))
        data = self.test.sql(DATA)
        if data != reference.data:
            raise Fault(f"the data is not that of an undisturbed run:\n{data}\ninstead of\n{reference.data}")
        if look.row != (self.migrations[-1].version, False) or look.invalid or look.journal:
            raise Fault(f"the end is {look}")
        # Who finds nothing to do takes no lock, and leaves a dead owner's row alone.
        locked = "x-lock-strategy" in self.way and reported(result)
        locks = self.test.sql("SELECT * FROM schema_lock") if locked else []
        if locks:
            raise Fault(f"the lock table still holds {locks}")
        words = self.test.golang_version()
        if words != golang_words(look.row):
            raise Fault(f"golang-migrate reads {words} of {look.row}")

    def backends(self, condition="true"):
        return [int(pid) for (pid,) in self.test.cluster.sql(
            "postgres", f"SELECT pid FROM pg_stat_activity WHERE application_name = '{APPLICATION}'"
            f" AND datname = '{self.test.database}' AND {condition}")]

    # What may happen to a program, each at a moment that nobody chose.

    def kill_program(self, process):
        kill(process.pid)

    def terminate(self, process):
        kill(process.pid, signal.SIGTERM)

    def interrupt(self, process):
        for _ in range(self.chance.randint(1, 2)):
            kill(process.pid, signal.SIGINT)

    def end_backend(self, _process):
        for pid in self.backends():
            self.test.cluster.sql("postgres", f"SELECT pg_terminate_backend({pid})")

    def kill_backend(self, _process):
        """A server whose backend is killed takes all others down and starts again."""
        self.test.kill_backend(*self.backends())

    def stop_server(self, _process):
        self.test.cluster.stop("immediate")
        time.sleep(self.chance.uniform(0, 1))
        self.test.cluster.start()

    def kill_server(self, _process):
        self.test.cluster.kill9()
        time.sleep(self.chance.uniform(0, 1))
        self.test.cluster.start()

    def cut_wires(self, _process):
        self.chance.choice([self.proxy.cut, self.proxy.cut_clients])()
