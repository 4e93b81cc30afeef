# SPDX-License-Identifier: MIT
"""No session, no secret: every way a connection can fail gives one clear error and never shows the password."""

import socket
import threading
import time
import unittest

from engine import EngineTest
from private_server import free_port

PASSWORD = "s3cr3t/p@ss:w%rd"
ENCODED = "s3cr3t%2Fp%40ss%3Aw%25rd"


class Connection(EngineTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster.sql("postgres", f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'; CREATE ROLE tls_only LOGIN;"
                                    "CREATE ROLE barred LOGIN;")
        rules = cls.cluster.data / "pg_hba.conf"
        rules.write_text("host all guarded all md5\nhostnossl all tls_only all reject\nhost all barred all reject\n"
                         + rules.read_text())
        cls.cluster.sql("postgres", "SELECT pg_reload_conf();")
        # The reload takes a moment; a barred role that is refused shows that it is done.
        deadline = time.monotonic() + 20
        while cls.cluster.psql("postgres", ["-h", "127.0.0.1", "-c", "SELECT 1"], user="barred").returncode == 0:
            if time.monotonic() > deadline:
                raise AssertionError("the server does not take its new rules")
            time.sleep(0.05)

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (id int);")

    def guarded(self, password=ENCODED, database=None, port=None, host="127.0.0.1", query="sslmode=disable",
                scheme="postgres"):
        return (f"{scheme}://guarded:{password}@{host}:{port or self.cluster.port}/{database or self.database}"
                f"?{query}")

    def fails_safely(self, url, *arguments, secret="s3cr3t", **options):
        result = self.fails(*(arguments or ("up",)), url=url, **options)
        for text in (secret, PASSWORD, ENCODED, "p@ss", "p%40ss"):
            self.assertNotIn(text, result.err)
        self.assertTrue(result.err.startswith("error: "), result.err)
        self.assertEqual(result.err.count("error: "), 1, result.err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))
        return result.err

    def test_right_password_with_reserved_characters(self):
        self.sql("GRANT ALL ON SCHEMA public TO guarded;")
        self.done("up", url=self.guarded())
        self.assertEqual(self.row(), (1, False))
        self.sql("DROP TABLE a, schema_migrations, schema_migrations_history;"
                 " REVOKE ALL ON SCHEMA public FROM guarded;")

    def test_wrong_password(self):
        for scheme in ("postgres", "postgresql", "pgx", "pgx5"):
            for password in ("s3cr3t", ENCODED + "x"):
                text = self.fails_safely(self.guarded(password, scheme=scheme))
                self.assertIn('password authentication failed for user "guarded"', text)
                self.assertIn("next: ", text)

    def test_missing_password(self):
        text = self.fails_safely(self.cluster.url(self.database, "guarded"))
        self.assertIn("password", text)

    def test_no_server(self):
        port = free_port()
        text = self.fails_safely(self.guarded(port=port))
        self.assertTrue(text.startswith(f"error: dial tcp 127.0.0.1:{port}: connect: connection refused\n"), text)
        self.assertIn("next: check DATABASE_URL and that the server is running", text)

    def test_no_socket(self):
        url = f"postgres://guarded:{ENCODED}@/{self.database}?host={self.folder}&sslmode=disable"
        text = self.fails_safely(url)
        self.assertIn("no such file or directory", text)

    def test_host_that_has_no_address(self):
        self.assertIn("no such host", self.fails_safely(self.guarded(host="nowhere.invalid")))

    def test_missing_database(self):
        text = self.fails_safely(self.cluster.url("missing one"))
        self.assertIn('pq: database "missing one" does not exist', text)

    def test_missing_role(self):
        self.assertIn('role "nobody at all" does not exist',
                      self.fails_safely(self.cluster.url(self.database, "nobody at all")))

    def test_role_that_is_rejected(self):
        self.assertIn("rejects connection", self.fails_safely(self.cluster.url(self.database, "barred")))

    def test_tls_is_demanded_by_default_and_the_server_has_none(self):
        for scheme in ("postgres", "postgresql"):
            for query in ("", "sslmode=require", "sslmode=verify-full"):
                text = self.fails_safely(self.guarded(query=query, scheme=scheme))
                if "verify" not in query:
                    self.assertTrue(text.startswith("error: pq: SSL is not enabled on the server\n"), text)
                    self.assertIn("sslmode=disable", text)

    def test_pgx_schemes_do_without_tls_by_default(self):
        for scheme in ("pgx", "pgx4", "pgx5"):
            url = f"{scheme}://postgres@127.0.0.1:{self.cluster.port}/{self.database}"
            self.assertEqual(self.fails("version", url=url).err, "error: no migration\n")

    def test_server_that_demands_tls(self):
        text = self.fails_safely(self.cluster.url(self.database, "tls_only"))
        self.assertRegex(text, "pg_hba.conf rejects connection .*(no encryption|SSL off)")

    def test_urls_that_do_not_parse(self):
        for url, words in ((f"postgres://guarded:{ENCODED}@127.0.0.1:port/db", "port"),
                           (f"postgres://guarded:{ENCODED}@127.0.0.1:99999999/db", ""),
                           ("postgres://guarded:s3cr3t%zz@127.0.0.1/db", "invalid"),
                           (f"postgres://guarded:{ENCODED}@127.0.0.1/db%zz", "invalid URL escape"),
                           (f"postgres://guarded:{ENCODED}@[::1/db", ""),
                           (f"://guarded:{ENCODED}@127.0.0.1/db", ""),
                           (f"mongo://guarded:{ENCODED}@127.0.0.1/db", "unknown driver mongo (forgotten import?)"),
                           (f"guarded:{ENCODED}@127.0.0.1/db", ""),
                           (f"{ENCODED}", "no scheme"),
                           (f"postgres://guarded:{PASSWORD}@127.0.0.1/db", ""),
                           (f"postgres://guarded:{ENCODED}@ 127.0.0.1/db", "")):
            with self.subTest(url=url):
                self.assertIn(words, self.fails_safely(url))

    def test_parameters_with_bad_values(self):
        for query, words in (("sslmode=maybe", 'unsupported sslmode "maybe"'),
                             ("x-multi-statement=yes", "x-multi-statement"),
                             ("x-statement-timeout=soon", 'strconv.Atoi: parsing "soon": invalid syntax'),
                             ("x-retry-for=10", 'x-retry-for: time: missing unit in duration "10"'),
                             ("x-statement-timeout=-5", ""),
                             ("x-migrations-table=mig&x-migrations-table-quoted=true", "must be quoted"),
                             ("x-history=perhaps", "x-history"),
                             ("client_encoding=LATIN1", "client_encoding must be absent or 'UTF8'"),
                             ("connect_timeout=soon", "connect_timeout"),
                             ("sslmode=disable&nonsense=1", 'unrecognized configuration parameter "nonsense"'),
                             ("sslmode=disable&password=s3cr3tx", "password authentication failed")):
            with self.subTest(query=query):
                url = self.guarded(query=query if "sslmode" in query else f"sslmode=disable&{query}")
                if "nonsense" in query:
                    url = url.replace(f"guarded:{ENCODED}", "postgres")
                elif "password" in query:
                    url = url.replace(f":{ENCODED}", "")
                self.assertIn(words, self.fails_safely(url))

    def test_no_database_and_no_path(self):
        result = self.fails("up", url="")
        self.assertTrue(result.err.startswith("error: URL cannot be empty\n"), result.err)
        self.assertIn("DATABASE_URL", result.err)

    def test_database_url_of_the_environment(self):
        self.fails_safely("", environment={"DATABASE_URL": self.guarded("s3cr3t")})
        self.done("up", url="", environment={"DATABASE_URL": self.url()})
        self.assertEqual(self.row(), (1, False))
        self.fails("up", environment={"DATABASE_URL": self.url()}, url=self.guarded("s3cr3t"))

    def test_server_that_never_answers_is_left_after_the_connect_timeout(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            start = time.monotonic()
            text = self.fails_safely(self.guarded(port=silent.getsockname()[1],
                                                  query="sslmode=disable&connect_timeout=1"))
        self.assertLess(time.monotonic() - start, 10)
        self.assertIn("i/o timeout", text)

    def test_something_that_is_no_postgresql(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            def answer():
                peer, _ = other.accept()
                with peer:
                    peer.recv(1000)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            self.fails_safely(self.guarded(port=other.getsockname()[1]))
            thread.join(10)

    def test_server_that_is_gone_in_the_middle_leaves_nothing(self):
        self.up_files("CREATE TABLE a (id int);\nSELECT pg_terminate_backend(pg_backend_pid());")
        text = self.fails_safely(self.url())
        self.assertIn("terminating connection due to administrator command", text)

    def test_server_that_is_gone_in_a_bare_file_leaves_dirty_and_says_so(self):
        self.up_files("CREATE TABLE a (id int);\nSELECT pg_terminate_backend(pg_backend_pid());")
        result = self.fails("up", url=self.url(**{"x-multi-statement": "true"}))
        self.assertEqual((self.row(), self.tables()), ((1, True), ["a"]))
        self.assertIn("marked dirty at version 1", result.err)
        self.assertIn('"migrate up" again', result.err)

    def test_verbose_and_help_show_no_secret(self):
        for flags in (("-verbose",), ("-help",), ("-verbose", "-prefetch", "0")):
            result = self.migrate("up", url=self.guarded("s3cr3t"), flags=flags)
            self.assertNotIn("s3cr3t", result.err + result.out)


if __name__ == "__main__":
    unittest.main()
