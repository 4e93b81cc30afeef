# SPDX-License-Identifier: MIT
"""Folders of migrations for the chaos test: files of every kind, and for each statement how its effect shows.

Statements that can be counted write a row into public.marks, a table that the test makes first; others have an
effect in the catalogue; of some (VACUUM) nothing can be seen.
"""

import dataclasses

ROWS = 60
# An index on slow(a) takes ROWS times as long to build, so that a kill finds it in the middle.
SLOW_SECONDS = 0.002
LONGEST_SLEEP = 0.15

GROUND = f"""CREATE TABLE public.marks (name text);
CREATE SCHEMA app;
CREATE FUNCTION public.slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_catalog.pg_sleep({SLOW_SECONDS}); RETURN n; END $$;
"""
BY_ITSELF = "-- migrate:no-transaction\n"
REPEATABLE = "-- migrate:idempotent\n"


@dataclasses.dataclass(frozen=True)
class Statement:
    """`mark` is a condition that this statement alone makes true; None: nothing can be seen of it."""
    sql: str
    mark: str = None
    bare: bool = False  # the server refuses it in a transaction: its effect comes before the journal's word


@dataclasses.dataclass(frozen=True)
class Migration:
    version: int
    kind: str
    up: tuple
    down: tuple
    ground: str = ""  # what is there before the first migration runs
    header: str = ""

    def files(self):
        return {f"{self.version}_{self.kind}.{direction}.sql":
                self.header + "".join(f"{statement.sql};\n" for statement in statements)
                for direction, statements in (("up", self.up), ("down", self.down))}

    def marks(self):
        """All conditions by (version, direction, place of the statement)."""
        return {(self.version, direction, place): statement.mark
                for direction, statements in (("up", self.up), ("down", self.down))
                for place, statement in enumerate(statements) if statement.mark}


def relation(name):
    """The condition that a table or index of this name is there; names are never used twice."""
    return f"EXISTS (SELECT FROM pg_class WHERE relname = '{name}')"


def valid_index(name):
    return ("EXISTS (SELECT FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
            f" WHERE relname = '{name}' AND indisvalid AND indisready AND indislive)")


BEGIN, COMMIT = Statement("BEGIN"), Statement("COMMIT")


class Maker:
    """Makes the statements of one migration; every object's name holds its version."""

    def __init__(self, version, chance):
        self.version = version
        self.name = f"t{version}"
        self.table = f"public.{self.name}"
        self._chance = chance
        self.ground = f"CREATE TABLE {self.table} (id int, a int, b int);\n{self.fill().sql};\n"

    def sleep(self):
        return Statement(f"SELECT pg_catalog.pg_sleep({self._chance.uniform(0, LONGEST_SLEEP):.3f})")

    def mark(self, number):
        """A row that shows how often its statement ran: the final comparison sees a second one."""
        return Statement(f"INSERT INTO public.marks VALUES ('{self.version}.{number}')", self.marked(number))

    def unmark(self, number):
        return Statement(f"DELETE FROM public.marks WHERE name = '{self.version}.{number}'",
                         f"NOT {self.marked(number)}")

    def marked(self, number):
        return f"EXISTS (SELECT FROM public.marks WHERE name = '{self.version}.{number}')"

    def create(self):
        return Statement(f"CREATE TABLE {self.table} (id int, a int, b int)", relation(self.name))

    def drop(self):
        return Statement(f"DROP TABLE {self.table}", f"NOT {relation(self.name)}")

    def fill(self):
        return Statement(f"INSERT INTO {self.table} SELECT n, n, n FROM generate_series(1, {ROWS}) n")

    def index(self, suffix, columns, words="INDEX CONCURRENTLY"):
        name = f"i{self.version}_{suffix}"
        text = f"CREATE {words} {name} ON {self.table} ({columns})"
        return Statement(text, valid_index(name), "CONCURRENTLY" in words)

    def drop_index(self, suffix, words="INDEX CONCURRENTLY"):
        name = f"i{self.version}_{suffix}"
        return Statement(f"DROP {words} public.{name}", f"NOT {relation(name)}", "CONCURRENTLY" in words)


def transactional(make):
    return Migration(make.version, "transactional",
                     (make.create(), make.fill(), make.sleep(), make.mark(1), make.sleep()),
                     (make.sleep(), make.unmark(1), make.drop()))


