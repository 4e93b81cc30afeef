# SPDX-License-Identifier: MIT
"""A private server of one test, whatever it serves: a folder, a port, a process, and an end that removes them all.

cluster.py makes PostgreSQL of it, mariadb.py MariaDB. Only Linux (it reads /proc).
"""

import atexit
import contextlib
import ctypes
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

STOP_SECONDS = 60
SQL_SECONDS = 300

# A Unix socket's path has at most 107 bytes, so the folder is never below a long TMPDIR.
PARENT = pathlib.Path("/tmp")
PR_SET_PDEATHSIG = 1


class ServerError(RuntimeError):
    """A server that cannot be had, started or stopped: always a failure of the test."""


class SqlError(RuntimeError):
    """The server's own client refused; the text is its standard error."""


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


def is_gone(pid):
    """Gone, or a zombie that its new parent has not collected yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def die_with_parent():
    """For a new process: it ends with the test, even if that is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def server_user():
    """Who runs a server: None is this user; servers refuse root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerError("a server refuses root, and there is no user postgres or nobody to run it as")


def exit_on_signals():
    """SIGTERM and SIGHUP end Python without clean-up: let them unwind instead."""
    def leave(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        # ValueError: not the main thread, which is then in charge of its own signals.
        with contextlib.suppress(ValueError):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, leave)


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
    raise ServerError("no free TCP port between 20000 and 32000")


def listens(port):
    """Whether somebody takes connections on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def quoted(text):
    """For any part of a URL."""
    return urllib.parse.quote(text, safe="")


class PrivateServer:
    """One server with TCP on 127.0.0.1 and a Unix socket; what stands before __init__ is a subclass's to say."""

    prefix = None  # how the names of the folders begin
    folders = ("data", "s")  # what belongs to the server's user; the socket is in s
    start_seconds = None
    port_taken = None  # how the log says that another program has the port

    @staticmethod
    def environment():
        """Nothing in it of the caller's may reach a server of this kind."""
        raise NotImplementedError

    def _install(self):
        """Makes the data folder."""
        raise NotImplementedError

    def _furnish(self):
        """Makes in the running server what every test needs."""

    def _write_settings(self):
        raise NotImplementedError

    def _command(self):
        raise NotImplementedError

    def _is_ready(self, seen):
        """Whether the server takes connections; its log had `seen` characters before it was started."""
        raise NotImplementedError

    def _kill_process(self):
        self._process.kill()

    def _end(self):
        """Ends the server before its folder is removed."""
        self.kill9()

    @staticmethod
    def _kill_left(base):
        """Ends the server of a killed test run; one that dies with its test is gone."""

    @staticmethod
    def _remove(base):
        shutil.rmtree(base, ignore_errors=True)

    def __init__(self, name, settings):
        self.name = name
        self.settings = settings
        self.port = 0
        self.base = None
        self._user = None
        self._process = None

    def __enter__(self):
        self.sweep()
        exit_on_signals()
        atexit.register(self.close)
        try:
            self._create()
            self.start()
            self._furnish()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception):
        self.close()

    @classmethod
    def sweep(cls):
        """Removes what killed test runs left: folders of this user whose owner process is gone."""
        for base in PARENT.glob(cls.prefix + "*"):
            with contextlib.suppress(OSError, ValueError):
                if base.is_symlink() or base.stat().st_uid != os.geteuid():
                    continue
                owner, started = (base / "owner").read_text().split()
                if process_start(int(owner)) != started:
                    cls._kill_left(base)
                    cls._remove(base)

    @property
    def data(self):
        return self.base / "data"

    @property
    def socket_dir(self):
        return self.base / "s"

    @property
    def log_path(self):
        return self.base / "log"

    def log_text(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def _run_as_server(self, command, **options):
        if self._user is not None:
            options.update(user=self._user.pw_uid, group=self._user.pw_gid, extra_groups=[])
        return subprocess.Popen([str(part) for part in command], cwd=self.base, env=self.environment(),
                                stdin=subprocess.DEVNULL, start_new_session=True, **options)

    def _create(self):
        self._user = server_user()
        self.base = pathlib.Path(tempfile.mkdtemp(prefix=self.prefix, dir=PARENT))
        self.base.chmod(0o755)
        (self.base / "owner").write_text(f"{os.getpid()} {process_start(os.getpid())}\n")
        for name in self.folders:
            folder = self.base / name
            folder.mkdir(mode=0o755)
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._install()

    def _install_by(self, *command):
        """Runs the program that makes the data folder to its end."""
        process = self._run_as_server(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            output, _ = process.communicate(timeout=self.start_seconds)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        if process.returncode != 0:
            raise ServerError(f"{command[0]} failed:\n{output.decode(errors='replace')}")

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
            except ServerError:
                # Somebody else may have taken the port in between.
                if attempt == 4 or self.port_taken not in self.log_text():
                    raise

    def _start_once(self):
        self._write_settings()
        seen = len(self.log_text())
        with self.log_path.open("ab") as log:
            self._process = self._run_as_server(self._command(), stdout=log, stderr=log)
        deadline = time.monotonic() + self.start_seconds
        while not self._is_ready(seen):
            if self._process.poll() is not None:
                self._process = None
                raise ServerError(f"server {self.name} ended at its start:\n{self.log_text()[seen:]}")
            if time.monotonic() > deadline:
                self.kill9()
                raise ServerError(f"server {self.name} not ready in {self.start_seconds} s:\n{self.log_text()[seen:]}")
            time.sleep(0.02)

    def _stop_by(self, number):
        """Asks the server by a signal to end, and waits for it."""
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise ServerError(f"server {self.name} did not stop in {STOP_SECONDS} s") from None
        self._process = None

    def kill9(self):
        """SIGKILL to the whole server, as when its machine loses power; start() then recovers."""
        if self._process is None:
            return
        self._kill_process()
        self._process.wait(timeout=STOP_SECONDS)
        self._process = None

    def close(self):
        """Stops and removes everything; may be called again."""
        atexit.unregister(self.close)
        if self.base is None:
            return
        try:
            self._end()
        finally:
            self._remove(self.base)
            self.base = None
