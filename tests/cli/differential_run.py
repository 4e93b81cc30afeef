# SPDX-License-Identifier: MIT
"""Runs one case with one program in a folder and on a database of its own, and notes everything that it left."""

import contextlib
import dataclasses
import os
import pathlib
import pwd
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from cluster import clean_environment, find_psql  # noqa: E402
from differential_case import Folder, Link, Mode  # noqa: E402

CASE_SECONDS = 60
DEAD_URL = "postgres://postgres@127.0.0.1:1/nothing?sslmode=disable"
# Names that are no part of what the migrations made: our bookkeeping, and the gate of GATED.
MADE_BY_OURS = re.compile(r"^public\.(schema_migrations|gate)|_history(_pkey|_id_seq)?$")


@dataclasses.dataclass(frozen=True)
class Result:
    """All that can be seen of a run."""
    code: int
    out: str
    err: str
    row: object
    tables: tuple
    tree: tuple


class Program:
    """A migrate command and the folder and database that it gets for one case."""

    def __init__(self, path, version):
        self.path = path
        self.version = version


class Databases:
    """Empty databases to be used again: making one costs 7 MB of files, emptying one nearly nothing."""

    EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE name name; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
    EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
END $$;"""

    def __init__(self, cluster, count):
        self.cluster = cluster
        self.free = queue.SimpleQueue()
        for number in range(count):
            name = f"case{number:03}"
            cluster.create_database(name)
            self.free.put(name)

    @contextlib.contextmanager
    def one(self):
        name = self.free.get(timeout=10 * CASE_SECONDS)
        try:
            self.cluster.sql(name, self.EMPTY)
            yield name
        finally:
            self.free.put(name)


class Session:
    """A running program, as a case's `drive` function sees it."""

    def __init__(self, process, world):
        self.process = process
        self.world = world
        self.seen = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while chunk := os.read(self.process.stderr.fileno(), 65536):
            self.seen += chunk

    def send(self, number):
        self.process.send_signal(number)

    def write(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait(self, condition, what):
        deadline = time.monotonic() + 20
        while not condition():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"not seen: {what}; standard error so far: {self.seen.decode()}")
            time.sleep(0.02)

    def wait_for_text(self, text):
        self.wait(lambda: text.encode() in self.seen, repr(text))

    def wait_until_migrating(self):
        self.wait(lambda: self.world.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                                         " AND state = 'active' AND pid <> pg_backend_pid()"
                                         " AND query LIKE '%FROM gate%'"), "the gated migration")

    def wait_until_connected(self):
        self.wait(lambda: self.world.sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                                         " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                                         " AND application_name <> 'holder'"), "a connection")

    def open_gate(self):
        self.world.sql("INSERT INTO gate DEFAULT VALUES")

    def finish(self):
        """Ends input, waits for the end, and returns what standard output and standard error held."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        out = self.process.stdout.read()
        self.process.wait(timeout=CASE_SECONDS)
        self._reader.join(timeout=CASE_SECONDS)
        return out, self.seen


class World:
    """The folder and the database of one case for one program."""

    def __init__(self, case, program, cluster, database, folder):
        self.case = case
        self.program = program
        self.cluster = cluster
        self.cwd = folder
        self.database = database
        text = " ".join(case.argv) + " ".join(case.env.values())
        self.has_database = "url}" in text or bool(case.before) or bool(case.sql)
        self.url = cluster.url(self.database)

    def prepare(self, reference):
        """Makes files and database; `reference` is the golang-migrate that runs the case's `before`."""
        folder = self.cwd / "m"
        folder.mkdir(parents=True)
        for name, what in self.case.files.items():
            make_file(folder / name, what)
        if self.case.unprivileged and os.geteuid() == 0:
            give_to(self.cwd, unprivileged_user())
        for command in self.case.before:
            done = subprocess.run([reference, "-path", "m", "-database", self.url, *command.split()], cwd=self.cwd,
                                  env=self.environment(), capture_output=True, timeout=CASE_SECONDS, check=False)
            if done.returncode not in (0, 1):
                raise AssertionError(f"before: {command}: {done.stderr.decode()}")
        if self.case.sql:
            self.sql(self.case.sql)
        self.first_tree = self.tree()

    def environment(self):
        kept = {key: value for key, value in clean_environment().items()
                if key not in ("DATABASE_URL", "MIGRATIONS_PATH", "NO_COLOR", "TZ")}
        return {**kept, "HOME": str(self.cwd), "TZ": "UTC",
                **{key: self.fill(value) for key, value in self.case.env.items()}}

    def fill(self, text):
        other = self.url.replace("postgres:", "{}:", 1)
        for name, value in (("{url}", self.url), ("{dead}", DEAD_URL), ("{cwd}", str(self.cwd)),
                            ("{port}", str(self.cluster.port)),
                            ("{pgx5_url}", other.format("pgx5")), ("{pgx_url}", other.format("pgx"))):
            text = text.replace(name, value)
        return text

    def sql(self, text):
        return self.cluster.sql(self.database, text)

    def start(self):
        options = {}
        path = self.program.path
        if self.case.unprivileged and os.geteuid() == 0:
            user = unprivileged_user()
            path = self.copy_for_everybody()
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        # exec keeps the name that golang-migrate is called by, so that no text shows where it was built.
        return subprocess.Popen([path, *map(self.fill, self.case.argv)], cwd=self.cwd, env=self.environment(),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                restore_signals=True, **options)

    def copy_for_everybody(self):
        """A copy of the program, with the libraries beside it, where an ordinary user may run it."""
        program = pathlib.Path(self.program.path)
        folder = self.cwd.parent / "bin"
        folder.mkdir()
        if (program.parent.parent / "lib").is_dir():
            shutil.copytree(program.parent.parent / "lib", self.cwd.parent / "lib", symlinks=True)
        # Done by a child: a descriptor of our own, open for writing, would reach the children that other threads start
        # meanwhile, and Linux runs no file that is open for writing (execve(2), ETXTBSY).
        subprocess.run(["cp", program, folder], check=True)
        return folder / program.name

    @contextlib.contextmanager
    def locked(self):
        """Inside, another session holds golang-migrate's lock of this database, if the case wants it."""
        if not self.case.hold_lock:
            yield
            return
        holder = subprocess.Popen([find_psql(), "-X", "-q", "-d", self.url], stdin=subprocess.PIPE, text=True,
                                  stdout=subprocess.DEVNULL, env={**clean_environment(), "PGAPPNAME": "holder"})
        try:
            key = f"public\0schema_migrations\0/{self.database}".encode()
            holder.stdin.write(f"SELECT pg_advisory_lock({zlib.crc32(key) * 1486364155 % 2**32});\n")
            holder.stdin.flush()
            deadline = time.monotonic() + 20
            while not self.sql("SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype ="
                               " 'advisory' AND granted AND datname = current_database()"):
                if time.monotonic() > deadline:
                    raise AssertionError("the other session did not get the lock")
                time.sleep(0.02)
            yield
        finally:
            holder.stdin.close()
            holder.wait(timeout=CASE_SECONDS)

    def run(self):
        with self.locked():
            return self.run_unlocked()

    def run_unlocked(self):
        process = self.start()
        watchdog = threading.Timer(CASE_SECONDS, process.kill)
        watchdog.start()
        try:
            if self.case.drive:
                session = Session(process, self)
                self.case.drive(session)
                out, err = session.finish()
            else:
                out, err = process.communicate(self.case.stdin.encode())
        finally:
            if not watchdog.is_alive():
                raise AssertionError(f"no end after {CASE_SECONDS} s")
            watchdog.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
        row, tables = self.look()
        return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), row, tables,
                      tuple(sorted(set(self.tree()) - set(self.first_tree))))

    def look(self):
        """The version table's rows, or "absent", and the names of everything else that is there."""
        if not self.has_database:
            return "no database", ()
        # One psql for both; query_to_xml is not planned while the table is missing.
        rows = self.sql("SELECT 1, CASE WHEN to_regclass('public.schema_migrations') IS NULL THEN 'absent' ELSE"
                        " query_to_xml('SELECT version, dirty FROM public.schema_migrations', true, false, '')::text END"
                        " UNION ALL SELECT 2, n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n"
                        " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'S', 'i')"
                        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 2")
        version_rows = rows[0][1]
        if version_rows != "absent":
            version_rows = [(int(version), dirty == "true") for version, dirty in re.findall(
                r"<version>(-?\d+)</version>\s*<dirty>(\w+)</dirty>", version_rows)]
        names = [name for _, name in rows[1:]]
        return version_rows, tuple(name for name in names if not MADE_BY_OURS.search(name))

    def tree(self):
        """Every file below the folder with its size and permission bits."""
        return tuple(sorted(f"{path.relative_to(self.cwd)} {path.lstat().st_size if path.is_file() else '-'}"
                            f" {path.lstat().st_mode & 0o7777:o}" for path in self.cwd.rglob("*")))


def make_file(path, what):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(what, Link):
        path.symlink_to(what.target)
    elif isinstance(what, Folder):
        path.mkdir()
    elif isinstance(what, Mode):
        path.write_text(what.text)
        path.chmod(what.bits)
    elif isinstance(what, bytes):
        path.write_bytes(what)
    else:
        path.write_text(what)


def unprivileged_user():
    return pwd.getpwnam("nobody")


def give_to(folder, user):
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def end_of(code):
    """How a process ended, in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
