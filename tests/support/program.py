# SPDX-License-Identifier: MIT
"""Our program in a test: a folder of migrations, commands that run to their end or beside the test, how they ended.

AETHER_MIGRATE names it.
"""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from cluster import clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 60
WAIT_SECONDS = 20

# "1/u title (1.5ms)"
STEP = re.compile(r"(\d+/[ud] .*) \([0-9.hmµn]+s\)")


def built(variable, name):
    """The path of a program of ours: what the variable of the environment says, or that of the release build."""
    return pathlib.Path(os.environ.get(variable) or ROOT / "build" / "release" / "bin" / name).resolve()


def require_built(path, variable):
    if not os.access(path, os.X_OK):
        raise AssertionError(f"{path} is not there: build it, or set {variable} to it")


PROGRAM = built("AETHER_MIGRATE", "migrate")


@dataclasses.dataclass(frozen=True)
class Done:
    """A finished command."""
    code: int
    out: str
    err: str

    def steps(self):
        """The lines of finished migrations, without their durations. No other line may begin with a digit."""
        lines = [line for line in self.err.splitlines() if line[:1].isdigit()]
        found = [STEP.fullmatch(line) for line in lines]
        if None in found:
            raise AssertionError(f"not the line of a finished migration: {lines[found.index(None)]}")
        return [match[1] for match in found]


def wait_until(condition, what, seconds=WAIT_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds} s: {what}")
        time.sleep(0.02)


def finish(process, input=None, seconds=COMMAND_SECONDS):
    """Waits for a program of start() and returns how it ended."""
    try:
        out, err = process.communicate(input, timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end after {seconds} s: {process.args}\n{err}") from None
    return Done(process.returncode, out, err)


class ProgramTest(unittest.TestCase):
    """A test that runs our program over `folder`, on the database of url(), which a subclass has."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        require_built(PROGRAM, "AETHER_MIGRATE")

    def make_folder(self, prefix):
        folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        return folder

    def files(self, files):
        """Writes migrations: name to text or bytes, exactly as given."""
        for name, content in files.items():
            (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def up_files(self, *bodies):
        """Writes 1_m1.up.sql and so on."""
        self.files({f"{number}_m{number}.up.sql": body for number, body in enumerate(bodies, 1)})

    def start(self, *arguments, url=None, path=None, flags=(), user=None, environment=None, cwd="/"):
        """Starts our program; an empty url leaves the flag -database out."""
        database = ["-database", self.url() if url is None else url] if url != "" else []
        command = [str(PROGRAM), "-path", str(path or self.folder), *database, *flags, *arguments]
        options = {}
        if user is not None:
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        known = {key: value for key, value in clean_environment().items()
                 if key not in ("DATABASE_URL", "MIGRATIONS_PATH")}
        process = subprocess.Popen(command, text=True, encoding="utf-8", errors="replace", cwd=cwd,
                                   env={**known, **(environment or {})}, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()

    def migrate(self, *arguments, input="", **options):
        return finish(self.start(*arguments, **options), input)

    def done(self, *arguments, **options):
        """Runs a command that must succeed."""
        result = self.migrate(*arguments, **options)
        self.assertEqual(result.code, 0, f"migrate {' '.join(arguments)}:\n{result.err}")
        return result

    def fails(self, *arguments, code=1, **options):
        """Runs a command that must fail, and returns what it says."""
        result = self.migrate(*arguments, **options)
        self.assertEqual(result.code, code, f"migrate {' '.join(arguments)}:\n{result.err}")
        self.assertEqual(result.out, "")
        return result
