# SPDX-License-Identifier: MIT
"""Our history beside golang-migrate's one row: what happened behind its back is adopted at our next write."""

import unittest

from interop import InteropTest, each_pair, only_ours, ours, write_files

FILES = {
    f"{version}_{name}.{direction}.sql": text.format(version)
    for version, name in ((1, "one"), (2, "two"), (3, "three"), (4, "four"))
    for direction, text in (("up", "CREATE TABLE t{} (id int);"), ("down", "DROP TABLE IF EXISTS t{};"))
}


@only_ours
class History(InteropTest):

    def setUp(self):
        self.folder = write_files(FILES)

    def run_all(self, database, scheme, *moves):
        """Each move is a program and its arguments."""
        for program, *arguments in moves:
            self.assert_done(program.run(database.url(scheme), self.folder, *arguments))

    @each_pair
    def test_own_moves_are_applied_and_reverted_events(self, _, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "2"), (ours(), "down", "1"), (ours(), "up", "1"))
        self.assertEqual(database.history(), [(1, "applied"), (2, "applied"), (2, "reverted"), (2, "applied")])

    @each_pair
    def test_what_golang_migrate_applied_is_adopted_at_our_next_write(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (peer, "up", "2"), (ours(), "up"))
        history = database.history()
        self.assertEqual(history[-2:], [(3, "applied"), (4, "applied")])
        self.assertIn((2, "adopted"), history[:-2])
        self.assertEqual({event for _, event in history[:-2]}, {"adopted"})

    @each_pair
    def test_what_golang_migrate_reverted_is_adopted_at_our_next_write(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up"), (peer, "down", "2"), (ours(), "up", "1"))
        history = database.history()
        self.assertEqual(history[:4], [(1, "applied"), (2, "applied"), (3, "applied"), (4, "applied")])
        self.assertEqual(history[-1], (3, "applied"))
        self.assertEqual({event for _, event in history[4:-1]}, {"adopted"})
        self.assertTrue(history[4:-1], "the way down is not in the history")

    @each_pair
    def test_a_foreign_down_and_up_again_to_the_same_row_is_seen(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "3"), (peer, "down", "1"), (peer, "up", "1"))
        self.assertEqual(database.row(), (3, False))
        before = database.history()

        self.run_all(database, scheme, (ours(), "up"))

        history = database.history()
        self.assertEqual(history[:len(before)], before, "the history is only ever appended to")
        added = history[len(before):]
        self.assertEqual(added[-1], (4, "applied"))
        self.assertEqual({event for _, event in added[:-1]}, {"adopted"})
        self.assertTrue(added[:-1], "the foreign down and up left no trace")

    @each_pair
    def test_a_foreign_down_and_up_again_is_seen_by_our_down_too(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "3"), (peer, "down", "-all"), (peer, "up", "3"))
        self.run_all(database, scheme, (ours(), "down", "1"))
        history = database.history()
        self.assertEqual(history[-1], (3, "reverted"))
        self.assertIn((3, "adopted"), history)

    @each_pair
    def test_a_foreign_write_that_ends_up_to_date_is_no_reason_to_write(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up"), (peer, "down", "1"), (peer, "up", "1"))
        before = database.history()
        done = self.assert_done(ours().run(database.url(scheme), self.folder, "up"))
        self.assertEqual(done.lines(), ["no change"])
        self.assertEqual(database.history(), before)

    @each_pair
    def test_nothing_is_adopted_while_only_ours_writes(self, _, scheme):
        database = self.database()
        moves = [(ours(), "up", "1")] * 4 + [(ours(), "goto", "2"), (ours(), "force", "3"), (ours(), "down", "-all")]
        self.run_all(database, scheme, *moves)
        self.assertNotIn("adopted", {event for _, event in database.history()})

    @each_pair
    def test_a_force_by_either_is_recorded(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "2"), (ours(), "force", "1"))
        self.assertEqual(database.history()[-1], (1, "forced"))

        self.run_all(database, scheme, (peer, "force", "3"), (ours(), "up"))

        history = database.history()
        self.assertEqual(history[-1], (4, "applied"))
        self.assertIn((3, "adopted"), history)

    @each_pair
    def test_a_dirty_row_of_golang_migrate_is_forced_with_a_record(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "1"))
        path = self.folder / "2_two.up.sql"
        right = path.read_text()
        path.write_text("CREATE TABEL t2 (id int);")
        self.assert_done(peer.run(database.url(scheme), self.folder, "up"), code=1)
        path.write_text(right)

        self.run_all(database, scheme, (ours(), "force", "1"), (ours(), "up", "1"))

        self.assertEqual(database.history()[-2:], [(1, "forced"), (2, "applied")])

    @each_pair
    def test_golang_migrate_works_on_beside_the_history_and_without_it(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "2"), (peer, "up"))
        database.sql("DROP TABLE schema_migrations_history")
        self.run_all(database, scheme, (ours(), "down", "1"), (peer, "down", "1"), (ours(), "down", "-all"))
        self.assertIsNone(database.row())


if __name__ == "__main__":
    unittest.main()
