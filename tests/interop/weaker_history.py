# SPDX-License-Identifier: MIT
"""History tests for databases on which a row does not tell which transaction wrote it.

A version row that golang-migrate moved and moved back looks as it did: that is not seen.
"""

from interop import each_pair, ours


class WeakerHistory:
    """In front of History: takes out what cannot be promised, and states what is so instead."""

    test_a_foreign_down_and_up_again_to_the_same_row_is_seen = None
    test_a_foreign_down_and_up_again_is_seen_by_our_down_too = None

    @each_pair
    def test_a_foreign_down_and_up_again_to_the_same_row_is_not_seen(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "3"), (peer, "down", "1"), (peer, "up", "1"))
        before = database.history()

        self.run_all(database, scheme, (ours(), "up"))

        self.assertEqual(database.history(), [*before, (4, "applied")])

    @each_pair
    def test_a_foreign_down_and_up_again_does_no_harm_to_our_down(self, peer, scheme):
        database = self.database()
        self.run_all(database, scheme, (ours(), "up", "3"), (peer, "down", "-all"), (peer, "up", "3"))
        self.run_all(database, scheme, (ours(), "down", "1"))
        self.assertEqual(database.row(), (2, False))
        self.assertEqual(database.history()[-1], (3, "reverted"))
