# SPDX-License-Identifier: MIT
"""The program is killed and its statement runs on in the server: the next run ends with what the file asks for.

Before PostgreSQL 14 a server does not look whether its client is still there, so the orphan runs to its end.
"""

import time
import unittest

from crash import MAJOR, CrashTest
from program import finish

# Longer than the program lets the server go on without its client (1 s, from 14 on).
ORPHAN_SECONDS = 2.5

TABLE = "CREATE TABLE t (id int, a int);\nINSERT INTO t SELECT n, n FROM generate_series(1, 200) n;\n"
PARTED = ("CREATE TABLE t (id int, a int) PARTITION BY RANGE (id);\n"
          "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (1000);\nINSERT INTO t VALUES (1, 1);\n")
# An index that takes two seconds to build: it asks this function for each row.
SLOW = ("CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN\n"
        "PERFORM pg_sleep(0.01); RETURN n; END $$;\n")
INDEX = "CREATE INDEX CONCURRENTLY t_a ON t (a);"
MIXED = "CREATE TABLE before_it (id int);\n{}\nCREATE TABLE after_it (id int);"


class Orphans(CrashTest):

    def after(self, *bodies):
        """Runs these files first."""
        self.up_files(*bodies)
        self.done("up")
        self.number = len(bodies) + 1

    def start_held_up(self, body, flags=()):
        """Starts `up` with one more file; it stands still until the session self.writer commits."""
        self.files({f"{self.number}_m{self.number}.up.sql": body})
        self.writer = self.session()
        self.writer.run("BEGIN; INSERT INTO t SELECT max(id) + 1, 1 FROM t;")
        process = self.start("up", flags=flags)
        self.wait_in(process, "CONCURRENTLY", "wait_event_type = 'Lock'")
        return process

    def kill_held_up(self, body, **options):
        self.kill_program(self.start_held_up(body, **options))

    def next_run_waits_and_ends_well(self):
        """The next run starts while the transaction is open, which then lets it and the orphan go."""
        process = self.start("up")
        time.sleep(ORPHAN_SECONDS)
        if process.poll() is not None:
            self.fail(f"the next run ended while the transaction was open:\n{finish(process).err}")
        self.writer.run("COMMIT;")
        result = finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.ended_well()

    def ended_well(self):
        self.assertEqual(self.row(), (self.number, False))
        self.applied_once(*range(1, self.number + 1))
        self.no_invalid_index()
        self.lock_is_free()
        self.assertEqual(self.golang_version(), str(self.number))

    def indexes(self):
        """Definitions of the indexes of t."""
        return [text for (text,) in self.sql(
            "SELECT regexp_replace(indexdef, ' USING btree|public\\.', '', 'g') FROM pg_indexes"
            " WHERE tablename = 't' ORDER BY 1")]

    def test_index_held_up_by_a_transaction(self):
        self.after(TABLE)
        self.kill_held_up(INDEX)
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)"])

    def test_transaction_that_ends_before_the_next_run(self):
        self.after(TABLE)
        self.kill_held_up(INDEX)
        self.writer.run("COMMIT;")
        self.done("up")
        self.ended_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)"])

    def test_index_in_the_middle_of_a_file(self):
        self.after(TABLE)
        self.kill_held_up(MIXED.format(INDEX))
        self.assertEqual((self.row(), self.tables()), ((2, True), ["before_it", "t"]))
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)"])
        self.assertEqual(self.tables(), ["after_it", "before_it", "t"])

    def test_unique_index(self):
        self.after(TABLE)
        self.kill_held_up("CREATE UNIQUE INDEX CONCURRENTLY t_key ON t (id);")
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), ["CREATE UNIQUE INDEX t_key ON t (id)"])

    def test_index_if_not_exists(self):
        self.after(TABLE)
        self.kill_held_up("CREATE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);")
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)"])

    def test_index_that_the_server_names(self):
        self.after(TABLE)
        self.kill_held_up("CREATE INDEX CONCURRENTLY ON t (a);")
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a_idx ON t (a)"])

    def test_several_indexes_in_one_file(self):
        self.after(TABLE)
        self.kill_held_up("CREATE INDEX CONCURRENTLY t_a ON t (a);\nCREATE INDEX CONCURRENTLY t_b ON t (id, a);")
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)", "CREATE INDEX t_b ON t (id, a)"])

    def test_index_that_cannot_be_built_leaves_no_trace(self):
        self.after(TABLE + "INSERT INTO t VALUES (1, 1);")
        self.files({"2_m2.up.sql": "CREATE UNIQUE INDEX CONCURRENTLY t_key ON t (id);"})
        self.assertIn("23505", self.fails("up").err)
        self.assertEqual((self.row(), self.look().invalid), ((1, False), []))
        self.sql("DELETE FROM t WHERE id = 1;")
        self.done("up")
        self.ended_well()

    def test_dropped_index(self):
        self.after(TABLE + "CREATE INDEX t_a ON t (a);")
        self.kill_held_up("DROP INDEX CONCURRENTLY t_a;")
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.indexes(), [])

    def test_rebuilt_index(self):
        self.after(TABLE + "CREATE INDEX t_a ON t (a);")
        for target in ("INDEX CONCURRENTLY t_a", "TABLE CONCURRENTLY t"):
            with self.subTest(target=target):
                self.kill_held_up(f"REINDEX {target};")
                self.next_run_waits_and_ends_well()
                self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)"])
                self.number += 1

    @unittest.skipIf(MAJOR < 14, "DETACH PARTITION CONCURRENTLY is of PostgreSQL 14")
    def test_detached_partition(self):
        self.after(PARTED)
        self.kill_held_up(MIXED.format("ALTER TABLE t DETACH PARTITION t1 CONCURRENTLY;"))
        self.next_run_waits_and_ends_well()
        self.assertEqual(self.value("SELECT count(*) FROM pg_inherits"), "0")
        self.assertEqual(self.tables(), ["after_it", "before_it", "t", "t1"])

    def test_index_in_the_middle_of_its_build(self):
        self.after(TABLE + SLOW)
        for body in ("CREATE INDEX CONCURRENTLY t_a ON t (slow(a));",
                     MIXED.format("CREATE INDEX CONCURRENTLY t_b ON t (slow(id));")):
            with self.subTest(body=body):
                self.files({f"{self.number}_m{self.number}.up.sql": body})
                process = self.start("up")
                self.wait_in(process, "CONCURRENTLY", "wait_event = 'PgSleep'")
                self.kill_program(process)
                self.done("up")
                self.ended_well()
                self.number += 1
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (slow(a))", "CREATE INDEX t_b ON t (slow(id))"])

    def test_backend_killed_in_the_middle_of_a_build(self):
        self.after(TABLE)
        process = self.start_held_up(MIXED.format(INDEX))
        self.kill_backend(self.backend())
        result = finish(process)
        self.assertEqual(result.code, 1, result.err)
        self.writer.close()
        self.assertEqual(self.row(), (2, True))
        self.done("up")
        self.ended_well()
        self.assertEqual(self.indexes(), ["CREATE INDEX t_a ON t (a)"])

    def test_server_that_never_looks_for_its_client(self):
        self.after(TABLE)
        self.kill_held_up(INDEX, flags=("-client-check-interval", "0"))
        orphan = self.backend()
        process = self.start("up")
        time.sleep(ORPHAN_SECONDS)
        self.assertIn(orphan, self.backends())
        self.assertIsNone(process.poll())
        self.writer.run("COMMIT;")
        self.assertEqual(finish(process).code, 0)
        self.ended_well()

    def test_next_run_that_may_not_wait_names_the_orphan_and_changes_nothing(self):
        self.after(TABLE)
        self.kill_held_up(INDEX, flags=("-client-check-interval", "0"))
        before = self.look()
        result = self.fails("up", flags=("-lock-timeout", "1"))
        self.assertIn("timeout: can't acquire database lock", result.err)
        self.assertIn(f"pid {self.backend()}", result.err)
        self.assertEqual(self.look(), before)
        self.next_run_waits_and_ends_well()


if __name__ == "__main__":
    unittest.main()
