# SPDX-License-Identifier: MIT
"""What is measured: which files, on which server, which command of each peer, and the goals."""

import dataclasses
import pathlib
import random

from cluster import fetch_bindir
from measure import BenchError, Rounds

ROOT = pathlib.Path(__file__).resolve().parents[1]
AETHER_MIGRATIONS = ROOT / "goway" / "migrations"
PEAK_GOAL_MB = 16
# Our program as it is, and with a libpq that has TLS but neither Kerberos nor LDAP, as golang-migrate has.
OURS, OURS_LEAN = "ours", "lean"


@dataclasses.dataclass(frozen=True)
class Goal:
    """The median ratio of ours to the peer is at most this."""
    peer: str
    at_most: float
    ours: str = OURS


@dataclasses.dataclass(frozen=True)
class Workload:
    key: str
    title: str
    server: str                 # a name of tools/fetch_servers, or a major version
    folder: object              # called with the bench's temporary folder, gives the migrations
    fresh: bool                 # True: every run gets an empty database; False: one that is up to date
    rounds: int
    goals: tuple
    psql: str                   # "file": psql -1 -f of all files; "select": psql -c 'select 1'


def aether_files(_temporary):
    return AETHER_MIGRATIONS


def thousand_files(temporary):
    """1,000 small migrations: a table in every tenth, else a column, an index or rows, as a project grows."""
    folder = temporary / "thousand"
    folder.mkdir()
    for number in range(1, 1001):
        table, kind = f"t{(number - 1) // 10:03}", (number - 1) % 10
        up = (f"CREATE TABLE {table} (id bigint PRIMARY KEY, name text NOT NULL);\n" if kind == 0 else
              f"CREATE INDEX {table}_i{kind} ON {table} (name, id);\n" if kind in (3, 7) else
              f"INSERT INTO {table} (id, name) VALUES ({kind}, 'row {kind}');\n" if kind in (1, 5) else
              f"ALTER TABLE {table} ADD COLUMN c{kind} integer;\n")
        (folder / f"{number:06}_step.up.sql").write_text(up)
        (folder / f"{number:06}_step.down.sql").write_text("SELECT 1;\n")
    return folder


def ten_thousand_files(temporary):
    folder = temporary / "ten_thousand"
    folder.mkdir()
    for number in range(1, 10001):
        (folder / f"{number:06}_step.up.sql").write_text(f"SELECT {number};\n")
        (folder / f"{number:06}_step.down.sql").write_text("SELECT 1;\n")
    return folder


def lean_libpq_folder():
    """The npm package of PostgreSQL 15 brings a libpq that needs OpenSSL and the C library alone."""
    folder = pathlib.Path(fetch_bindir("15")).parent / "lib"
    if not (folder / "libpq.so.5").exists():
        raise BenchError(f"no libpq.so.5 in {folder}")
    return folder


WORKLOADS = [
    Workload("a", "42 migrations of Aether, empty database", "vector", aether_files, True, 15,
             (Goal("psql", 1.3), Goal("v4.17.0", 1 / 1.5), Goal("newest", 1 / 1.5)), "file"),
    Workload("b", "1,000 small migrations, empty database", "15", thousand_files, True, 7,
             (Goal("v4.17.0", 1 / 3), Goal("newest", 1 / 3)), "file"),
    Workload("c", "42 migrations, up to date", "vector", aether_files, False, 41,
             (Goal("v4.17.0", 1.0), Goal("newest", 1.0),
              Goal("v4.17.0", 1.0, OURS_LEAN), Goal("newest", 1.0, OURS_LEAN)), "select"),
    Workload("d", "10,000 migrations, up to date", "15", ten_thousand_files, False, 3,
             # From v4.20.0 golang-migrate sorts its files once; until then after every file, which the goal was set by.
             (Goal("v4.17.0", 0.02),), "select"),
]


class Bench:
    """Runs one workload on one server."""

    def __init__(self, workload, cluster, peers, stopwatch, environment, temporary):
        self.workload = workload
        self.cluster = cluster
        self.peers = dict(peers)
        self.stopwatch = stopwatch
        self.environments = dict.fromkeys(peers, environment)
        if any(goal.ours == OURS_LEAN for goal in workload.goals):
            self.peers[OURS_LEAN] = peers[OURS]
            self.environments[OURS_LEAN] = {**environment, "LD_LIBRARY_PATH": str(lean_libpq_folder())}
        self.folder = workload.folder(temporary)
        self.script = temporary / f"{workload.key}.sql"
        ups = sorted(self.folder.glob("*.up.sql"))
        self.versions = [int(path.name.split("_")[0]) for path in ups]
        self.script.write_text("".join(path.read_text() + "\n" for path in ups))

    def psql(self, database, *what):
        return [self.peers["psql"], "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.cluster.url(database), *what]

    def psql_file(self, database):
        return self.psql(database, "-1", "-f", self.script)

    def command(self, peer, database):
        if peer != "psql":
            return [self.peers[peer], "-path", self.folder, "-database", self.cluster.url(database), "up"]
        return self.psql_file(database) if self.workload.psql == "file" else self.psql(database, "-c", "select 1")

    def time(self, peer, database):
        return self.stopwatch.run(self.command(peer, database), self.environments[peer])

    def create(self, database):
        self.cluster.sql("postgres", f"CREATE DATABASE {database} TEMPLATE template0")

    def prepare_up_to_date(self, peer):
        """All peers find the same schema. Ours applies the files, so that its history is there; for the others psql
        runs them, and golang-migrate's state is one row, written here."""
        database = f"ready_{self.workload.key}_{peer.replace('.', '_')}"
        self.create(database)
        if peer in (OURS, OURS_LEAN):
            self.time(peer, database)
        else:
            self.stopwatch.run(self.psql_file(database), self.environments["psql"])
            self.cluster.sql(database, "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY,"
                             f" dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES ({self.versions[-1]}, false)")
        self.cluster.sql(database, "VACUUM ANALYZE")
        return database

    def check(self, peer, database):
        """A figure counts only when the work was done."""
        if peer == "psql":
            return
        row = self.cluster.sql(database, "SELECT version, dirty FROM schema_migrations")
        if row != [(str(self.versions[-1]), "f")]:
            raise RuntimeError(f"{peer} left {row} in {database}, expected version {self.versions[-1]}, clean")

    def run(self, rounds, seed):
        result = Rounds(self.peers)
        chance = random.Random(seed)
        ready = {} if self.workload.fresh else {peer: self.prepare_up_to_date(peer) for peer in self.peers}
        for number in range(rounds):
            order = list(self.peers)
            chance.shuffle(order)
            names = {peer: ready.get(peer) or f"run_{self.workload.key}_{number}_{index}"
                     for index, peer in enumerate(order)}
            if self.workload.fresh:
                for peer in order:
                    self.create(names[peer])
            # What making the databases left to be written is no part of anybody's time.
            self.cluster.sql("postgres", "CHECKPOINT")
            for peer in order:
                result.add(peer, self.time(peer, names[peer]))
                self.check(peer, names[peer])
            if self.workload.fresh:
                for peer in order:
                    self.cluster.sql("postgres", f"DROP DATABASE {names[peer]}")
        return result
