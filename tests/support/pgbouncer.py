# SPDX-License-Identifier: MIT
"""A private PgBouncer in front of a private server: made, started, stopped and removed by the test itself.

    with Cluster(find_bindir("15")) as cluster, PgBouncer(cluster, "transaction") as pooler:
        url = pooler.url("shop")

Debian's program, never its service. Its folder lies in the server's own one and goes with it.
"""

import os
import pathlib
import shutil
import subprocess
import time

from cluster import clean_environment
from private_server import ServerError, die_with_parent, free_port, listens, server_user

START_SECONDS = 20
STOP_SECONDS = 20
PLACES = ("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer")


def find_pgbouncer():
    found = shutil.which("pgbouncer") or next((place for place in PLACES if os.access(place, os.X_OK)), None)
    if found is None:
        raise ServerError("no pgbouncer; install it with: tools/install_packages test")
    return found


class PgBouncer:
    """One pooler on 127.0.0.1 that lets the named users in without a password, for every database of the server."""

    def __init__(self, cluster, pool_mode, pool_size=20, users=("postgres",), **settings):
        self.cluster = cluster
        self.settings = {"pool_mode": pool_mode, "default_pool_size": pool_size, **settings}
        self.users = users
        self.port = 0
        self.folder = None
        self._process = None

    def __enter__(self):
        for attempt in range(5):
            self.port = free_port()
            self._create()
            try:
                self._start()
                return self
            except ServerError:
                self.close()
                # Somebody else may have taken the port in between.
                if attempt == 4:
                    raise
        return self

    def __exit__(self, *_exception):
        self.close()

    @property
    def log_path(self):
        return self.folder / "log"

    def log_text(self):
        return self.log_path.read_text(errors="replace")

    def _create(self):
        self.folder = pathlib.Path(self.cluster.base) / f"pgbouncer-{self.port}"
        self.folder.mkdir(mode=0o755)
        users = self.folder / "users"
        users.write_text("".join(f'"{user}" ""\n' for user in self.users))
        settings = {"listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "", "auth_type": "trust",
                    "auth_file": users, **self.settings}
        lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (self.folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={self.cluster.port}\n[pgbouncer]\n{lines}")

    def _start(self):
        options = {}
        user = server_user()
        if user is not None:  # pgbouncer refuses root, as the server does
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen([find_pgbouncer(), "-q", str(self.folder / "ini")], cwd="/",
                                             env=clean_environment(), stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, start_new_session=True, preexec_fn=die_with_parent,
                                             **options)
        deadline = time.monotonic() + START_SECONDS
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"pgbouncer did not start:\n{self.log_text()}")
            time.sleep(0.02)

    def close(self):
        """Stops and removes it; may be called again."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def url(self, db, user="postgres", **params):
        """A postgres:// URL through the pooler."""
        direct = self.cluster.url(db, user, **params)
        return direct.replace(f":{self.cluster.port}/", f":{self.port}/", 1)
