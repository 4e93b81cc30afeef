# SPDX-License-Identifier: MIT
"""What the tests of Aether's server share: a process of it with its log, its HTTP and its end.

    AETHER_SERVER=build/release/bin/aether-server python3 -m unittest discover -s tests/server -p '*_test.py'

The database side is tests/goway's: a private PostgreSQL with pgvector.
"""

import contextlib
import http.client
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "goway"))

from aether import MIGRATIONS, Database, GowayTest, environment, migrate, new_folder, once  # noqa: E402
from private_server import die_with_parent, free_port  # noqa: E402
from program import built, require_built  # noqa: E402
from proxy import Proxy  # noqa: E402, F401

START_SECONDS = 60
END_SECONDS = 30
REQUEST_SECONDS = 30
OWN_VARIABLES = ("DATABASE_WAIT", "LISTEN_ADDRESS", "LOG_LEVEL", "MIGRATIONS_AT_START", "PORT")

_ports = set()


@once
def server_program():
    """The path of the server's program."""
    path = built("AETHER_SERVER", "aether-server")
    require_built(path, "AETHER_SERVER")
    return path


@once
def migrated():
    """A database with all of Aether's migrations, to make others of; nobody may be connected to it then."""
    database = Database()
    done = migrate(database.url, "up")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return database


class MigratedDatabase(Database):
    """A fresh database that is up to date."""

    def __init__(self):
        template = migrated()
        super().__init__()
        self.cluster.sql("postgres", f"DROP DATABASE {self.name}; CREATE DATABASE {self.name} TEMPLATE {template.name}")

    def events(self):
        """The history as (version, event), the oldest first."""
        return [(int(version), event) for version, event in
                self.sql("SELECT version, event FROM schema_migrations_history ORDER BY id")]


def folder_with(up, down="SELECT 1;\n", number=43):
    """A copy of Aether's migrations with one more."""
    folder = new_folder() / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / f"{number:06}_more.up.sql").write_text(up)
    (folder / f"{number:06}_more.down.sql").write_text(down)
    return folder


def wait_until(condition, what, seconds=START_SECONDS):
    """Waits until the condition gives something true, and returns it."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)
    return value


def unused_port():
    """A free port that no other server of this test run was given."""
    port = free_port()
    while port in _ports:
        port = free_port()
    _ports.add(port)
    return port


class Answer:
    """What came back for a request."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """One process of Aether's server, in a working directory of its own."""

    def __init__(self, url=None, dotenv=None, **variables):
        self.folder = new_folder()
        if dotenv is not None:
            (self.folder / ".env").write_text(dotenv)
        self.port = unused_port()
        chosen = {"LISTEN_ADDRESS": "127.0.0.1", "PORT": self.port, "DATABASE_URL": url, **variables}
        self.variables = {key: value for key, value in chosen.items() if value is not None}
        self.process = None
        self.log_path = self.folder / "log"

    def start(self):
        kept = {key: value for key, value in environment().items() if key not in OWN_VARIABLES}
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [server_program()], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**kept, **{key: str(value) for key, value in self.variables.items()}},
                preexec_fn=die_with_parent)
        return self

    def log_text(self):
        return self.log_path.read_text()

    def records(self, event=None):
        """The log's lines as values; a line that is not whole yet is left out."""
        found = [json.loads(line) for line in self.log_text().splitlines(keepends=True) if line.endswith("\n")]
        return [record for record in found if event in (None, record["event"])]

    def wait_for(self, event):
        """Waits for a record and returns it; a server that ends first is an error."""
        def look():
            ended = self.process.poll() is not None
            found = self.records(event)
            if ended and not found:
                raise AssertionError(f"ended with {self.process.returncode} before {event}:\n{self.log_text()}")
            return found
        return wait_until(look, lambda: f"{event} in\n{self.log_text()}")[0]

    def serve(self):
        """Starts it and waits until it serves."""
        self.start().wait_for("serving")
        return self

    def end(self, seconds=START_SECONDS):
        """Waits for the end that comes by itself, and returns the exit code."""
        return self.process.wait(timeout=seconds)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.end(END_SECONDS)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ask(self, path, method="GET", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, body=body)
            return Answer(connection.getresponse())

    def is_ready(self):
        with contextlib.suppress(ConnectionError):
            return self.ask("/ready").status == 200
        return False


class ServerTest(GowayTest):
    """Servers of a test end with it."""

    def server(self, url=None, dotenv=None, **variables):
        made = Server(url, dotenv, **variables)
        self.addCleanup(made.kill)
        return made

    def assert_refused(self, made, pattern, code=1):
        """The server ends by itself, and its last record says why. Returns that record."""
        self.assertEqual(made.start().end(), code, made.log_text())
        record = made.records()[-1]
        self.assertEqual((record["level"], record["event"]), ("error", "error"))
        self.assertRegex(record["message"], pattern)
        return record
