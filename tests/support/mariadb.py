# SPDX-License-Identifier: MIT
"""A private MariaDB server for one test: made, started, stopped and removed by the test itself.

    with MariaDb() as server:
        url = server.create_database("shop")
        assert server.sql("shop", "SELECT 1") == [("1",)]

Needs no Python driver: statements go through Debian's own `mariadb` client. Only Linux (it reads /proc). The user
`m` may do everything, from everywhere and without a password; `root` is the same on the Unix socket.
"""

import os
import re
import signal
import subprocess
import urllib.parse

from mariadb_tls import make_certificates
from private_server import SQL_SECONDS, PrivateServer, ServerError, SqlError, die_with_parent, listens, quoted
from session import MARK, Session

PLACES = ("/usr/bin", "/usr/sbin", "/usr/libexec")
USER = "m"

# SIGKILL leaves the kernel its caches, so a commit needs no fsync to outlive it. The doublewrite buffer stays: a
# killed server may leave a page written in part. A server for tests needs no more memory than this.
SETTINGS = {
    "bind_address": "127.0.0.1",
    "skip_name_resolve": "ON",
    "innodb_flush_method": "nosync",
    "debug_no_sync": "ON",
    "innodb_flush_log_at_trx_commit": "2",
    "innodb_buffer_pool_size": "32M",
    "innodb_log_file_size": "16M",
    "innodb_stats_persistent": "OFF",
    "performance_schema": "OFF",
    "character_set_server": "utf8mb4",
    "default_time_zone": "+00:00",
    "max_connections": "150",
}


def find_program(name):
    """mariadbd and mariadb-install-db are in Debian's mariadb-server-core, mariadb in mariadb-client-core."""
    for folder in (*os.environ.get("PATH", "").split(os.pathsep), *PLACES):
        if folder and os.access(os.path.join(folder, name), os.X_OK):
            return os.path.join(folder, name)
    raise ServerError(f"no {name}; install it with: tools/install_packages test")


