# SPDX-License-Identifier: MIT
"""Arguments of the commands, how numbers are read, and what each command does in each state."""

from differential_case import Better, Case, raw, run

UP_ONLY = {"1_one.up.sql": "CREATE TABLE t1 (id int);", "2_two.up.sql": "CREATE TABLE t2 (id int);"}
# The current version has no file any more.
GONE = {"1_one.up.sql": "SELECT 1;", "1_one.down.sql": "SELECT 1;"}
AT_7 = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);" \
       " INSERT INTO schema_migrations VALUES (7, false);"
DIRTY_2 = AT_7.replace("(7, false)", "(2, true)")
DIRTY_NIL = AT_7.replace("(7, false)", "(-1, true)")
TWO_ROWS = AT_7.replace("(7, false)", "(1, false), (2, false)")
MAX = "9223372036854775807"


def numbers(command, good, bad, **options):
    return [run(f"numbers: {command} {value!r}", f"{command} {value}", **options) for value in (*good, *bad)]


def at_every_state(name, command, **ours):
    """One command at no version, in the middle, and at the last one."""
    return [run(f"{name}, at {state or 'no version'}", command, before=(state,) if state else (), **ours)
            for state in ("", "up 2", "up")]


def refused_when_dirty(command):
    cases = [run(f"dirty at 2: {command}", command, sql=DIRTY_2), ]
    minus_one = None
    if command.startswith("version"):
        minus_one = Better("minus-one-dirty", more=["dirty"])
    return [*cases, run(f"dirty at -1: {command}", command, sql=DIRTY_NIL, ours=minus_one)]


NUMBER_CASES = [
    *numbers("up", ("1", "01", "0", "00000000000000000002"), ("+1", "0x1", "1.0", "1e0", "one", "''", "' 1'")),
    *numbers("down", ("1", "01", "0"), ("+1", "0x1", "1.0", "one", "''"), before=("up",)),
    *numbers("goto", ("1", "002"), ("+1", "0x1", "1_0", "one", "''")),
    *numbers("force", ("1", "+3", "007", "0", MAX), ("0x1", "one", "''", "1.0", "9223372036854775808"), before=("up",)),
    run("numbers: up -1 looks like a flag", "up -1", ours=Better(
        "usage-text", err=[r"\Aflag provided but not defined: -1\nUsage of up:"], row="absent")),
    run("numbers: down -1 looks like a flag", "down -1", before=("up",), ours=Better(
        "usage-text", err=[r"\Aflag provided but not defined: -1\nUsage of down:"])),
    run("numbers: force -1", "force -1", before=("up 2",), ours=Better(
        "force-minus-one", code=0, err=[r"\A\Z"], row=[])),
    run("numbers: force -- -1", "force -- -1", before=("up 2",)),
    run("numbers: force -- -2", "force -- -2", before=("up 2",)),
    run("numbers: up 18446744073709551615 is out of range", "up 18446744073709551615", ours=Better(
        "number-overflow", code=1, err=["^error: "], row="absent", tables=())),
    run("numbers: up 18446744073709551616 is no number", "up 18446744073709551616"),
    run("numbers: down 9223372036854775808 does not go down by itself", "down 9223372036854775808", before=("up",),
        ours=Better("number-overflow", code=1, err=["^error: "], row=[(3, False)],
                    tables=("public.t1", "public.t2", "public.t3"))),
    run("numbers: goto 18446744073709551615 does not go down", "goto 18446744073709551615", before=("up",),
        ours=Better("number-overflow", code=1, err=["^error: "], row=[(3, False)],
                    tables=("public.t1", "public.t2", "public.t3"))),
    run("numbers: goto 9223372036854775808", "goto 9223372036854775808", before=("up",),
        ours=Better("number-overflow", code=1, err=["^error: "], row=[(3, False)],
                    tables=("public.t1", "public.t2", "public.t3"))),
    run("numbers: up 9223372036854775807 is more than there are", f"up {MAX}"),
    run("numbers: down 9223372036854775807 is more than there are", f"down {MAX}", before=("up",)),
]

