# SPDX-License-Identifier: MIT
"""The archive works wherever it is unpacked.

    tools/package && python3 -m unittest discover -s tests/packaging -p 'archive_test.py'
"""

import re
import tarfile
import unittest

from packages import PACKAGES, fresh_folder, run, write_migrations


class ArchiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = fresh_folder(cls, "archive")
        found = sorted(PACKAGES.glob("aether-migrate-*.tar.gz"))
        if len(found) != 1:
            raise AssertionError(f"{PACKAGES} holds {len(found)} archives; make one with: tools/package")
        cls.archive = found[0]
        with tarfile.open(cls.archive) as archive:
            cls.names = archive.getnames()
            archive.extractall(cls.folder / "any place")
        (cls.tree,) = (cls.folder / "any place").iterdir()
        cls.program = cls.tree / "bin" / "migrate"

    def test_everything_lies_in_one_folder_of_its_name(self):
        top = self.archive.name.removesuffix(".tar.gz")

        self.assertEqual([name for name in self.names if not re.match(rf"{re.escape(top)}(?:/|$)", name)], [])

    def test_migrates_a_database(self):
        files = write_migrations(self.folder / "files")
        database = f"sqlite://{self.folder}/shop.db"

        run(self.program, "-path", files, "-database", database, "up")

        self.assertEqual(run(self.program, "-path", files, "-database", database, "version").stderr, "1\n")

    def test_finds_the_drivers_beside_it(self):
        rows = [line.split() for line in run(self.program, "drivers").stdout.splitlines()]

        self.assertEqual({row[0]: row[1] for row in rows if row[1] == "module"},
                         {"mysql": "module", "postgres": "module"})
        self.assertIn(f"{self.tree}/lib/aether-migrate/drivers/postgres.so", run(self.program, "drivers").stdout)


if __name__ == "__main__":
    unittest.main()
