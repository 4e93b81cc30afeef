# SPDX-License-Identifier: MIT
"""What one program left dirty, the other understands, refuses in the same words, and repairs."""

import unittest

from interop import InteropTest, each_order, each_pair, only_ours, ours, write_files

FILES = {
    "1_one.up.sql": "CREATE TABLE t1 (id int);",
    "1_one.down.sql": "DROP TABLE t1;",
    "2_two.up.sql": "CREATE TABLE t2 (id int);",
    "2_two.down.sql": "DROP TABLE t2;",
    "3_three.up.sql": "CREATE TABLE t3 (id int);",
    "3_three.down.sql": "DROP TABLE t3;",
}
# Commits by itself and fails: nobody can see what it did, so that every program leaves the row dirty.
FAILING = "DO $$ BEGIN COMMIT; PERFORM 1 / 0; END $$;"


def dirty_text(version):
    return f"error: Dirty database version {version}. Fix and force version."


class States(InteropTest):
    failing = FAILING
    # What ours says to a failure of its own instead, where it knows how far the failed file came.
    journal_text = None

    def spoil(self, program, database, scheme, file, text, *arguments):
        """Replaces one file, runs the command that must fail in it, and puts the right file back."""
        path = self.folder / file
        right = path.read_text()
        path.write_text(text)
        done = self.assert_done(program.run(database.url(scheme), self.folder, *arguments), code=1)
        path.write_text(right)
        return done

    def setUp(self):
        self.folder = write_files(FILES)

    def assert_both_refuse(self, programs, database, scheme, version, failed=None):
        """`failed` is the program that left the dirty row; nothing: a person did."""
        for program in programs:
            for arguments in (("up",), ("up", "1"), ("down", "1"), ("down", "-all"), ("goto", "3")):
                done = self.assert_done(program.run(database.url(scheme), self.folder, *arguments), code=1)
                if self.journal_text and program.ours and program is failed:
                    self.assertIn(self.journal_text, done.err, f"{program.name} {arguments}")
                else:
                    self.assertEqual(done.err.splitlines()[0], dirty_text(version), f"{program.name} {arguments}")
                self.assertEqual(database.row(), (version, True), f"{program.name} {arguments}")
            # Zero moves look at nothing, not even at the dirty flag.
            done = self.assert_done(program.run(database.url(scheme), self.folder, "up", "0"))
            self.assertEqual(done.err, "no change\n", program.name)

    @each_order
    def test_a_failed_up_is_dirty_for_both_and_forced_clean_by_the_other(self, first, second, scheme):
        database = self.database()
        self.assert_done(first.run(database.url(scheme), self.folder, "up", "1"))
        self.spoil(first, database, scheme, "2_two.up.sql", self.failing, "up")
        self.assertEqual(database.row(), (2, True))

        self.assert_both_refuse((first, second), database, scheme, 2, first)
        done = self.assert_done(second.run(database.url(scheme), self.folder, "version"))
        self.assertEqual(done.err.splitlines()[0], "2 (dirty)")
        self.assert_done(second.run(database.url(scheme), self.folder, "force", "1"))

        self.assertEqual(database.row(), (1, False))
        done = self.assert_done(first.run(database.url(scheme), self.folder, "up"))
        self.assertEqual(done.lines(), ["2/u two (T)", "3/u three (T)"])
        self.assertEqual(database.row(), (3, False))

    @only_ours
    @each_pair
    def test_repair_explains_what_golang_migrate_left_dirty_and_leaves_it(self, peer, scheme):
        database = self.database()
        self.assert_done(peer.run(database.url(scheme), self.folder, "up", "1"))
        self.spoil(peer, database, scheme, "2_two.up.sql", self.failing, "up")

        for arguments, code in ((("repair", "-explain"), 0), (("repair",), 1)):
            done = ours().run(database.url(scheme), self.folder, *arguments)
            self.assertEqual((done.code, done.err), (code, ""), arguments)
            self.assertIn("our journal knows nothing of it", done.out, arguments)
            self.assertIn('"migrate force 2" if it is complete, "migrate force 1" if nothing', done.out, arguments)
            self.assertEqual((database.row(), database.relations()), ((2, True), {"t1"}), arguments)

    @each_order
    def test_a_failed_down_names_its_target_for_both(self, first, second, scheme):
        database = self.database()
        self.assert_done(second.run(database.url(scheme), self.folder, "up"))
        self.spoil(first, database, scheme, "3_three.down.sql", self.failing, "down", "2")
        self.assertEqual(database.row(), (2, True))

        self.assert_both_refuse((first, second), database, scheme, 2, first)
        self.assert_done(second.run(database.url(scheme), self.folder, "force", "3"))

        self.assert_done(first.run(database.url(scheme), self.folder, "down", "-all"))
        self.assertIsNone(database.row())
        self.assertEqual(database.relations(), set())

    @each_order
    def test_a_failed_first_down_leaves_minus_one_dirty_for_both(self, first, second, scheme):
        database = self.database()
        self.assert_done(second.run(database.url(scheme), self.folder, "up", "1"))
        self.spoil(first, database, scheme, "1_one.down.sql", self.failing, "down", "-all")
        self.assertEqual(database.row(), (-1, True))

        self.assert_both_refuse((first, second), database, scheme, -1, first)
        self.assert_done(second.run(database.url(scheme), self.folder, "force", "--", "-1"))

        self.assertIsNone(database.row())
        done = self.assert_done(first.run(database.url(scheme), self.folder, "version"), code=1)
        self.assertEqual(done.err.splitlines()[0], "error: no migration")

    @each_order
    def test_a_row_written_by_hand_is_read_alike(self, first, second, scheme):
        database = self.database()
        self.assert_done(first.run(database.url(scheme), self.folder, "up", "2"))
        for version, dirty in ((2, True), (1, True), (-1, True), (0, False), (9223372036854775807, False)):
            database.sql(f"UPDATE schema_migrations SET version = {version}, dirty = {dirty}")
            texts = {program.run(database.url(scheme), self.folder, "version").err.splitlines()[0]
                     for program in (first, second) if version >= 0}
            self.assertLessEqual(len(texts), 1, texts)
            if dirty:
                self.assert_both_refuse((first, second), database, scheme, version)

    @only_ours
    @each_pair
    def test_ours_shows_minus_one_dirty(self, peer, scheme):
        database = self.database()
        self.assert_done(peer.run(database.url(scheme), self.folder, "up", "1"))
        self.spoil(peer, database, scheme, "1_one.down.sql", self.failing, "down", "-all")

        done = self.assert_done(ours().run(database.url(scheme), self.folder, "version"), code=1)

        self.assertIn("no migration", done.err)
        self.assertIn("dirty", done.err)

    @only_ours
    @each_pair
    def test_a_failed_transactional_file_of_ours_is_clean_for_golang_migrate(self, peer, scheme):
        database = self.database()
        self.assert_done(ours().run(database.url(scheme), self.folder, "up", "1"))
        self.spoil(ours(), database, scheme, "2_two.up.sql", "CREATE TABLE t2 (id int); SELECT * FROM nowhere;", "up")
        self.assertEqual(database.row(), (1, False))

        done = self.assert_done(peer.run(database.url(scheme), self.folder, "up"))

        self.assertEqual(done.lines(), ["2/u two (T)", "3/u three (T)"])


