# SPDX-License-Identifier: MIT
"""The driver of examples/custom_driver is built against an installed tree, keeps the contract, and is a module.

    AETHER_TEST_BUILD=build/release python3 -m unittest discover -s tests/conformance -p '*_test.py'
"""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AETHER_TEST_BUILD") or ROOT / "build" / "release")
COMMAND_SECONDS = 500


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=COMMAND_SECONDS,
                          stdin=subprocess.DEVNULL, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


class CustomDriverTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="custom-driver-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.tree = cls.folder / "installed"
        cls.build = cls.folder / "build"
        run("cmake", "--install", BUILD, "--prefix", cls.tree)
        # A copy, so that nothing of this repository can be reached by a relative path.
        shutil.copytree(ROOT / "examples" / "custom_driver", cls.folder / "source")
        run("cmake", "-G", "Ninja", "-S", cls.folder / "source", "-B", cls.build,
            f"-DCMAKE_PREFIX_PATH={cls.tree}", f"-DCMAKE_INSTALL_PREFIX={cls.tree}")
        run("cmake", "--build", cls.build, "--parallel", "2")

    def migrate(self, *arguments, **variables):
        kept = {key: value for key, value in os.environ.items()
                if key not in ("DATABASE_URL", "MIGRATIONS_PATH", "AETHER_MIGRATE_DRIVERS")}
        return run(self.tree / "bin" / "migrate", *arguments, env={**kept, **variables})

    def files(self):
        files = self.folder / "files"
        files.mkdir(exist_ok=True)
        (files / "1_shop.up.sql").write_text("CREATE TABLE shop (id int);\nINSERT INTO shop VALUES (7);\n")
        return files

    def test_keeps_the_contract(self):
        lines = run(self.build / "tiny-conformance").stdout.splitlines()

        self.assertGreater(len(lines), 90)
        self.assertEqual([line for line in lines if line.startswith("failed")], [])
        # Each is an ability that the guide names as one that may wait.
        left_out = {line.split(":")[0].split()[-1] for line in lines if line.startswith("not applicable")}
        self.assertLess(len(left_out), 25, left_out)

    def test_is_opened_by_the_scheme_of_the_url(self):
        database = self.folder / "shop.db"

        self.migrate("-path", self.files(), "-database", f"tiny://{database}", "up",
                     AETHER_MIGRATE_DRIVERS=str(self.build))

        self.assertEqual(sqlite3.connect(database).execute("SELECT id FROM shop").fetchall(), [(7,)])

    def test_is_installed_beside_the_others(self):
        run("cmake", "--install", self.build)

        listed = self.migrate("drivers").stdout

        (row,) = [line for line in listed.splitlines() if line.startswith("tiny")]
        self.assertIn("module", row)
        self.assertIn("SQLite 3.", row)


if __name__ == "__main__":
    unittest.main()
