# SPDX-License-Identifier: MIT
"""Aether's migrations guide, replayed: each of its commands as printed, with our migrate in PATH.

guide_commands.txt holds the guide's command lines by section. With AETHER_GUIDE naming the guide's text, a test
also compares the two, so that a line that is new in the guide cannot be forgotten.
"""

import os
import pathlib
import re
import unittest

from aether import COUNT, Database, GowayTest, copy_of_goway, differences, new_folder, programs_folder, run
from private_server import free_port

COMMANDS = pathlib.Path(__file__).with_name("guide_commands.txt")
EXEMPT = {
    "brew install golang-migrate": "installs golang-migrate",
    "curl -L https://github.com/golang-migrate/migrate/releases/download/v4.17.0/migrate.linux-amd64.tar.gz"
    " | tar xvz": "installs golang-migrate",
    "sudo mv migrate /usr/local/bin/": "installs golang-migrate",
    "go install -tags 'postgres' github.com/golang-migrate/migrate/v4/cmd/migrate@latest": "installs golang-migrate",
    "docker-compose up -d postgres": "starts docker; compose_test.py checks the file",
    "docker-compose ps": "looks at docker",
}
COMMAND_WORDS = ("brew", "cd", "curl", "docker-compose", "echo", "go", "ls", "make", "migrate", "psql", "SELECT",
                 "sudo")
USER_PREFERENCES = {
    "up": """CREATE TABLE user_preferences (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    theme VARCHAR(20) DEFAULT 'light',
    notifications_enabled BOOLEAN DEFAULT true,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW()
);

CREATE INDEX idx_user_preferences_user_id ON user_preferences(user_id);
""",
    "down": """DROP INDEX IF EXISTS idx_user_preferences_user_id;
DROP TABLE IF EXISTS user_preferences;
""",
}


def sections():
    """Section to its command lines, in the guide's order."""
    found = {}
    for line in COMMANDS.read_text().splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line:
            lines.append(line)
    return found


