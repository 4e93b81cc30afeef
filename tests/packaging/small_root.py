# SPDX-License-Identifier: MIT
"""A small Debian in a folder, to install packages into: real dpkg and maintainer scripts; the host stays as it is.

It holds the files and the dpkg records of the host's own packages that are asked for, and of what these need.
Commands run in it by chroot: as root directly, as anybody else in a user namespace of their own, or by sudo where the
system allows none (inside a chroot, say). It has no /proc and no services.
"""

import functools
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

from packages import COMMAND_SECONDS, run

ADMIN = pathlib.Path("var/lib/dpkg")
# Nobody reads manuals in there.
LEFT_OUT = re.compile(r"/usr/share/(?:doc|man|info|locale|zoneinfo)/")
# What dpkg and ldconfig write down for themselves.
RECORDS = re.compile(r"var/lib/dpkg/|var/cache/ldconfig/|etc/ld\.so\.cache$|var/log/")


def _stanzas():
    """The host's dpkg records by package name."""
    records = {}
    for stanza in pathlib.Path("/", ADMIN, "status").read_text().split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", stanza, re.M))
        if fields.get("Status") == "install ok installed":
            records[fields["Package"]] = (fields, stanza)
    return records


def closure(wanted):
    """The records of the wanted packages and of everything that they need."""
    records, found, left = _stanzas(), {}, list(wanted)
    while left:
        name = left.pop()
        if name in found or name not in records:
            continue
        found[name] = records[name][1]
        fields = records[name][0]
        needs = f"{fields.get('Depends', '')},{fields.get('Pre-Depends', '')}"
        left += re.findall(r"[a-z0-9][a-z0-9+.-]+(?=[ ,:|(]|$)", needs)
    return found


@functools.cache
def way_to_root():
    """What stands before a command that may call chroot."""
    if os.geteuid() == 0:
        return []
    for way in (["unshare", "--user", "--map-root-user"], ["sudo", "-n"]):
        tried = subprocess.run([*way, "true"], capture_output=True, text=True, timeout=COMMAND_SECONDS,
                               stdin=subprocess.DEVNULL, check=False)
        if tried.returncode == 0:
            return way
    raise AssertionError(f"no chroot without root, a user namespace or sudo: {tried.stderr}")


class SmallRoot:
    """Made in an empty folder."""

    def __init__(self, folder, wanted):
        self.folder = folder
        stanzas = closure(wanted)
        missing = set(wanted) - set(stanzas)
        if missing:
            raise AssertionError(f"not installed here: {sorted(missing)}")
        for name in ("bin", "sbin", "lib", "lib64"):
            (folder / "usr" / name).mkdir(parents=True)
            (folder / name).symlink_to(f"usr/{name}")
        for name in ("dev", "tmp", "etc", "var/log", ADMIN / "info", ADMIN / "updates", ADMIN / "triggers"):
            (folder / name).mkdir(parents=True)
        (folder / "dev/null").touch()
        (folder / ADMIN / "status").write_text("\n\n".join(stanzas.values()) + "\n")
        (folder / ADMIN / "available").touch()
        self.architecture = run("dpkg", "--print-architecture").stdout.strip()
        for name in stanzas:
            self._copy_package(name)
        # Who is told that there is a new shared library.
        (folder / ADMIN / "triggers/ldconfig").write_text("libc-bin\n")
        self("ldconfig")

    def _copy_package(self, name):
        for path in run("dpkg-query", "--listfiles", name).stdout.splitlines():
            source, target = pathlib.Path(path), self.folder / path.lstrip("/")
            if LEFT_OUT.match(path) or os.path.lexists(target) or not os.path.lexists(source):
                continue
            if source.is_dir() and not source.is_symlink():
                target.mkdir(parents=True, exist_ok=True)
            elif os.access(source, os.R_OK):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        for base in (name, f"{name}:{self.architecture}"):
            for record in pathlib.Path("/", ADMIN, "info").glob(f"{base}.*"):
                # glob takes a longer name with a dot too.
                if record.stem == base:
                    shutil.copy2(record, self.folder / ADMIN / "info")

    def attempt(self, *command):
        inside = ["chroot", self.folder, "env", "-i", "PATH=/usr/sbin:/usr/bin", *command]
        way = way_to_root()
        done = subprocess.run([str(part) for part in (*way, *inside)], capture_output=True, text=True,
                              timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL, check=False)
        if way and way[0] == "sudo":
            # As in a user namespace, all that was made is this user's to read and to remove.
            run(*way, "chown", "--recursive", "--no-dereference", f"{os.geteuid()}:{os.getegid()}", self.folder)
        return done

    def __call__(self, *command):
        done = self.attempt(*command)
        if done.returncode != 0:
            raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def files(self):
        """What is there, by path, but for what dpkg and ldconfig write down: kind, mode and content."""
        found = {}
        for folder, folders, names in os.walk(self.folder):
            for name in (*folders, *names):
                path = pathlib.Path(folder, name)
                place = str(path.relative_to(self.folder))
                if RECORDS.match(place):
                    continue
                status = path.lstat()
                content = ""
                if path.is_symlink():
                    content = os.readlink(path)
                elif path.is_file():
                    content = hashlib.sha256(path.read_bytes()).hexdigest()
                found[place] = (status.st_mode, content)
        return found
