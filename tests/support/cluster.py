# SPDX-License-Identifier: MIT
"""A private PostgreSQL server for one test: made, started, stopped and removed by the test itself.

    with Cluster(find_bindir("15")) as cluster:
        url = cluster.create_database("shop")
        assert cluster.sql("shop", "SELECT 1") == [("1",)]

Needs no Python driver: statements go through Debian's own psql binary. Only Linux (it reads /proc).
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import urllib.parse

from private_server import SQL_SECONDS, PrivateServer, ServerError, SqlError, children_of, quoted
from session import MARK, Session

FIELD_SEPARATOR = "\x1f"
NULL_MARK = "\x1d"
SESSION_END_SECONDS = 20

FETCH_SERVERS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "fetch_servers"
DEBIAN_BIN = "/usr/lib/postgresql/{major}/bin"

# Test data need not survive the machine; dynamic shared memory in the data folder leaves nothing
# behind after SIGKILL.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "shared_buffers": "16MB",
    "dynamic_shared_memory_type": "mmap",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] %q%u@%d/%a ",
    "lc_messages": "C",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def find_bindir(name):
    """The folder of a server's programs; `name` is a major version or `vector`."""
    debian = pathlib.Path(DEBIAN_BIN.format(major=name))
    if (debian / "postgres").exists() and (debian / "initdb").exists():
        return str(debian)
    return fetch_bindir(name)


def fetch_bindir(name):
    """The same, of the server that tools/fetch_servers brings, whatever Debian has installed."""
    done = subprocess.run([sys.executable, FETCH_SERVERS, name], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        raise ServerError(f"no PostgreSQL server named {name}; see the lines of tools/fetch_servers above")
    return done.stdout.strip().split(" ", 1)[1]


def find_psql():
    """The newest real psql: the one in PATH is a Perl wrapper that chooses clusters by itself."""
    found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql")
             if path.parts[-3].isdigit()]
    if not found:
        raise ServerError("no psql below /usr/lib/postgresql; install it with: tools/install_packages test")
    return str(max(found, key=lambda path: int(path.parts[-3])))


def kill_server(pid):
    """SIGKILL to a postmaster and its backends; it is frozen first, so that it starts no new ones."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        for child in children_of(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)


def postmaster_lines(data):
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def clean_environment():
    """The caller's PG… variables must reach neither the server nor psql."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


class Cluster(PrivateServer):
    """Trust for everybody, superuser `postgres`."""

    prefix = "aether-pg-"
    start_seconds = 60
    port_taken = "could not bind"
    environment = staticmethod(clean_environment)

    def __init__(self, bindir, name="t", settings=None, initdb_args=()):
        super().__init__(name, {**SETTINGS, **(settings or {})})
        self.bindir = pathlib.Path(bindir)
        self.initdb_args = list(initdb_args)

    @staticmethod
    def _kill_left(base):
        lines = postmaster_lines(base / "data")
        if lines and lines[0].isdigit():
            command = pathlib.Path(f"/proc/{lines[0]}/cmdline")
            # A pid is used again some day: only a process that names this folder is ours.
            if command.exists() and os.fsencode(base / "data") in command.read_bytes():
                kill_server(int(lines[0]))

    @staticmethod
    def _remove(base):
        """Removes also the System V segment that a killed server leaves."""
        lines = postmaster_lines(base / "data")
        if len(lines) > 6 and len(lines[6].split()) == 2:
            subprocess.run(["ipcrm", "-m", lines[6].split()[1]], capture_output=True, timeout=60, check=False)
        shutil.rmtree(base, ignore_errors=True)

    def _install(self):
        self._install_by(self.bindir / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                         "--locale=C.UTF-8", "--no-sync", *self.initdb_args)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("include 'test.conf'\n")

    def _write_settings(self):
        settings = {**self.settings, "port": self.port, "unix_socket_directories": self.socket_dir}
        with (self.data / "test.conf").open("w") as conf:
            for key, value in settings.items():
                quoted_value = str(value).replace("'", "''")
                conf.write(f"{key} = '{quoted_value}'\n")

    def _command(self):
        return [self.bindir / "postgres", "-D", self.data]

    def _is_ready(self, _seen):
        lines = postmaster_lines(self.data)
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def stop(self, mode="fast"):
        """Stops the server as pg_ctl would: smart, fast or immediate."""
        self._stop_by({"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])

    def _kill_process(self):
        kill_server(self._process.pid)

    def _end(self):
        self.stop("immediate")

    def url(self, db="postgres", user="postgres", **params):
        """A postgres:// URL over TCP."""
        query = urllib.parse.urlencode({"sslmode": "disable", **params}, quote_via=urllib.parse.quote)
        return f"postgres://{quoted(user)}@127.0.0.1:{self.port}/{quoted(db)}?{query}"

    def socket_url(self, db="postgres", user="postgres", **params):
        """A postgres:// URL over the Unix socket."""
        query = urllib.parse.urlencode({"host": self.socket_dir, "port": self.port, **params},
                                       quote_via=urllib.parse.quote)
        return f"postgres://{quoted(user)}@/{quoted(db)}?{query}"

    def create_database(self, name):
        """Makes an empty database and returns its TCP URL."""
        identifier = name.replace('"', '""')
        self.sql("postgres", f'CREATE DATABASE "{identifier}";')
        return self.url(name)

    def psql(self, db, args=(), input=None, user="postgres"):
        """Runs the real psql with these arguments; text in, text out, nothing raised."""
        environment = {**clean_environment(), "PGCLIENTENCODING": "UTF8"}
        # A bare name with = or :// in it would be read as a connection string.
        database = db.replace("\\", "\\\\").replace("'", "\\'")
        command = [find_psql(), "-X", "-h", str(self.socket_dir), "-p", str(self.port), "-U", user,
                   "-d", f"dbname='{database}'", *args]
        return subprocess.run(command, input=input or "", capture_output=True, text=True, cwd="/",
                              env=environment, timeout=SQL_SECONDS, check=False)

    def sql(self, db, text, user="postgres"):
        """All rows of all results, as tuples of str or None; each statement commits by itself."""
        # -0 ends every record alike, also the last of each of several results.
        done = self.psql(db, ["-q", "-A", "-t", "-0", "-F", FIELD_SEPARATOR, "-P", f"null={NULL_MARK}",
                              "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"], text, user)
        if done.returncode != 0:
            raise SqlError(done.stderr)
        return [tuple(None if value == NULL_MARK else value for value in record.split(FIELD_SEPARATOR))
                for record in done.stdout.split("\0")[:-1]]

    def session(self, db, user="postgres"):
        """A session that stays open; the caller closes it."""
        command = [find_psql(), "-X", "-q", "-A", "-t", "-h", str(self.socket_dir), "-p", str(self.port), "-U", user,
                   "-d", db]
        return Session(command, f"\\echo {MARK}", SESSION_END_SECONDS, env=clean_environment())