ARGUMENT_CASES = [
    run("arguments: goto without V", "goto"),
    run("arguments: force without V", "force"),
    run("arguments: force -- without V", "force --"),
    run("arguments: down -all 1", "down -all 1", before=("up",)),
    run("arguments: down 1 2", "down 1 2", before=("up",)),
    run("arguments: down 1 -all", "down 1 -all", before=("up",)),
    run("arguments: down -all", "down -all", before=("up",)),
    run("arguments: more than goto needs", "goto 1 2 3"),
    run("arguments: more than up needs", "up 1 2 3"),
    run("arguments: more than force needs", "force 1 2 3", before=("up",)),
    run("arguments: version takes none", "version 1 2", before=("up",)),
    run("arguments: drop takes none", "drop -f everything", before=("up",)),
    raw("arguments: create without name", "create -ext sql"),
    raw("arguments: create without name and extension", "create"),
    raw("arguments: create without extension", "create thing"),
    *[raw(f"arguments: {command!r} with a database that is not there", f"-path m -database {{dead}} {command}")
      for command in ("up", "up 1", "down 1", "down -all", "goto 1", "force 1", "version", "drop -f")],
    *[raw(f"arguments: {command!r} is wrong, with a database that is not there", f"-path m -database {{dead}} {command}",
          ours=Better("arguments-first", err=[rf"\Aerror: {text}\n"]))
      for command, text in (("goto", "please specify version argument V"), ("goto x", "can't read version argument V"),
                            ("up x", "can't read limit argument N"), ("down 1 2", "too many arguments"),
                            ("down -all 1", "-all cannot be used with other arguments"),
                            ("force", "please specify version argument V"), ("force x", "can't read version argument V"),
                            ("force -- -2", "argument V must be >= -1"))],
    raw("arguments: create with a database that is not there", "-path m -database {dead} create -ext sql -seq thing"),
    Case("arguments: create with a database makes nothing in it",
         ("-path", "m", "-database", "{url}", "create", "-ext", "sql", "-seq", "thing")),
]

STATE_CASES = [
    *at_every_state("up", "up"),
    *at_every_state("up 1", "up 1"),
    *at_every_state("up 2", "up 2"),
    *at_every_state("up 0", "up 0"),
    *at_every_state("down 1", "down 1"),
    *at_every_state("down 5", "down 5"),
    *at_every_state("down 0", "down 0"),
    *at_every_state("down -all", "down -all"),
    *at_every_state("goto 1", "goto 1"),
    *at_every_state("goto 2", "goto 2"),
    *at_every_state("goto 3", "goto 3"),
    *at_every_state("goto 0 has no file", "goto 0", ours=Better(
        "said-once", err=[r"\Aerror: no migration found for version 0: read down for version 0 \.: file does not exist\n"],
        err_not=["exist.*error:"])),
    *at_every_state("goto 9 has no file", "goto 9", ours=Better(
        "said-once", err=[r"\Aerror: no migration found for version 9: read down for version 9 \.: file does not exist\n"],
        err_not=["exist.*error:"])),
    *at_every_state("force 1", "force 1"),
    *at_every_state("force 9 has no file", "force 9"),
    *at_every_state("force -- -1", "force -- -1"),
    *at_every_state("drop -f", "drop -f"),
    *at_every_state("version", "version"),

    *[run(f"the current version has no file: {command}", command, files=GONE, sql=AT_7, ours=Better(
        "said-once", err=[r"\Aerror: no migration found for version 7: read down for version 7 \.: file does not exist\n"],
        err_not=["exist.*error:"]))
      for command in ("up", "up 1", "down 1", "down -all", "goto 1")],
    *[run(f"the current version has no file: {command}", command, files=GONE, sql=AT_7)
      for command in ("up 0", "down 0", "version", "force 1", "drop -f")],
    *[run(f"the current version has no file: {command}, and there are no files", command, files={}, sql=AT_7, ours=Better(
        "said-once", err=[r"\Aerror: no migration found for version 7: read down for version 7 \.: file does not exist\n"],
        err_not=["exist.*error:"]))
      for command in ("up", "down 1", "goto 1")],
    run("the current version has no file: goto itself", "goto 7", files=GONE, sql=AT_7, ours=Better(
        "said-once", err=[r"\Aerror: no migration found for version 7: read down for version 7 \.: file does not exist\n"],
        err_not=["exist.*error:"])),

    *[case for command in ("up", "up 1", "up 0", "down 1", "down 0", "down -all", "goto 1", "goto 2", "version",
                           "force 1", "force 2", "force -- -1", "drop -f") for case in refused_when_dirty(command)],
    run("verbose: said once", "goto 9", flags="-verbose", ours=Better(
        "said-once",
        err=[r"\ATIME error: no migration found for version 9: read down for version 9 \.: file does not exist\n"])),
    run("two rows in the version table", "version", sql=TWO_ROWS, ours=Better(
        "several-rows", code=1, err=["^error: .*several rows"])),
]

CASES = [*NUMBER_CASES, *ARGUMENT_CASES, *STATE_CASES]
