# SPDX-License-Identifier: MIT
"""What one differential case is: a command line, the world before it, and where ours is meant to differ."""

import dataclasses
import shlex
import typing

# Three migrations with both halves: what most cases start from.
THREE = {
    "1_one.up.sql": "CREATE TABLE t1 (id int);",
    "1_one.down.sql": "DROP TABLE t1;",
    "2_two.up.sql": "CREATE TABLE t2 (id int);",
    "2_two.down.sql": "DROP TABLE t2;",
    "3_three.up.sql": "CREATE TABLE t3 (id int);",
    "3_three.down.sql": "DROP TABLE t3;",
}
# Runs until the case opens the gate; a minute is the bound.
GATED = ("DO $$ BEGIN FOR i IN 1..3000 LOOP EXIT WHEN EXISTS (SELECT FROM gate); PERFORM pg_sleep(0.02);"
         " END LOOP; END $$;")
SAME = object()


@dataclasses.dataclass(frozen=True)
class Link:
    """A symbolic link instead of a file."""
    target: str


@dataclasses.dataclass(frozen=True)
class Folder:
    """A folder instead of a file."""


@dataclasses.dataclass(frozen=True)
class Mode:
    """A file with these permission bits."""
    text: str
    bits: int


@dataclasses.dataclass(frozen=True)
class Better:
    """A deliberate difference: `reason` is a row of docs/coming-from-golang-migrate.md.

    What is given replaces golang-migrate's result as the expectation; what is not given must be equal to it.
    `err` are regular expressions that must all be found in our standard error, `err_not` none of them.
    """
    reason: str
    code: object = SAME
    err: typing.Sequence[str] | None = None
    err_not: typing.Sequence[str] = ()
    # Expressions for the lines that ours prints after golang-migrate's.
    more: typing.Sequence[str] = ()
    raw_err: typing.Sequence[str] = ()      # as err, but before durations and names are replaced
    out: typing.Sequence[str] | None = None
    row: object = SAME
    tables: object = SAME
    tree: object = SAME


@dataclasses.dataclass(frozen=True)
class Case:
    """One row of the table. Both programs run it in equal folders and on equal fresh databases."""
    id: str
    argv: tuple
    files: dict = dataclasses.field(default_factory=lambda: THREE)
    before: tuple = ()            # golang-migrate commands that both databases see first, each as one text
    sql: str = ""                 # statements that both databases see first, after the commands
    stdin: str = ""
    env: dict = dataclasses.field(default_factory=dict)
    drive: typing.Callable | None = None    # sends signals and input to the running program
    ours: Better | None = None
    hold_lock: bool = False       # another session holds golang-migrate's lock of this database all the time
    unprivileged: bool = False    # run as an ordinary user even when the test runs as root
    # The clock shows in names: "exact" tries again when a boundary was crossed in between, "shape" compares digits
    # as digits only.
    clock: str | None = None
    since: str = "4.17.0"         # golang-migrate's first release that can run the case


def run(name, command, *, flags="", **options):
    """A command with -path m and -database of a fresh database."""
    argv = ("-path", "m", "-database", "{url}", *shlex.split(flags), *shlex.split(command))
    return Case(name, argv, **options)


def raw(name, command, **options):
    """A command line as it stands; {url} is a fresh database, {dead} a server that is not there."""
    return Case(name, tuple(shlex.split(command)), **options)
