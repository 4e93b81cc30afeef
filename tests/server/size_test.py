# SPDX-License-Identifier: MIT
"""What embedding the library and Aether's migrations adds to a program that uses libpq anyway."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AETHER_TEST_BUILD") or ROOT / "build" / "release")
MOST = 1_000_000
COMMAND_SECONDS = 300

PLAIN = """
#include <libpq-fe.h>
int main(int, char** values) {
    PQfinish(PQconnectdb(values[1]));
}
"""
EMBEDDING = """
#include <libpq-fe.h>
#include <aether/migrate/startup.hpp>
#include <aether_migrate_embedded_aether.hpp>
int main(int, char** values) {
    aether::migrate::Options options;
    options.database = values[1];
    options.embedded = &aether_migrate_embedded_aether;
    aether::migrate::start_up(options);
    PQfinish(PQconnectdb(values[1]));
}
"""


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=COMMAND_SECONDS,
                          check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}:\n{done.stdout}{done.stderr}")
    return done.stdout


class SizeTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="aether-size-")))

    def build(self, name, text, *arguments):
        """The size of the stripped program, in bytes."""
        source = self.folder / f"{name}.cpp"
        source.write_text(text)
        program = self.folder / name
        run("c++", "-std=c++20", "-O2", "-I", ROOT / "include", "-I", self.folder, "-I",
            run("pg_config", "--includedir").strip(), source, *arguments, "-lpq", "-o", program)
        run("strip", program)
        return program.stat().st_size

    def test_less_than_a_megabyte_beside_the_shared_libraries(self):
        run(BUILD / "bin" / "aether-migrate-embed", "-name", "aether", "-out", self.folder, ROOT / "goway" / "migrations")

        plain = self.build("plain", PLAIN)
        embedding = self.build("embedding", EMBEDDING, self.folder / "aether_migrate_embedded_aether.cpp", "-L",
                               BUILD / "lib", "-laether-migrate")

        print(f"stripped: {plain} bytes with libpq alone, {embedding} with aether-migrate and 42 migrations")
        self.assertLess(embedding - plain, MOST)


if __name__ == "__main__":
    unittest.main()