def mixed(make):
    return Migration(
        make.version, "mixed",
        (make.create(), make.fill(), make.sleep(), make.mark(1), make.index("a", "public.slow(a)"), make.mark(2),
         Statement(f"ALTER TABLE {make.table} ADD COLUMN c int DEFAULT 7"), make.sleep(), make.index("b", "b"),
         make.mark(3)),
        (make.unmark(3), make.drop_index("b"), make.sleep(), Statement(f"ALTER TABLE {make.table} DROP COLUMN c"),
         make.unmark(2), make.drop_index("a"), make.unmark(1), make.drop()))


def several_indexes(make):
    return Migration(
        make.version, "several_indexes",
        (make.index("a", "public.slow(a)"), make.index("b", "id, b DESC"),
         make.index("c", "public.slow(b)", "UNIQUE INDEX CONCURRENTLY")),
        (make.drop_index("c"), make.drop_index("b"), make.drop_index("a")), make.ground)


def unique_index(make):
    return Migration(make.version, "unique_index", (make.index("a", "public.slow(a)", "UNIQUE INDEX CONCURRENTLY"),),
                     (make.drop_index("a"),), make.ground)


def index_if_not_exists(make):
    return Migration(make.version, "index_if_not_exists",
                     (make.index("a", "public.slow(a)", "INDEX CONCURRENTLY IF NOT EXISTS"), make.mark(1)),
                     (make.unmark(1), make.drop_index("a", "INDEX CONCURRENTLY IF EXISTS")), make.ground)


def own_transaction(make):
    return Migration(make.version, "own_transaction",
                     (BEGIN, make.create(), make.fill(), make.sleep(), make.mark(1), COMMIT),
                     (BEGIN, make.unmark(1), make.sleep(), make.drop(), COMMIT))


def own_transactions(make):
    return Migration(
        make.version, "own_transactions",
        (Statement("BEGIN ISOLATION LEVEL SERIALIZABLE"), make.create(), make.sleep(), make.mark(1), COMMIT,
         make.mark(2), make.index("a", "a"), BEGIN, make.mark(3), make.sleep(), COMMIT),
        (BEGIN, make.unmark(3), make.unmark(2), COMMIT, make.drop_index("a"), BEGIN, make.unmark(1), make.drop(),
         make.sleep(), COMMIT))


def by_itself(make):
    return Migration(
        make.version, "by_itself",
        (make.index("a", "public.slow(a)"), Statement(f"VACUUM {make.table}", bare=True),
         make.index("b", "b", "INDEX"), make.mark(1), Statement(f"ANALYZE {make.table}"), make.sleep(), make.mark(2)),
        (make.unmark(2), make.sleep(), make.unmark(1), make.drop_index("b", "INDEX"), make.drop_index("a")),
        make.ground, BY_ITSELF)


def repeatable(make):
    """A block that commits by itself: nobody can tell how far it came, but it may be run again.

    So it has no marks: it counts as not applied when it was cut off anywhere.
    """
    body = "; COMMIT; ".join(
        [f"PERFORM pg_catalog.pg_sleep({SLOW_SECONDS * ROWS})"]
        + [f"INSERT INTO public.marks SELECT '{make.version}.{number}' WHERE NOT {make.marked(number)}"
           for number in (1, 2)])
    return Migration(make.version, "repeatable",
                     (Statement(f"DO $do$ BEGIN {body}; END $do$", bare=True),),
                     (Statement(f"DELETE FROM public.marks WHERE name LIKE '{make.version}.%'"),), header=REPEATABLE)


def vacuum(make):
    return Migration(make.version, "vacuum",
                     (make.mark(1), Statement(f"VACUUM (ANALYZE) {make.table}", bare=True), make.sleep(), make.mark(2)),
                     (make.unmark(2), Statement(f"VACUUM {make.table}", bare=True), make.unmark(1)), make.ground)


def reindex(make):
    rebuild = Statement(f"REINDEX INDEX CONCURRENTLY public.i{make.version}_a", bare=True)
    ground = make.ground + make.index("a", "public.slow(a)", "INDEX").sql + ";\n"
    return Migration(make.version, "reindex",
                     (make.mark(1), rebuild, make.mark(2),
                      Statement(f"REINDEX TABLE CONCURRENTLY {make.table}", bare=True)),
                     (make.unmark(2), rebuild, make.unmark(1)), ground)


def dropped_indexes(make):
    ground = make.ground + "".join(make.index(name, columns, "INDEX").sql + ";\n"
                                   for name, columns in (("a", "public.slow(a)"), ("b", "b")))
    return Migration(make.version, "dropped_indexes", (make.drop_index("a"), make.mark(1), make.drop_index("b")),
                     (make.index("b", "b"), make.unmark(1), make.index("a", "public.slow(a)")), ground)