class GuideTest(GowayTest):
    def setUp(self):
        self.database = Database()
        self.parent = copy_of_goway()
        self.goway = self.parent / "goway"
        self.variables = {"DATABASE_URL": self.database.url, "MIGRATIONS_PATH": "migrations",
                          "PATH": f"{programs_folder()}:{os.environ['PATH']}"}

    def shell(self, line, folder=None, stdin=""):
        return run(["bash", "-c", line], cwd=folder or self.goway, variables=self.variables, stdin=stdin)

    def replay(self, section, folder=None):
        """Runs the section's lines one by one and yields each with its result, once it has succeeded."""
        folder = folder or self.goway
        lines = [line for line in sections()[section] if line not in EXEMPT]
        while lines:
            line = lines.pop(0)
            if line.startswith("cd "):
                folder = folder / line.removeprefix("cd ")
                continue
            # What psql is to read stands in the line after it.
            stdin = lines.pop(0) if lines and lines[0].startswith("SELECT") else ""
            yield line, self.assert_done(self.shell(line, folder, stdin), what=line)

    def migrations(self):
        return sorted(path.name for path in (self.goway / "migrations").iterdir())

    def test_basic_commands(self):
        up, down, version = self.replay("Basic Commands", self.parent)

        self.assertEqual(len(re.findall(r"^\d+/u \w+ \(\S+\)$", up[1].stderr, re.MULTILINE)), COUNT)
        self.assertRegex(down[1].stderr, r"(?m)^42/d link_mcp_servers_to_tools_and_agents \(\S+\)$")
        self.assertEqual(version[1].stderr, "41\n")

    def test_creating_a_migration(self):
        before = self.migrations()

        [(_, done)] = self.replay("Generate Migration Files", self.parent)

        made = ["000043_your_migration_name.down.sql", "000043_your_migration_name.up.sql"]
        self.assertEqual(self.migrations(), sorted(before + made))
        for name in made:
            path = self.goway / "migrations" / name
            self.assertEqual(path.read_bytes(), b"")
            self.assertIn(f"{path.resolve()}\n", done.stderr)

    def test_the_development_loop(self):
        self.assert_done(self.shell("make migrate-up"))
        versions = []
        for line, _ in self.replay("Development"):
            if line.startswith("migrate create"):
                stem = self.goway / "migrations" / "000043_add_feature_x"
                stem.with_suffix(".up.sql").write_text("CREATE TABLE feature_x ();\n")
                stem.with_suffix(".down.sql").write_text("DROP TABLE feature_x;\n")
            versions.append(self.database.version()[0])

        self.assertEqual(versions, [42, 43, 42, 43])

    def test_the_example_runs_under_the_number_that_create_gives(self):
        self.assert_done(self.shell("make migrate-up"))
        self.database.sql("CREATE TABLE users (id uuid PRIMARY KEY)")
        before = self.database.catalog()

        self.assert_done(self.shell("migrate create -ext sql -dir migrations -seq add_user_preferences"))
        for direction, text in USER_PREFERENCES.items():
            (self.goway / "migrations" / f"000043_add_user_preferences.{direction}.sql").write_text(text)
        self.assert_done(self.shell("make migrate-up"))
        self.database.sql("INSERT INTO users SELECT gen_random_uuid();"
                          "INSERT INTO user_preferences (user_id) SELECT id FROM users")
        self.assert_done(self.shell("make migrate-down"))

        self.assertEqual(self.database.version(), (42, False))
        self.assert_same_catalog(before, self.database.catalog(), "the example up and down")

    def test_a_dirty_database_says_so_and_is_repaired_by_force(self):
        self.assert_done(self.shell("migrate -path migrations -database \"$DATABASE_URL\" goto 17"))
        self.database.sql("UPDATE schema_migrations SET dirty = true")

        refused = self.shell("make migrate-up")
        versions = []
        for line, done in self.replay("Dirty Database State"):
            if line.startswith("psql"):
                self.assertRegex(done.stdout, r"\n *17 \| t *\n")
            versions.append(self.database.version())

        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("error: Dirty database version 17. Fix and force version.", refused.stderr)
        self.assertEqual(versions, [(17, True), (17, False), (16, False)])
        self.assert_done(self.shell("make migrate-up"))
        self.assertEqual(self.database.version(), (42, False))

    def test_missing_migrations_say_so(self):
        [(_, listed), (_, shown)] = self.replay("Migration Not Found", self.parent)
        self.assertIn("000042_link_mcp_servers_to_tools_and_agents.down.sql", listed.stdout)
        self.assertEqual(shown.stdout, "migrations\n")

        empty, missing = new_folder(), new_folder() / "nowhere"
        for path, arguments in ((missing, "up"), (empty, "up"), (self.goway / "migrations", "goto 99")):
            with self.subTest(path=path.name, arguments=arguments):
                done = self.shell(f"migrate -path {path} -database \"$DATABASE_URL\" {arguments}")

                self.assert_done(done, 1)
                self.assertRegex(done.stderr, r"^error: .*file does not exist")
        self.variables["MIGRATIONS_PATH"] = "nowhere"
        self.assertRegex(self.shell("make migrate-up").stderr, r"^error: .*file does not exist")

    def test_a_refused_connection_says_so(self):
        [(_, shown)] = self.replay("Connection Refused")
        self.assertEqual(shown.stdout, f"{self.database.url}\n")

        port = free_port()
        self.variables["DATABASE_URL"] = f"postgres://postgres:postgres@127.0.0.1:{port}/aether?sslmode=disable"
        done = self.shell("migrate -path migrations -database \"$DATABASE_URL\" version")

        self.assert_done(done, 1)
        self.assertRegex(done.stderr, "^error: .*dial tcp 127.0.0.1:%d: connect: connection refused" % port)
        self.assertNotIn("postgres:postgres", done.stderr)

    def test_an_older_database_is_brought_up_to_date(self):
        self.assert_done(self.shell("migrate -path migrations -database \"$DATABASE_URL\" goto 30"))

        version, up = self.replay("Version Mismatch")

        self.assertEqual(version[1].stderr, "30\n")
        self.assertEqual(len(up[1].stderr.splitlines()), 12)
        self.assertEqual(self.database.version(), (42, False))

    def test_goto_and_down(self):
        versions = []
        for _ in self.replay("Migrate to Specific Version"):
            versions.append(self.database.version())

        self.assertEqual(versions, [(10, False), (5, False)])

    def test_down_5_rolls_five_back_and_does_not_go_to_version_5(self):
        self.assert_done(self.shell("make migrate-up"))

        self.assert_done(self.shell("migrate -path migrations -database \"$DATABASE_URL\" down 5"))

        self.assertEqual(self.database.version(), (37, False))

    def test_reset_leaves_nothing_behind_and_starts_again(self):
        empty = self.database.catalog()
        self.assert_done(self.shell("make migrate-up"))
        full = self.database.catalog()
        for line, _ in self.replay("Reset Database"):
            if line.endswith("drop -f"):
                self.assertEqual(differences(empty, self.database.catalog()), ["+ extension vector"])
                self.assertEqual(self.database.sql("SELECT relname FROM pg_class WHERE relname ~ '^schema_mig'"), [])

        self.assert_same_catalog(full, self.database.catalog(), "migrate-up after drop -f")
        self.assertEqual(self.database.version(), (42, False))

    def test_the_history_table_can_be_read_in_psql(self):
        self.assert_done(self.shell("make migrate-up"))

        [(_, done)] = self.replay("View Migration History")

        self.assertRegex(done.stdout, r"version \| dirty *\n[-+]+\n *42 \| f *\n")

    def test_the_list_of_files_has_all_42(self):
        [(_, done)] = self.replay("Current Migrations", self.parent)

        self.assertEqual(len(done.stdout.splitlines()), COUNT)


class GuideCommandsTest(GowayTest):
    def test_every_section_is_replayed_or_exempt(self):
        source = pathlib.Path(__file__).read_text()

        for section, lines in sections().items():
            with self.subTest(section=section):
                self.assertTrue(f'self.replay("{section}"' in source or set(lines) <= EXEMPT.keys())

    def test_every_exemption_is_a_line_of_the_guide(self):
        lines = {line for lines in sections().values() for line in lines}

        self.assertEqual(EXEMPT.keys() - lines, set())

    @unittest.skipUnless(os.environ.get("AETHER_GUIDE"), "AETHER_GUIDE does not name the guide's text")
    def test_the_list_has_every_command_of_the_guide(self):
        text = pathlib.Path(os.environ["AETHER_GUIDE"]).read_text(encoding="utf-8")
        printed = [line.strip() for line in text.splitlines()
                   if line.strip().split(" ")[0] in COMMAND_WORDS and " " in line.strip()]

        self.assertEqual(printed, [line for lines in sections().values() for line in lines])


if __name__ == "__main__":
    unittest.main()
