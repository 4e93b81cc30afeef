# SPDX-License-Identifier: MIT
"""What Aether's server answers while it serves."""

import html.parser
import json
import re
import socket
import unittest

from serving import MigratedDatabase, Proxy, ServerTest, wait_until


class Page(html.parser.HTMLParser):
    """The elements of a page with their attributes, its text, and which element was never closed."""

    VOID = {"meta", "path", "rect", "br", "link"}

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.texts = []
        self.open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes another element")

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag, **attributes):
        return [found for name, found in self.elements
                if name == tag and all(found.get(key) == value for key, value in attributes.items())]


class HttpTest(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.database = MigratedDatabase()

    def setUp(self):
        self.serving = self.server(self.database.url, LOG_LEVEL="debug").serve()

    def test_health_is_the_documented_answer(self):
        answer = self.serving.ask("/health")

        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json), ["status", "timestamp"])
        self.assertEqual(answer.json["status"], "ok")
        self.assertRegex(answer.json["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_the_schema_is_told_as_data(self):
        schema = self.serving.ask("/schema").json

        self.assertEqual((schema["version"], schema["dirty"], schema["standing"], schema["newest"], schema["pending"]),
                         (42, False, "up_to_date", 42, []))
        self.assertEqual([entry["version"] for entry in schema["history"]], list(range(42, 0, -1)))
        first = schema["history"][-1]
        self.assertEqual((first["title"], first["event"], first["leads_to"]), ("create_webhook_events", "applied", 1))
        self.assertRegex(first["checksum"], "^[0-9a-f]{64}$")

    def test_readiness_follows_the_schema(self):
        database = MigratedDatabase()
        serving = self.server(database.url).serve()
        self.assertTrue(serving.is_ready())

        for change, error in (("UPDATE schema_migrations SET version = 41", "migration 42 is missing"),
                              ("UPDATE schema_migrations SET version = 42, dirty = true", "version 42, dirty"),
                              ("DROP TABLE schema_migrations", "migration 1 is missing")):
            with self.subTest(change=change):
                database.sql(change)
                wait_until(lambda: not serving.is_ready(), change)
                self.assertIn(error, wait_until(
                    lambda: error in (answer := serving.ask("/ready")).text and answer, error).json["error"])

    def test_readiness_follows_the_database_and_health_does_not(self):
        with Proxy(self.database.cluster.port) as proxy:
            serving = self.server(proxy.url(self.database.url)).serve()
            proxy.refuse()
            wait_until(lambda: not serving.is_ready(), "503 without a database")
            self.assertEqual(serving.ask("/health").status, 200)
            self.assertEqual(serving.ask("/ready").headers["Retry-After"], "1")

            proxy.accept()

            wait_until(serving.is_ready, "200 with the database again")

    def test_paths_and_methods_that_are_not_there_say_so(self):
        for method, path, status in (("GET", "/nothing", 404), ("POST", "/nothing", 404), ("POST", "/health", 405),
                                     ("DELETE", "/schema", 405), ("PUT", "/", 405), ("GET", "/schema/", 404)):
            with self.subTest(method=method, path=path):
                answer = self.serving.ask(path, method, body="x" if method in ("POST", "PUT") else None)

                self.assertEqual(answer.status, status)
                self.assertIn("error", answer.json)
                self.assertEqual(answer.headers["Allow"], "GET, HEAD" if status == 405 else None)

    def test_head_is_get_without_a_body(self):
        for path in ("/health", "/ready", "/schema", "/"):
            answer = self.serving.ask(path, "HEAD")

            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertGreater(int(answer.headers["Content-Length"]), 0)

    def test_large_and_broken_requests_are_refused_and_the_server_goes_on(self):
        self.assertEqual(self.serving.ask("/health", "POST", body="x" * 100_000).status, 413)
        for text in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.serving.port), timeout=20) as connection:
                connection.sendall(text)
                self.assertNotIn(b"200", connection.recv(100))

        self.assertEqual(self.serving.ask("/health").status, 200)

    def test_every_line_of_the_log_is_one_object(self):
        self.serving.ask("/health")

        record = self.serving.wait_for("request")

        self.assertEqual(list(record), ["time", "level", "event", "message", "status"])
        self.assertEqual((record["message"], record["status"]), ("GET /health", 200))
        for line in self.serving.log_text().splitlines():
            self.assertIsInstance(json.loads(line), dict)

    def test_the_page_shows_history_and_tables_and_loads_nothing(self):
        answer = self.serving.ask("/")
        page = Page(answer.text)

        self.assertEqual(page.open, [])
        self.assertEqual(len(page.all("g", **{"class": "table"})), 35)
        self.assertEqual(len(page.all("path", **{"class": "link"})), 52)
        self.assertEqual(len(page.all("details")), 35)
        self.assertEqual(len(page.all("time")), 42)
        self.assertEqual([section["id"] for section in page.all("section")],
                         ["entities", "history", "tables"])
        self.assertIn("vehicle of Aether's schema", "".join(page.texts))
        for _, attributes in page.elements:
            self.assertNotIn("src", attributes)
            self.assertIn(attributes.get("href", "/schema"), ("/schema",))
        self.assertNotIn("style", {key for _, attributes in page.elements for key in attributes})

    def test_the_page_runs_its_own_script_alone(self):
        first, second = self.serving.ask("/"), self.serving.ask("/")

        policy = first.headers["Content-Security-Policy"]
        [nonce] = set(re.findall(r"'nonce-([0-9a-f]{32})'", policy))
        self.assertTrue(policy.startswith("default-src 'none'; "))
        self.assertEqual(first.text.count(f'nonce="{nonce}"'), 2)
        self.assertNotIn(nonce, second.text)

    def test_names_in_the_database_are_text_on_the_page(self):
        database = MigratedDatabase()
        database.sql("CREATE TABLE \"<script>alert('x')</script>\" (\"<b>\" int PRIMARY KEY);"
                     "COMMENT ON TABLE \"<script>alert('x')</script>\" IS '</svg><i>'")

        text = self.server(database.url).serve().ask("/").text

        self.assertIn("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;", text)
        self.assertNotIn("<script>alert", text)
        self.assertNotIn("<i></", text.replace("<i>or null</i>", ""))
        self.assertEqual(Page(text).open, [])


if __name__ == "__main__":
    unittest.main()
