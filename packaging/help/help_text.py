# SPDX-License-Identifier: MIT
"""What `migrate -help` and `migrate COMMAND -help` say, as values."""

import dataclasses
import re
import subprocess

_OPTION = re.compile(r"  -([\w-]+)(?:, -h)?(?: ([A-Z]+))?(?: {2,}(.*))?$")
_COMMAND_FLAG = re.compile(r"  -([\w-]+)(?: (\w+))?(?:\t(.*))?$")


@dataclasses.dataclass
class Flag:
    name: str
    value: str  # "" for one that takes none
    text: str

    def takes_folder(self):
        return self.name in ("path", "dir")


@dataclasses.dataclass
class Command:
    name: str
    synopsis: str
    text: str
    flags: list

    def words(self):
        """The words that may follow: those of `scratch list | url NAME`, none of `up [N]`."""
        choices = self.synopsis.removeprefix(self.name).split("|")
        return [choice.split()[0] for choice in choices] if len(choices) > 1 and "[" not in self.synopsis else []

    def summary(self):
        """The first sentence, in one line."""
        return re.split(r"(?<=\w)[.;](?:\s|$)", self.text)[0]


@dataclasses.dataclass
class Program:
    flags: list
    note: str  # what a duration is, and which setting counts
    commands: list
    environment: list  # pairs of name and text
    exit_codes: list   # pairs of number and text


def _said(program, *arguments):
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout + done.stderr


def _between(text, begin, end):
    return text[text.index(begin) + len(begin):text.index(end)].strip("\n")


def _flags(lines, pattern):
    flags = []
    for line in lines:
        if match := pattern.match(line):
            flags.append(Flag(match[1], match[2] or "", match[3] or ""))
        else:
            flags[-1].text = f"{flags[-1].text} {line.strip()}".strip()
    return flags


def _pairs(text):
    """Two columns, where a long name has its text in the lines below."""
    pairs = []
    for line in text.splitlines():
        match = re.match(r"  (\S+)\s*(.*)$", line)
        if match and not line.startswith("   "):
            pairs.append([match[1], match[2]])
        else:
            pairs[-1][1] = f"{pairs[-1][1]} {line.strip()}".strip()
    return pairs


def _command(program, name):
    head, _, flags = _said(program, name, "-help").partition("\n\n")
    usage, *text = head.splitlines()
    return Command(name, usage.removeprefix("Usage: migrate OPTIONS "), " ".join(line.strip() for line in text),
                   _flags(flags.rstrip().splitlines(), _COMMAND_FLAG))


def read(program):
    text = _said(program, "-help")
    commands = re.findall(r"^  ([a-z]\S*)", _between(text, "says more):\n", "\nEnvironment:"), re.M)
    return Program(_flags(_between(text, "two):\n", "\nD is a duration").splitlines(), _OPTION),
                   " ".join(("D is a duration" + _between(text, "\nD is a duration", "\nCommands")).split()),
                   [_command(program, name) for name in commands],
                   _pairs(_between(text, "\nEnvironment:\n", "\nExit codes:")),
                   _pairs(_between(text, "\nExit codes:\n", "\nSource drivers:")))
