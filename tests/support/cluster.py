# SPDX-License-Identifier: MIT
"""A private PostgreSQL server for one test: made, started, stopped and removed by the test itself.

    with Cluster(find_bindir("15")) as cluster:
        url = cluster.create_database("shop")
        assert cluster.sql("shop", "SELECT 1") == [("1",)]

Needs no Python driver: statements go through Debian's own psql binary. Only Linux (it reads /proc).
"""

import atexit
import contextlib
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

START_SECONDS = 60
STOP_SECONDS = 60
SQL_SECONDS = 300

# A Unix socket's path has at most 107 bytes, so the folder is never below a long TMPDIR.
PARENT = pathlib.Path("/tmp")
PREFIX = "aether-pg-"
FIELD_SEPARATOR = "\x1f"
NULL_MARK = "\x1d"

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


class ClusterError(RuntimeError):
    """A server that cannot be had, started or stopped: always a failure of the test."""


class SqlError(RuntimeError):
    """psql refused; the text is its standard error."""


def find_bindir(name):
    """The folder of a server's programs; `name` is a major version or `vector`."""
    debian = pathlib.Path(DEBIAN_BIN.format(major=name))
    if (debian / "postgres").exists() and (debian / "initdb").exists():
        return str(debian)
    done = subprocess.run([sys.executable, FETCH_SERVERS, name], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        raise ClusterError(f"no PostgreSQL server named {name}; see the lines of tools/fetch_servers above")
    return done.stdout.strip().split(" ", 1)[1]


def find_psql():
    """The newest real psql: the one in PATH is a Perl wrapper that chooses clusters by itself."""
    found = [path for path in pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql")
             if path.parts[-3].isdigit()]
    if not found:
        raise ClusterError("no psql below /usr/lib/postgresql; install it with: tools/install_packages test")
    return str(max(found, key=lambda path: int(path.parts[-3])))


def process_start(pid):
    """The start time of a process in clock ticks, or None: with the pid it names one process for good."""
    try:
        # The program's name may hold spaces and brackets: fields count from the last bracket.
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def children_of(parent):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == parent:
                    found.append(int(entry.name))
    return found


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


def remove_folder(base):
    """Removes a cluster's folder and the System V segment that a killed server leaves."""
    lines = postmaster_lines(base / "data")
    if len(lines) > 6 and len(lines[6].split()) == 2:
        subprocess.run(["ipcrm", "-m", lines[6].split()[1]], capture_output=True, timeout=60, check=False)
    shutil.rmtree(base, ignore_errors=True)


def sweep():
    """Removes what killed test runs left: folders of this user whose owner process is gone."""
    for base in PARENT.glob(PREFIX + "*"):
        with contextlib.suppress(OSError, ValueError):
            if base.is_symlink() or base.stat().st_uid != os.geteuid():
                continue
            owner, started = (base / "owner").read_text().split()
            if process_start(int(owner)) == started:
                continue
            lines = postmaster_lines(base / "data")
            if lines and lines[0].isdigit():
                command = pathlib.Path(f"/proc/{lines[0]}/cmdline")
                # A pid is used again some day: only a process that names this folder is ours.
                if command.exists() and os.fsencode(base / "data") in command.read_bytes():
                    kill_server(int(lines[0]))
            remove_folder(base)


def server_user():
    """Who runs the server: None is this user; PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ClusterError("PostgreSQL refuses root, and there is no user postgres or nobody to run it as")


def clean_environment():
    """The caller's PG… variables must reach neither the server nor psql."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, "LC_ALL": "C.UTF-8"}


def exit_on_signals():
    """SIGTERM and SIGHUP end Python without clean-up: let them unwind instead."""
    def leave(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        # ValueError: not the main thread, which is then in charge of its own signals.
        with contextlib.suppress(ValueError):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, leave)


class Cluster:
    """One server with TCP on 127.0.0.1 and a Unix socket, trust for everybody, superuser `postgres`."""

    def __init__(self, bindir, name="t", settings=None, initdb_args=()):
        self.bindir = pathlib.Path(bindir)
        self.name = name
        self.settings = {**SETTINGS, **(settings or {})}
        self.initdb_args = list(initdb_args)
        self.port = 0
        self.base = None
        self._user = None
        self._process = None

    def __enter__(self):
        sweep()
        exit_on_signals()
        atexit.register(self.close)
        try:
            self._create()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception):
        self.close()

    @property
    def data(self):
        return self.base / "data"

    @property
    def socket_dir(self):
        return self.base / "s"

    @property
    def log_path(self):
        return self.base / "log"

    def _run_as_server(self, command, **options):
        if self._user is not None:
            options.update(user=self._user.pw_uid, group=self._user.pw_gid, extra_groups=[])
        return subprocess.Popen([str(part) for part in command], cwd=self.base, env=clean_environment(),
                                stdin=subprocess.DEVNULL, **options)

    def _create(self):
        self._user = server_user()
        self.base = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX, dir=PARENT))
        self.base.chmod(0o755)
        (self.base / "owner").write_text(f"{os.getpid()} {process_start(os.getpid())}\n")
        for folder in (self.data, self.socket_dir):
            folder.mkdir(mode=0o755)
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        process = self._run_as_server(
            [self.bindir / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", *self.initdb_args],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            output, _ = process.communicate(timeout=START_SECONDS)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            raise ClusterError(f"initdb of {self.bindir} failed:\n{output.decode(errors='replace')}")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("include 'test.conf'\n")

    def _write_settings(self):
        settings = {**self.settings, "port": self.port, "unix_socket_directories": self.socket_dir}
        with (self.data / "test.conf").open("w") as conf:
            for key, value in settings.items():
                quoted = str(value).replace("'", "''")
                conf.write(f"{key} = '{quoted}'\n")

    def start(self):
        """Starts the server; after stop() or kill9() on the same port, so that urls stay true."""
        if self.port != 0:
            self._start_once()
            return
        for attempt in range(5):
            self.port = free_port()
            try:
                self._start_once()
                return
            except ClusterError:
                # Somebody else may have taken the port in between.
                if attempt == 4 or "could not bind" not in self.log_text():
                    raise

    def _start_once(self):
        self._write_settings()
        with self.log_path.open("ab") as log:
            self._process = self._run_as_server([self.bindir / "postgres", "-D", self.data], stdout=log,
                                                stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None:
                self._process = None
                raise ClusterError(f"server {self.name} ended at its start:\n{self.log_text()}")
            if time.monotonic() > deadline:
                self.kill9()
                raise ClusterError(f"server {self.name} not ready in {START_SECONDS} s:\n{self.log_text()}")
            time.sleep(0.02)

    def _is_ready(self):
        lines = postmaster_lines(self.data)
        return len(lines) > 7 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def stop(self, mode="fast"):
        """Stops the server as pg_ctl would: smart, fast or immediate."""
        if self._process is None:
            return
        number = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        self._process.send_signal(number)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise ClusterError(f"server {self.name} did not stop in {STOP_SECONDS} s") from None
        self._process = None

    def kill9(self):
        """SIGKILL to the whole server, as when its machine loses power; start() then recovers."""
        if self._process is None:
            return
        kill_server(self._process.pid)
        self._process.wait(timeout=STOP_SECONDS)
        self._process = None

    def close(self):
        """Stops and removes everything; may be called again."""
        atexit.unregister(self.close)
        if self.base is None:
            return
        try:
            self.stop("immediate")
        finally:
            remove_folder(self.base)
            self.base = None

    def url(self, db="postgres", user="postgres", **params):
        """A postgres:// URL over TCP."""
        query = urllib.parse.urlencode({"sslmode": "disable", **params}, quote_via=urllib.parse.quote)
        return f"postgres://{quoted(user)}@127.0.0.1:{self.port}/{quoted(db)}?{query}"

    def socket_url(self, db="postgres", user="postgres", **params):
        """A postgres:// URL over the Unix socket."""
        query = urllib.parse.urlencode({"host": self.socket_dir, "port": self.port, **params},
                                       quote_via=urllib.parse.quote)
        return f"postgres://{quoted(user)}@/{quoted(db)}?{query}"

    def log_text(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

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


def quoted(text):
    return urllib.parse.quote(text, safe="")


def free_port():
    """A port below the ephemeral range, which no outgoing connection takes while a server restarts."""
    for _ in range(200):
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise ClusterError("no free TCP port between 20000 and 32000")
