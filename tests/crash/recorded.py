# SPDX-License-Identifier: MIT
"""Says of one look at a database where what is recorded differs from what is applied."""


def faults(look, migrations):
    """One line for each difference; empty when version row, history, journal and schema agree."""
    found = list(history_faults(look))
    versions = [migration.version for migration in migrations]
    under_way = None
    if look.dirty:
        found += journal_faults(look, versions)
        if found:
            return found
        under_way = look.journal["version"], look.journal["direction"]
    expected = expected_versions(look, versions, under_way)
    if look.applied() != expected:
        found.append(f"row {look.row} means {sorted(expected)}, the history says {sorted(look.applied())}")
    for migration in migrations:
        if under_way and migration.version == under_way[0]:
            found += segment_faults(look, migration)
        else:
            found += whole_faults(look, migration, migration.version in expected)
    if look.invalid and not under_way:
        found.append(f"invalid indexes beside a clean version: {look.invalid}")
    return found


def history_faults(look):
    """Each version is applied and reverted in turn, and a row that goes back goes to what is applied."""
    applied = []  # in the order of their application
    for version, event, direction, leads_to in look.events:
        last = applied[-1] if applied else -1
        if event == "applied" and direction == "up" and version > last and leads_to == version:
            applied.append(version)
        elif event == "reverted" and direction == "down" and version == last:
            applied.pop()
        elif event != "repaired" or not version == leads_to == last:
            yield f"event {event} ({direction}) of version {version} to {leads_to}, after {last}"


def journal_faults(look, versions):
    if look.journal is None:
        return [f"row {look.row} without a journal"]
    if look.journal_written != look.row_written:
        return [f"row {look.row} and journal {look.journal} are of different transactions"]
    version, direction = look.journal["version"], look.journal["direction"]
    if version not in versions:
        return [f"the journal tells of version {version}, which there is not"]
    before = max((other for other in versions if other < version), default=-1)
    ways = {"up": (before, version), "down": (version, before)}
    told = look.journal["from_version"], look.journal["leads_to"]
    if told != ways[direction] or look.row != (told[1], True):
        return [f"row {look.row} and journal {told} during {direction} of {version}"]
    return []


def expected_versions(look, versions, under_way):
    """Which versions the row calls applied; the one under way still counts as it did before."""
    if under_way is None:
        return {version for version in versions if look.row and version <= look.row[0]}
    version, direction = under_way
    return {other for other in versions if other < version or (other == version and direction == "down")}


def whole_faults(look, migration, applied):
    for direction, statements in (("up", migration.up), ("down", migration.down)):
        for place, statement in enumerate(statements):
            if statement.mark and look.marks[migration.version, direction, place] != (applied == (direction == "up")):
                yield (f"version {migration.version} ({migration.kind}) counts as {'' if applied else 'not '}applied,"
                       f" but {direction} statement {place + 1} says otherwise: {statement.sql}")


def segment_faults(look, migration):
    """A file under way: what the journal calls done is there, and nothing else but a statement in flight."""
    direction, done = look.journal["direction"], look.journal["statements_done"]
    in_flight = done if look.journal["state"] != "between" else None
    statements = getattr(migration, direction)
    where = f"{direction} of {migration.version} ({migration.kind}), {done} done, {look.journal['state']}"
    for place, statement in enumerate(statements):
        if statement.mark and (place != in_flight or not statement.bare):
            if look.marks[migration.version, direction, place] != (place < done):
                yield f"{where}: statement {place + 1} is {'not ' * (place < done)}there: {statement.sql}"
    if in_flight is not None and not statements[in_flight].bare:
        yield f"{where}: a statement is in flight that a transaction holds: {statements[in_flight].sql}"
    if look.invalid and in_flight is None:
        yield f"{where}: invalid indexes {look.invalid}"
