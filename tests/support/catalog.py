# SPDX-License-Identifier: MIT
"""Takes the schema of a database as a value, and says in words how two of them differ.

    before = snapshot(cluster, "shop")
    ...
    assert differences(before, snapshot(cluster, "shop")) == []

What counts as schema is written in catalog.sql.
"""

import json
import pathlib

QUERY = pathlib.Path(__file__).with_name("catalog.sql")


class CatalogError(RuntimeError):
    """The schema cannot be read, or two of its objects have one name."""


def snapshot(cluster, database):
    """A dict from (kind, name) to the definition; equal dicts are equal schemas."""
    done = cluster.psql(database, ["-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"], QUERY.read_text())
    if done.returncode != 0:
        raise CatalogError(done.stderr)
    found = {}
    for line in done.stdout.splitlines():
        kind, name, definition = json.loads(line)
        if (kind, name) in found:
            raise CatalogError(f"{kind} {name} is there twice; make its name in {QUERY.name} unique")
        found[kind, name] = definition
    return found


def differences(before, after):
    """One line for each object that came, went or changed; empty when the schemas are equal."""
    lines = []
    for key in sorted(before.keys() | after.keys()):
        what = " ".join(key)
        if key not in after:
            lines.append(f"- {what}")
        elif key not in before:
            lines.append(f"+ {what}")
        elif before[key] != after[key]:
            lines.extend(f"~ {what}: {change}" for change in changes(before[key], after[key]))
    return lines


def changes(old, new):
    """The parts of one definition that differ, each as `part: old -> new`."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [f"{old} -> {new}"]
    return [f"{part}: {old.get(part)} -> {new.get(part)}" for part in sorted(old.keys() | new.keys())
            if old.get(part) != new.get(part)]
