# SPDX-License-Identifier: MIT
"""Decides whether two results of one case are the same, or differ as the case says they should."""

import re

from differential_case import SAME
from differential_run import end_of

# Differences that every case allows, by their rows in the document.
EVERYWHERE = ("more-lines", "opening-prefix", "table-when-needed")
DURATION = r"-?[0-9][0-9.hmsnµ]*s"
# Longest first: what a pattern takes must not be left half to a later one.
REPLACED = [
    (r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", "TIME "),
    (rf"\(read {DURATION}, ran {DURATION}\)", "(read T, ran T)"),
    (rf"\({DURATION}\)", "(T)"),
    (rf"Finished after {DURATION}", "Finished after T"),
    # Releases from v4.18.0 on say what could not be opened, with the source's URL; ours names it in its own way.
    (r'failed to open source, "[^"]*": ', ""),
    (r"failed to open database: ", ""),
    (r"failed to parse scheme from (source|database) URL: ", ""),
    # Go before 1.21 names the whole path in front of the dot.
    (r"open /[^ ]*/\.: ", "open .: "),
]


def normalised(text, world):
    """Standard error as lines, free of what differs from run to run."""
    text = text.replace(str(world.cwd), "CWD").replace(world.database, "DB")
    text = text.replace(f":{world.cluster.port}", ":PORT")
    lines = []
    for line in text.splitlines():
        if line.startswith("goroutine "):
            break  # a Go panic: what follows is addresses
        for pattern, replacement in REPLACED:
            line = re.sub(pattern, replacement, line)
        if re.match(r"(Source|Database) drivers: ", line):
            head, _, names = line.partition(": ")
            line = f"{head}: {', '.join(sorted(names.split(', ')))}"
        lines.append(line)
    # With -verbose the reader and the runner print side by side: the reader's lines are looked at first.
    reader = [line for line in lines if re.match(r"TIME (Start buffering|Scheduled) ", line)]
    return reader + [line for line in lines if line not in reader]


def of_release(lines, version):
    """The same lines as an older golang-migrate would have worded them."""
    if version < (4, 20):
        lines = [re.sub(r" too large[.,] at most", " too large, at most", line.lower()) for line in lines]
    return lines


def compare(case, theirs, ours, their_world, our_world, version):
    """Returns what is wrong with our result, as texts; nothing when all is as it should be."""
    wrong = []
    better = case.ours
    if better is None or better.code is SAME:
        if theirs.code != ours.code:
            wrong.append(f"{end_of(ours.code)}, golang-migrate's is {end_of(theirs.code)}")
    elif ours.code != better.code:
        wrong.append(f"{end_of(ours.code)}, expected {end_of(better.code)}")
    wrong += compare_text(case, theirs, ours, their_world, our_world, version)
    for field in ("row", "tables", "tree"):
        mine = getattr(ours, field)
        expected = getattr(theirs, field)
        if better is not None and getattr(better, field) is not SAME:
            expected = getattr(better, field)
        # Looking makes no table in ours: where nothing was to be written there is none, instead of an empty one.
        if field == "row" and expected == [] and mine == "absent":
            continue
        if field == "tree":
            mine, expected = ([without_clock(case, name) for name in names] for names in (mine, expected))
        if mine != expected:
            wrong.append(f"{field}: {mine}, expected {expected}")
    return wrong


def without_clock(case, text):
    """A line or a file's name, free of the time at which it was made."""
    text = re.sub(r"\b20\d{12}_", "STAMP_", text)
    return re.sub(r"\d", "9", text) if case.clock == "shape" else text


def compare_text(case, theirs, ours, their_world, our_world, version):
    better = case.ours
    wrong = []
    if better is not None and better.out is not None:
        wrong += [f"standard output has no match for {pattern!r}" for pattern in better.out
                  if not re.search(pattern, ours.out, re.MULTILINE)]
    elif ours.out != theirs.out:
        wrong.append(f"standard output is {ours.out!r}, golang-migrate's is {theirs.out!r}")
    mine = [without_clock(case, line) for line in normalised(ours.err, our_world)]
    if better is not None:
        wrong += [f"standard error has no match for {pattern!r}" for pattern in (*better.raw_err, *better.more)
                  if not re.search(pattern, ours.err, re.MULTILINE)]
    if better is not None and better.err is not None:
        text = "".join(line + "\n" for line in mine)
        wrong += [f"standard error has no match for {pattern!r}" for pattern in better.err
                  if not re.search(pattern, text, re.MULTILINE)]
        wrong += [f"standard error has a match for {pattern!r}" for pattern in better.err_not
                  if re.search(pattern, text, re.MULTILINE)]
        return wrong
    expected = [without_clock(case, line) for line in normalised(theirs.err, their_world)]
    expected = of_release(expected, version)
    mine = of_release(mine, version)
    # After an error ours goes on with what a person needs next: golang-migrate's lines are the beginning.
    if theirs.code not in (0, None) and mine[:len(expected)] == expected:
        return wrong
    if mine != expected:
        wrong.append("standard error differs")
    return wrong
