# SPDX-License-Identifier: MIT
"""What the checks of this folder share: the files of the repository, C++ without comments, the report."""

import dataclasses
import os
import pathlib
import re
import subprocess
import sys

# One literal or comment; an apostrophe between hexadecimal digits separates digits.
_CPP_TOKEN = re.compile(
    r'R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*"
    r"|/\*.*?\*/",
    re.S)


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """One broken rule; printed as `file:line: rule`."""

    path: str
    line: int
    rule: str


def repository():
    return pathlib.Path(__file__).resolve().parent.parent


def files_of(root):
    """All files of a checkout as sorted paths relative to it: git's, ignored ones left out, else every file."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-coz", "--exclude-standard"],
                            capture_output=True, check=False) if (root / ".git").exists() else None
    if listed is not None and listed.returncode == 0:
        names = os.fsdecode(listed.stdout).split("\0")
        return sorted(pathlib.PurePosixPath(name) for name in set(names) if name and (root / name).is_file())
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ("build", ".git", "__pycache__")]
        found += [pathlib.PurePosixPath(os.path.relpath(os.path.join(folder, name), root)) for name in names]
    return sorted(found)


def without_comments(text):
    """C++ text with its comments blanked, so that lines and columns stay."""
    def blank(match):
        token = match.group(0)
        return re.sub(r"[^\n]", " ", token) if token.startswith(("//", "/*")) else token
    return _CPP_TOKEN.sub(blank, text)


def without_literals(text):
    """C++ text with its comments, strings and characters blanked, so that every brace left is code."""
    return _CPP_TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), text)


def report(name, findings):
    """Prints the findings and returns the exit code."""
    for finding in sorted(findings):
        print(f"{finding.path}:{finding.line}: {finding.rule}")
    if findings:
        print(f"{name}: {len(findings)} broken rules", file=sys.stderr)
    return 1 if findings else 0
