#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The include rule: who may include whom. Prints `file:line: rule` for each breach."""

import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True

from checks import Finding, files_of, report, repository, without_comments  # noqa: E402

# The way through src, left to right. Pure folders turn values into values and include to their left only.
ORDER = ["base", "sql", "source", "migration", "plan", "lock", "run", "history", "verify", "lint", "fleet",
         "report"]
PURE = {"sql", "migration", "plan", "lint", "report"}

# What does input or output; sys/… and net…/… are POSIX folders.
IO_HEADERS = {"cstdio", "dirent.h", "fcntl.h", "filesystem", "fstream", "iostream", "netdb.h", "poll.h",
              "stdio.h", "syncstream", "termios.h", "unistd.h"}
IO_FOLDERS = ("sys/", "arpa/", "net/", "netinet/")

# A pure folder's files that may include an I/O header, each with its reason.
IO_ALLOWED = {
    "src/migration/create.cpp": "writes the two files of a new migration",
}

# C headers of the system, for whatever runs programs, reads files or draws on a terminal.
POSIX_HEADERS = IO_HEADERS | {"dlfcn.h", "errno.h", "grp.h", "langinfo.h", "link.h", "locale.h", "pthread.h", "pwd.h",
                              "signal.h", "spawn.h", "stdlib.h", "string.h", "time.h"}

# What a driver or a source may include of its client library.
CLIENT_LIBRARIES = {
    "drivers/mysql": ("mysql.h", "errmsg.h", "mysqld_error.h"),
    "drivers/postgres": ("libpq-fe.h", "postgres_ext.h", "libpq/libpq-fs.h"),
    "drivers/sqlite": ("sqlite3.h",),
    "examples/custom_driver": ("sqlite3.h",),
}

# What Aether's server is built with beside this library.
SERVER = "goway/cmd/server/"
SERVER_LIBRARIES = ("fmt/", "httplib.h", "libpq-fe.h", "nlohmann/")

# The facade joins the folders; it reaches drivers and sources by their lists alone.
LISTS = {"src/engine.cpp": {"drivers/all.hpp", "sources/all.hpp"}}

# Names of databases; only drivers know them.
DATABASE_WORD = re.compile(r"\bpg_\w*|\w*(?:postgres|sqlite|mysql|mariadb|libpq)\w*", re.I)

# Files of src and include that may name a database, each with its reason.
DATABASE_ALLOWED = {
    "include/aether/migrate/postgres.hpp": "the one call of a server whose data is in PostgreSQL",
    "include/aether/migrate/mysql_connection.hpp": "takes this client library's connection",
    "include/aether/migrate/postgres_connection.hpp": "takes this client library's connection",
    "include/aether/migrate/sqlite_connection.hpp": "takes this client library's connection",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
PUBLIC = "aether/migrate/"


def is_std(header):
    """Standard headers alone have neither a folder nor an extension."""
    return "/" not in header and "." not in header


def is_posix(header):
    return header in POSIX_HEADERS or header.startswith(IO_FOLDERS)


def is_fmt(path, header):
    return header.startswith("fmt/") and path.suffix == ".cpp"


def resolve(root, path, mark, header):
    """The included file relative to the repository, or None when it is not one of ours."""
    folders = [str(path.parent)] if mark == '"' else []
    for folder in [*folders, "src", "."]:
        candidate = os.path.normpath(os.path.join(folder, header))
        if (root / candidate).is_file():
            return pathlib.PurePosixPath(candidate)
    if mark == '"':
        # The file may come from a build; its name says where it belongs.
        first = header.split("/")[0]
        guess = os.path.join("src", header) if first in ORDER else os.path.join(path.parent, header)
        return pathlib.PurePosixPath(os.path.normpath(guess))
    return None


def src_rule(path, header, target):
    folder = path.parts[1]
    if target is not None and target.parts[0] != "src" and str(target) not in LISTS.get(str(path), ()):
        return f"src does not include {target.parts[0]}/: {header}"
    if folder not in PURE:
        return None
    if (header in IO_HEADERS or header.startswith(IO_FOLDERS)) and str(path) not in IO_ALLOWED:
        return f"src/{folder} is pure and does no I/O: <{header}>"
    if target is None or len(target.parts) < 3 or target.parts[1] in (folder, "base"):
        return None
    other = target.parts[1]
    if other not in PURE or ORDER.index(other) > ORDER.index(folder):
        return f"src/{folder} is pure and includes only pure folders to its left, not {other}: {header}"
    return None


def guest_rule(path, header, target):
    """Drivers and sources see what an outside author sees."""
    home = "/".join(path.parts[:2]) if len(path.parts) > 2 else path.parts[0]
    if header.startswith(PUBLIC) or is_std(header) or is_posix(header) or is_fmt(path, header):
        return None
    if header in CLIENT_LIBRARIES.get(home, ()):
        return None
    if target is not None and str(target).startswith(home + "/"):
        return None
    return f"{home} includes only <{PUBLIC}…>, its own folder, std and its client library: {header}"


def user_rule(path, header, target):
    """The program, Aether and the examples use what every user has."""
    home = path.parts[0]
    if header.startswith(PUBLIC + "spi/"):
        return f"{home} includes public headers only, not spi: {header}"
    if header.startswith(PUBLIC) or is_std(header) or is_posix(header):
        return None
    if home == "cli" and is_fmt(path, header):
        return None
    if str(path).startswith(SERVER) and header.startswith(SERVER_LIBRARIES):
        return None
    if target is not None and target.parts[0] == home:
        return None
    return f"{home} includes only <{PUBLIC}*.hpp>, its own folder and std: {header}"


def public_rule(path, header, _target):
    if header.startswith(PUBLIC) or is_std(header):
        return None
    return f"public headers include std and <{PUBLIC}…> only: {header}"


RULES = {"src": src_rule, "include": public_rule, "drivers": guest_rule, "sources": guest_rule,
         "conformance": guest_rule, "cli": user_rule, "embed": user_rule, "c_api": user_rule, "goway": user_rule, "examples": user_rule}

# Examples for authors see what authors see.
EXAMPLES_OF_GUESTS = {"examples/custom_driver"}


def rule_of(path):
    return guest_rule if "/".join(path.parts[:2]) in EXAMPLES_OF_GUESTS else RULES[path.parts[0]]


def check_file(root, path):
    text = without_comments((root / path).read_text(errors="replace"))
    top = path.parts[0]
    for match in INCLUDE.finditer(text):
        target = resolve(root, path, match[1], match[2])
        if match[1] == '"' and match[2].startswith(PUBLIC):
            rule = f'public headers are included as <{match[2]}>'
        elif match[2].startswith("fmt/") and path.suffix != ".cpp":
            rule = f"fmt is for .cpp files only: {match[2]}"
        else:
            rule = rule_of(path)(path, match[2], target)
        if rule is not None:
            yield Finding(str(path), text.count("\n", 0, match.start()) + 1, rule)
    if top in ("src", "include") and str(path) not in DATABASE_ALLOWED:
        for number, line in enumerate(text.splitlines(), 1):
            for word in DATABASE_WORD.findall(line):
                yield Finding(str(path), number, f"{top} never names a database, only drivers do: {word}")


def check(root):
    return [finding for path in files_of(root)
            if path.suffix in (".cpp", ".hpp") and len(path.parts) > 1 and path.parts[0] in RULES
            for finding in check_file(root, path)]


if __name__ == "__main__":
    sys.exit(report("check_includes", check(repository())))
