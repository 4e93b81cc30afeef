# SPDX-License-Identifier: MIT
"""What the tests of packages share: commands with a limit, the build tree, an installed tree, files to migrate."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AETHER_TEST_BUILD") or ROOT / "build" / "release")
PACKAGES = pathlib.Path(os.environ.get("AETHER_TEST_PACKAGES") or ROOT / "build" / "packages")
CONSUMER = pathlib.Path(__file__).resolve().parent / "consumer"
COMMAND_SECONDS = 240
sys.path.insert(0, str(ROOT / "tests" / "support"))

# What would lead a test to another place than the one that it is about.
MISLEADING = ("DATABASE_URL", "MIGRATIONS_PATH", "AETHER_MIGRATE_DRIVERS", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH",
              "CMAKE_PREFIX_PATH", "DESTDIR")


def environment(**variables):
    kept = {key: value for key, value in os.environ.items() if key not in MISLEADING}
    return {**kept, **{key: str(value) for key, value in variables.items()}}


def attempt(*command, cwd=None, env=None):
    """The finished command, however it ended."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=COMMAND_SECONDS,
                          stdin=subprocess.DEVNULL, check=False, cwd=cwd, env=environment() if env is None else env)


def run(*command, **options):
    """The same for a command that must succeed."""
    done = attempt(*command, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def fresh_folder(test, name):
    """A folder that is removed when the test class is done."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-"))
    test.addClassCleanup(shutil.rmtree, folder)
    return folder


def write_migrations(folder):
    folder.mkdir()
    (folder / "1_shop.up.sql").write_text("CREATE TABLE shop (id int);\nINSERT INTO shop VALUES (7);\n")
    (folder / "1_shop.down.sql").write_text("DROP TABLE shop;\n")
    return folder
