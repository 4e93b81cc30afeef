# SPDX-License-Identifier: MIT
"""Folders of migrations for the chaos test of SQLite and MariaDB: files of several kinds, and how each statement shows."""

from chaos_files import Migration, Statement

LONGEST_SLEEP = 0.15
BEGIN, COMMIT = Statement("BEGIN"), Statement("COMMIT")


class Maker:
    """Makes the statements of one migration for one place of tests/flow; names and numbers hold its version."""

    def __init__(self, version, chance, place):
        self.version = version
        self.table = f"t{version}"
        self._chance = chance
        self._place = place
        self._bare = not place.promises.ddl_is_undone  # whether a schema change is

    def tell(self, number):
        """A row that shows how often its statement ran: the final comparison sees a second one."""
        return Statement(f"INSERT INTO ran VALUES ({self.version * 100 + number})", self._told(number))

    def untell(self, number):
        return Statement(f"DELETE FROM ran WHERE n = {self.version * 100 + number}", f"NOT {self._told(number)}")

    def _told(self, number):
        return f"EXISTS (SELECT 1 FROM ran WHERE n = {self.version * 100 + number})"

    def create(self, suffix=""):
        name = self.table + suffix
        return Statement(f"CREATE TABLE {name} (id int, a int)", self._place.there(name), self._bare)

    def drop(self, suffix=""):
        name = self.table + suffix
        return Statement(f"DROP TABLE {name}", f"NOT {self._place.there(name)}", self._bare)

    def index(self):
        name = f"i{self.version}"
        return Statement(f"CREATE INDEX {name} ON {self.table} (a)", self._place.index_there(name), self._bare)

    def drop_index(self):
        name = f"i{self.version}"
        return Statement(self._place.drop_index(name, self.table), f"NOT {self._place.index_there(name)}", self._bare)

    def alter(self, words, mark=None):
        return Statement(f"ALTER TABLE {self.table} {words}", mark, self._bare)

    def renamed(self):
        """The statements that make a table, rename it, rename it back and drop it."""
        old, new = self.table, f"{self.table}_new"
        either = f"({self._place.there(old)} OR {self._place.there(new)})"
        return (Statement(self.create().sql, either, self._bare),
                Statement(f"ALTER TABLE {old} RENAME TO {new}", self._place.there(new), self._bare),
                Statement(f"ALTER TABLE {new} RENAME TO {old}", f"NOT {self._place.there(new)}", self._bare),
                Statement(self.drop().sql, f"NOT {either}", self._bare))

    def slow(self):
        return Statement(self._place.slow(self._chance.uniform(0, LONGEST_SLEEP)))

    def slow_table(self, suffix):
        name = self.table + suffix
        return Statement(self._place.slow_table(name, self._chance.uniform(0, 2 * LONGEST_SLEEP)),
                         self._place.there(name), self._bare)

    def housekeeping(self):
        return Statement(self._place.housekeeping(self.table), bare=True)


def rows(make):
    return ((make.tell(1), make.slow(), make.tell(2)), (make.untell(2), make.slow(), make.untell(1)))


def tables(make):
    return ((make.create(), make.tell(1), make.slow(), make.create("b"), make.tell(2)),
            (make.untell(2), make.drop("b"), make.slow(), make.untell(1), make.drop()))


def indexed(make):
    return ((make.create(), Statement(f"INSERT INTO {make.table} VALUES (1, 1), (2, 2)"), make.slow(), make.index(),
             make.tell(1)), (make.untell(1), make.drop_index(), make.slow(), make.drop()))


def slow_schema_change(make):
    return ((make.tell(1), make.slow_table("s"), make.tell(2)), (make.untell(2), make.drop("s"), make.untell(1)))


def segmented(make):
    return ((make.create(), make.tell(1), make.housekeeping(), make.slow(), make.tell(2), make.create("b")),
            (make.drop("b"), make.untell(2), make.housekeeping(), make.untell(1), make.drop()))


def own_block(make):
    return ((BEGIN, make.tell(1), make.slow(), make.tell(2), COMMIT), (BEGIN, make.untell(2), make.untell(1), COMMIT))


def altered(make):
    return ((make.create(), make.alter("ADD COLUMN b int DEFAULT 7"), make.slow(), make.tell(1)),
            (make.untell(1), make.alter("DROP COLUMN b"), make.drop()))


def renamed(make):
    create, rename, back, drop = make.renamed()
    return (create, make.slow(), rename, make.tell(1)), (make.untell(1), back, make.slow(), drop)


KINDS = (rows, tables, indexed, slow_schema_change, segmented, own_block, altered, renamed)


def make_migrations(place, chance, count):
    """A folder of `count` migrations in an order by chance, their numbers with gaps."""
    migrations, version = [], 0
    for kind in chance.sample(KINDS, min(count, len(KINDS))):
        version += chance.randint(1, 4)
        migrations.append(Migration(version, kind.__name__, *kind(Maker(version, chance, place))))
    return migrations
