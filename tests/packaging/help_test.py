# SPDX-License-Identifier: MIT
"""The manual page and the shells' completions are what the program's help says, and the shells understand them.

    AETHER_MIGRATE=build/release/bin/migrate python3 -m unittest discover -s tests/packaging -p 'help_test.py'
"""

import os
import pty
import re
import select
import subprocess
import time
import unittest

from packages import BUILD, ROOT, environment, fresh_folder, run

PROGRAM = os.environ.get("AETHER_MIGRATE") or BUILD / "bin" / "migrate"
COMPLETIONS = ROOT / "packaging" / "completions"
ANSWER_SECONDS = 60


class ManualTest(unittest.TestCase):
    def test_all_files_are_made_from_the_help_of_this_program(self):
        run(ROOT / "packaging" / "from_help", "--check", PROGRAM)

    def shown(self, name):
        """The page as it is read, without a warning."""
        done = run("man", "--warnings", "--local-file", ROOT / "packaging" / "man" / f"{name}.1",
                   env=environment(MANWIDTH=80, LC_ALL="C.UTF-8"))
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_the_page_of_the_program_tells_its_flags_and_commands(self):
        page = self.shown("migrate")

        self.assertIn("-client-check-interval D", page)
        self.assertIn("repair [-explain] [-applied | -not-applied]", page)

    def test_the_page_of_the_embedding_tool_tells_each_flag_and_file_of_its_help(self):
        shown = self.shown("aether-migrate-embed")
        told = run(BUILD / "bin" / "aether-migrate-embed", "-help").stdout
        words = set(re.findall(r"(?<![\w-])-[a-z]+(?: [A-Z]+)?|aether_migrate_embedded_NAME\.\w+", told))

        self.assertGreaterEqual(len(words), 5)
        for word in words:
            self.assertIn(word, shown)


class BashTest(unittest.TestCase):
    def completed(self, line):
        script = ('source "$1"; COMP_LINE=$2 COMP_POINT=${#2}; _migrate migrate; '
                  '((${#COMPREPLY[@]} == 0)) || printf "%s\\n" "${COMPREPLY[@]}"')
        return run("bash", "--norc", "-c", script, "bash", COMPLETIONS / "migrate.bash", line,
                   cwd=ROOT).stdout.splitlines()

    def test_commands_and_flags_at_the_beginning(self):
        self.assertEqual(self.completed("migrate re"), ["repair"])
        self.assertEqual(self.completed("migrate -path db -lock"), ["-lock-timeout"])
        self.assertIn("scratch", self.completed("migrate "))

    def test_flags_of_the_command_behind_a_url(self):
        self.assertEqual(self.completed("migrate -database postgres://db/app?x-history=false down -a"), ["-all"])
        self.assertEqual(self.completed("migrate scratch st"), ["stop"])

    def test_folders_and_nothing_for_other_values(self):
        self.assertEqual(self.completed("migrate -path packaging/com"), ["packaging/completions"])
        self.assertEqual(self.completed("migrate -database "), [])


class FishTest(unittest.TestCase):
    def completed(self, line):
        script = f"source {COMPLETIONS}/migrate.fish; complete --do-complete '{line}'"
        shell = run("fish", "--no-config", "--command", script, cwd=ROOT,
                    env=environment(HOME=self.home, TERM="dumb"))
        self.assertEqual(shell.stderr, "")
        return [row.split("\t")[0] for row in shell.stdout.splitlines()]

    @classmethod
    def setUpClass(cls):
        cls.home = fresh_folder(cls, "fish")

    def test_commands_and_flags_at_the_beginning(self):
        self.assertEqual(self.completed("migrate re"), ["repair"])
        self.assertEqual(self.completed("migrate -path db -lock"), ["-lock-timeout"])

    def test_flags_of_the_command_behind_a_url(self):
        self.assertEqual(self.completed("migrate -database postgres://db/app down -a"), ["-all"])
        self.assertEqual(self.completed("migrate scratch st"), ["stop"])

    def test_folders(self):
        self.assertIn("packaging/completions/", self.completed("migrate -path packaging/com"))


class ZshTest(unittest.TestCase):
    """zsh completes at its prompt alone: a shell at a terminal of its own."""

    def setUp(self):
        home = fresh_folder(type(self), "zsh")
        self.terminal, other = pty.openpty()
        self.shell = subprocess.Popen(["zsh", "-f", "-i"], stdin=other, stdout=other, stderr=other, cwd=ROOT,
                                      start_new_session=True,
                                      env=environment(HOME=home, TERM="dumb", ZDOTDIR=home, LC_ALL="C.UTF-8"))
        os.close(other)
        self.addCleanup(self.end)
        self.say(f"PROMPT=; fpath=({COMPLETIONS} $fpath); autoload -Uz compinit; compinit -u -D; print rea''dy\n")
        self.wait_for("ready")

    def end(self):
        self.shell.kill()
        self.shell.wait()
        os.close(self.terminal)

    def say(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, text):
        seen, end = "", time.monotonic() + ANSWER_SECONDS
        while text not in seen:
            readable, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            self.assertTrue(readable, f"zsh did not answer {text!r}, but: {seen!r}")
            seen += os.read(self.terminal, 4096).decode(errors="replace")

    def completes(self, line, completed):
        """Tab at the end of the line; then, at its beginning (Control-A), print it instead of running it."""
        self.say(f"{line}\t\x01print -r -- got: \n")
        self.wait_for(f"got: {completed}")

    def test_commands(self):
        self.completes("migrate rep", "migrate repair")

    def test_flags_at_the_beginning(self):
        self.completes("migrate -path db -lock", "migrate -path db -lock-timeout")

    def test_flags_of_the_command(self):
        self.completes("migrate -database postgres://db/app down -a", "migrate -database postgres://db/app down -all")

    def test_words_of_the_command(self):
        self.completes("migrate scratch st", "migrate scratch stop")


if __name__ == "__main__":
    unittest.main()