def enum_value(make):
    kind = f"public.mood{make.version}"
    calm = (f"EXISTS (SELECT FROM pg_enum e JOIN pg_type y ON y.oid = enumtypid WHERE typname = 'mood{make.version}'"
            " AND enumlabel = 'calm')")
    create = Statement(f"CREATE TYPE {kind} AS ENUM ('dull', 'wild')")
    rename = Statement(f"ALTER TYPE {kind} RENAME TO old{make.version}")
    ground = f"{create.sql};\nCREATE TABLE {make.table} (a int, mood {kind});\n"
    return Migration(
        make.version, "enum_value",
        (make.sleep(), Statement(f"ALTER TYPE {kind} ADD VALUE 'calm' BEFORE 'wild'", calm),
         make.mark(1), make.index("a", "a"), Statement(f"INSERT INTO {make.table} VALUES (1, 'calm')"), make.mark(2)),
        (make.drop_index("a"), Statement(f"DELETE FROM {make.table}"), make.unmark(2), make.unmark(1), rename, create,
         Statement(f"ALTER TABLE {make.table} ALTER COLUMN mood TYPE {kind} USING mood::text::{kind}"),
         Statement(f"DROP TYPE public.old{make.version}"), make.sleep()), ground)


def detached_partition(make):
    part = f"part{make.version}"
    inherits = f"EXISTS (SELECT FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE relname = '{part}')"
    ground = (f"CREATE TABLE {make.table} (a int) PARTITION BY RANGE (a);\n"
              f"CREATE TABLE public.{part} PARTITION OF {make.table} FOR VALUES FROM (0) TO (100);\n"
              f"ALTER TABLE public.{part} ADD CONSTRAINT within CHECK (a IS NOT NULL AND a >= 0 AND a < 100);\n")
    return Migration(
        make.version, "detached_partition",
        (make.mark(1), Statement(f"ALTER TABLE {make.table} DETACH PARTITION public.{part} CONCURRENTLY",
                                 f"NOT {inherits}", bare=True), make.mark(2)),
        (make.unmark(2), make.sleep(),
         Statement(f"ALTER TABLE {make.table} ATTACH PARTITION public.{part} FOR VALUES FROM (0) TO (100)", inherits),
         make.unmark(1)), ground)


def search_path(make):
    name = f"s{make.version}"
    path = Statement("SET search_path = app, public")
    index = f"i{make.version}_s"
    build = Statement(f"CREATE INDEX CONCURRENTLY {index} ON {name} (id)", valid_index(index), bare=True)
    drop = Statement(f"DROP INDEX CONCURRENTLY {index}", f"NOT {relation(index)}", bare=True)
    return Migration(
        make.version, "search_path",
        (path, Statement(f"CREATE TABLE {name} (id int)", relation(name)), make.sleep(), make.mark(1), build,
         Statement(f"CREATE TABLE {name}_b (id int)", relation(name + "_b")), make.mark(2)),
        (path, make.unmark(2), Statement(f"DROP TABLE {name}_b", f"NOT {relation(name + '_b')}"), drop, make.unmark(1),
         Statement(f"DROP TABLE {name}", f"NOT {relation(name)}")))


def do_block(make):
    body = f"{make.create().sql}; {make.sleep().sql.replace('SELECT', 'PERFORM')}; {make.mark(1).sql};"
    return Migration(make.version, "do_block",
                     (Statement(f"DO $do$ BEGIN {body} END $do$", make.marked(1)), make.mark(2)),
                     (make.unmark(2), make.unmark(1), make.drop()))


KINDS = (transactional, mixed, several_indexes, unique_index, index_if_not_exists, own_transaction, own_transactions,
         by_itself, repeatable, vacuum, reindex, dropped_indexes, enum_value, detached_partition, search_path, do_block)
# DETACH PARTITION CONCURRENTLY is of PostgreSQL 14.
KINDS_BEFORE_14 = tuple(kind for kind in KINDS if kind is not detached_partition)


def make_migrations(chance, kinds, count):
    """A folder of `count` migrations of different kinds in an order by chance, their numbers with gaps."""
    chosen = chance.sample(kinds, min(count, len(kinds)))
    migrations, version = [], 0
    for kind in chosen:
        version += chance.randint(1, 4)
        migrations.append(kind(Maker(version, chance)))
    return migrations