def clean_environment():
    """The caller's MYSQL_… and MARIADB_… variables must reach neither the server nor its clients."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MYSQL", "MARIADB"))}
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}


def unescaped(value):
    """A value as the client's batch form writes it; it writes the text NULL and NULL alike."""
    if value == "NULL":
        return None
    return re.sub(r"\\([ntr0\\])", lambda found: {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(found[1], found[1]), value)


def identifier(name):
    return "`" + name.replace("`", "``") + "`"


def string(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class MariaDb(PrivateServer):
    prefix = "aether-my-"
    folders = ("data", "s", "tmp")
    start_seconds = 180  # on a busy machine the installation alone takes a minute
    port_taken = "Address already in use"
    environment = staticmethod(clean_environment)

    def __init__(self, name="t", settings=None, tls=False):
        super().__init__(name, {**SETTINGS, **(settings or {})})
        self._tls = tls

    @property
    def socket_path(self):
        """Short enough for the kernel, which allows 107 bytes."""
        return self.socket_dir / "socket"

    @property
    def certificates(self):
        """ca.pem, server.pem and server.key, client.pem and client.key; only with TLS."""
        return self.base / "tls"

    @property
    def pid(self):
        return self._process.pid

    def _run_as_server(self, command, **options):
        return super()._run_as_server(command, preexec_fn=die_with_parent, **options)

    def _install(self):
        if self._tls:
            make_certificates(self.certificates, self._user)
        # Without the test database there is no anonymous user either, which would shadow `m` on this host.
        self._install_by(
            find_program("mariadb-install-db"), "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
            "--auth-root-authentication-method=normal", f"--tmpdir={self.base / 'tmp'}", "--innodb-flush-method=nosync",
            "--debug-no-sync", f"--innodb-log-file-size={self.settings['innodb_log_file_size']}")

    def _furnish(self):
        # Over TCP everybody but 'root'@'127.0.0.1' comes from '%', and so does `m` on the socket.
        self.sql("mysql", f"CREATE USER {USER}@'%'; GRANT ALL ON *.* TO {USER}@'%' WITH GRANT OPTION;", user="root")

    def _write_settings(self):
        settings = {**self.settings, "port": self.port, "socket": self.socket_path, "datadir": self.data,
                    "tmpdir": self.base / "tmp", "pid_file": self.socket_dir / "pid"}
        if self._tls:
            settings.update(ssl_ca=self.certificates / "ca.pem", ssl_cert=self.certificates / "server.pem",
                            ssl_key=self.certificates / "server.key")
        lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (self.base / "server.cnf").write_text(f"[mariadbd]\n{lines}")

    def _command(self):
        return [find_program("mariadbd"), f"--defaults-file={self.base / 'server.cnf'}"]

    def _is_ready(self, seen):
        return "ready for connections" in self.log_text()[seen:]

    def stop(self):
        """Stops the server as SIGTERM does: sessions are ended, nothing is lost."""
        self._stop_by(signal.SIGTERM)

    def restart(self):
        """Kills the server and starts it again."""
        self.kill9()
        self.start()

    def url(self, db="mysql", user=USER, password=None, **params):
        """golang-migrate's mysql:// form over TCP; every part may hold any character but a database's slash."""
        return self._dsn(f"tcp(127.0.0.1:{self.port})", db, user, password, params)

    def socket_url(self, db="mysql", user=USER, password=None, **params):
        """The same over the Unix socket."""
        return self._dsn(f"unix({self.socket_path})", db, user, password, params)

    @staticmethod
    def _dsn(address, db, user, password, params):
        secret = "" if password is None else ":" + quoted(password)
        query = "?" + urllib.parse.urlencode(params, quote_via=urllib.parse.quote) if params else ""
        return f"mysql://{quoted(user)}{secret}@{address}/{db}{query}"

    def create_database(self, name):
        """Makes an empty database and returns its TCP URL."""
        self.sql("mysql", f"CREATE DATABASE {identifier(name)}")
        return self.url(name)

    def drop_database(self, name):
        self.sql("mysql", f"DROP DATABASE IF EXISTS {identifier(name)}")

    def create_user(self, name, *grants, password=""):
        """Makes a user; a grant is what stands between GRANT and TO: "SELECT ON shop.*". None: may only connect."""
        account = f"{string(name)}@'%'"
        texts = [f"CREATE OR REPLACE USER {account} IDENTIFIED BY {string(password)}"]
        texts += [f"GRANT {grant} TO {account}" for grant in grants]
        self.sql("mysql", "; ".join(texts))

    def client_command(self, user=USER, database=None):
        """The `mariadb` client on the socket, for statements on its standard input and rows on its output."""
        return [find_program("mariadb"), "--no-defaults", f"--socket={self.socket_path}", f"--user={user}", "--batch",
                "--skip-column-names", "--default-character-set=utf8mb4", *([f"--database={database}"] if database else [])]

    def client(self, db, text, user=USER, args=()):
        """Runs the real client with these statements; text in, text out, nothing raised."""
        return subprocess.run([*self.client_command(user, db), *args], input=text, capture_output=True, text=True,
                              cwd="/", env=clean_environment(), timeout=SQL_SECONDS, check=False)

    def sql(self, db, text, user=USER):
        """All rows of all results, as tuples of str or None; each statement commits by itself."""
        done = self.client(db, text, user)
        if done.returncode != 0:
            raise SqlError(done.stderr)
        return [tuple(unescaped(value) for value in line.split("\t")) for line in done.stdout.split("\n")[:-1]]

    def session(self, db, user=USER):
        """A session that stays open; the caller closes it."""
        return Session([*self.client_command(user, db), "--unbuffered", "--force"], f"SELECT '{MARK}';",
                       env=clean_environment(), preexec_fn=die_with_parent)

    def own_end(self):
        """The exit code of a server that nobody here stopped; None while it runs."""
        return self._process.poll() if self._process is not None else None

    def answers(self):
        """Whether somebody listens on the port."""
        return listens(self.port)
