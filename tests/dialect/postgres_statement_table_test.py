#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The list of statements that our classifier is tested with tells the truth about real PostgreSQL servers."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from cluster import Cluster, find_bindir  # noqa: E402

LIST = HERE / "postgres_statement_table.txt"
# The oldest that knows every statement of the list, and the newest.
MAJORS = ("15", "18")
FIXTURE = """
    CREATE TABLE t (id int PRIMARY KEY, a int, b int);
    CREATE INDEX t_a_idx ON t (a);
    CREATE SCHEMA s;
    CREATE TABLE s."T" (a int);
    CREATE TABLE s.t (a int);
    CREATE TABLE pt (id int PRIMARY KEY) PARTITION BY RANGE (id);
    ALTER INDEX pt_pkey RENAME TO pt_id_idx;
    CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
    CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a;
    CREATE UNIQUE INDEX ON mv (a);
    CREATE TYPE mood AS ENUM ('a');
    CREATE TABLE stdin (a int);
    CREATE TABLE schema (a int);
    CREATE TABLE database (a int);
    CREATE SUBSCRIPTION live CONNECTION 'host=127.0.0.1 port=1' PUBLICATION one, two WITH (connect = false);
    ALTER SUBSCRIPTION live ENABLE;
    CREATE PROCEDURE pr() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
"""
IN_BLOCK = "25001"


def listed():
    """The list as (kind, SQLSTATE, statement)."""
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            kind, state, statement = line.split(" | ", 2)
            yield kind, state, statement.replace("\\n", "\n")


def states_in_a_block(cluster, statements):
    """The SQLSTATE of each statement, alone in a transaction block that is rolled back."""
    lines = ["\\set ON_ERROR_STOP off"]
    for statement in statements:
        lines += ["BEGIN;", statement.rstrip(";") + "\n;", "\\echo '@' :SQLSTATE", "ROLLBACK;"]
    done = cluster.psql("postgres", ["-q"], "\n".join(lines) + "\n")
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("@ ")]


class StatementTable(unittest.TestCase):

    def test_servers_refuse_in_a_block_what_the_list_says(self):
        rows = [row for row in listed() if row[1] != "unsent"]
        self.assertGreater(len(rows), 190)
        for major in MAJORS:
            with Cluster(find_bindir(major), major) as cluster:
                cluster.sql("postgres", FIXTURE)
                states = states_in_a_block(cluster, [statement for _, _, statement in rows])
            self.assertEqual(len(states), len(rows))
            for (_, expected, statement), state in zip(rows, states):
                with self.subTest(major=major, statement=statement):
                    if expected == "-":
                        self.assertNotIn(state, (IN_BLOCK, "2D000", "42601"))
                    else:
                        self.assertEqual(state, expected)

    def test_kind_of_a_statement_says_what_the_server_does(self):
        for kind, state, statement in listed():
            with self.subTest(statement=statement):
                if kind == "non_transactional":
                    self.assertEqual(state, IN_BLOCK)
                elif kind != "transactional":
                    self.assertIn(state, ("-", "unsent"))


if __name__ == "__main__":
    unittest.main()