class GuideRepair(InteropTest):
    """The troubleshooting section of Aether's guide, after the real golang-migrate failed in version 17."""

    def setUp(self):
        files = {}
        for version in range(1, 19):
            files[f"{version:06}_step.up.sql"] = f"CREATE TABLE t{version} (id int);"
            files[f"{version:06}_step.down.sql"] = f"DROP TABLE t{version};"
        self.folder = write_files(files)
        self.broken = self.folder / "000017_step.up.sql"

    def leave_dirty(self, peer, scheme):
        database = self.database()
        right = self.broken.read_text()
        self.broken.write_text("CREATE TABLE t17 (id int);\nCREATE TABEL oops (id int);")
        self.assert_done(peer.run(database.url(scheme), self.folder, "up"), code=1)
        self.broken.write_text(right)
        self.assertEqual(database.row(), (17, True))
        done = self.assert_done(ours().run(database.url(scheme), self.folder, "up"), code=1)
        self.assertEqual(done.err.splitlines()[0], dirty_text(17))
        return database

    def fix(self, database):
        """Does by hand what the failed file did not do."""
        database.sql("CREATE TABLE t17 (id int)")

    def undo(self, database):
        """Takes back by hand what the failed file did: here nothing."""

    @each_pair
    def test_force_17_after_fixing_by_hand(self, peer, scheme):
        database = self.leave_dirty(peer, scheme)
        self.fix(database)

        self.assert_done(ours().run(database.url(scheme), self.folder, "force", "17"))

        self.assertEqual(database.row(), (17, False))
        done = self.assert_done(ours().run(database.url(scheme), self.folder, "up"))
        self.assertEqual(done.lines(), ["18/u step (T)"])
        done = self.assert_done(peer.run(database.url(scheme), self.folder, "up"))
        self.assertEqual(done.lines(), ["no change"])

    @each_pair
    def test_force_16_and_apply_again(self, peer, scheme):
        database = self.leave_dirty(peer, scheme)
        self.undo(database)

        self.assert_done(ours().run(database.url(scheme), self.folder, "force", "16"))

        self.assertEqual(database.row(), (16, False))
        done = self.assert_done(ours().run(database.url(scheme), self.folder, "up"))
        self.assertEqual(done.lines(), ["17/u step (T)", "18/u step (T)"])
        self.assert_done(peer.run(database.url(scheme), self.folder, "down", "-all"))
        self.assertEqual(database.relations(), set())


if __name__ == "__main__":
    unittest.main()
