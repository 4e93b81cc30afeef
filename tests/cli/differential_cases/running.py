# SPDX-License-Identifier: MIT
"""Questions and their answers, exit codes, progress lines, and what signals do in each phase."""

import signal
import time

from differential_case import GATED, Better, Case, raw, run

DOWN = "Are you sure you want to apply all down migrations? [y/N]"
DROP = "Are you sure you want to drop the entire database schema? [y/N]"
ANSWERS = {"y": "y\n", "Y": "Y\n", "y without a newline": "y", "y between spaces": "  y  \n", "y es": "y es\n",
           "Y es": "Y es\n", "y after a tab": "\ty\n", "yes": "yes\n", "n": "n\n", "N": "N\n", "an empty line": "\n",
           "end of input": "", "only spaces": "   \n", "y in the second line": "\ny\n", "yy": "yy\n", "CR LF": "y\r\n"}
GATED_FILES = {
    "1_gated.up.sql": GATED,
    "1_gated.down.sql": GATED,
    "2_two.up.sql": "CREATE TABLE t2 (id int);",
    "2_two.down.sql": "DROP TABLE t2;",
}
GATE = "CREATE TABLE public.gate ();"
STOPPING = "Stopping after this running migration ..."
ODD = {"1_.up.sql": "SELECT 1;", "1_.down.sql": "SELECT 1;", "2_only up.up.sql": "SELECT 1;",
       "3_only_down.down.sql": "SELECT 1;", "0004_dots.and spaces.up.sql": "SELECT 1;",
       "0004_dots.and spaces.down.sql": "SELECT 1;"}


def interrupt_while_migrating(session):
    session.wait_until_migrating()
    session.send(signal.SIGINT)
    session.wait_for_text(STOPPING)
    session.open_gate()


def interrupt_twice_while_migrating(session):
    session.wait_until_migrating()
    session.send(signal.SIGINT)
    session.wait_for_text(STOPPING)
    session.send(signal.SIGINT)
    time.sleep(0.3)
    session.open_gate()


def terminate_while_migrating(session):
    session.wait_until_migrating()
    session.send(signal.SIGTERM)
    session.process.wait(timeout=20)
    session.open_gate()
    # The server goes on with what golang-migrate abandoned; look only when it is done.
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and session.world.sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"):
        time.sleep(0.05)


def interrupt_at(question, answer):
    def drive(session):
        session.wait_for_text(question)
        session.send(signal.SIGINT)
        session.wait_for_text(STOPPING)
        session.write(answer)
    return drive


def interrupt_twice_at(question, answer):
    def drive(session):
        session.wait_for_text(question)
        session.send(signal.SIGINT)
        session.wait_for_text(STOPPING)
        session.send(signal.SIGINT)
        time.sleep(0.3)
        session.write(answer)
    return drive


def terminate_at(question):
    def drive(session):
        session.wait_for_text(question)
        session.send(signal.SIGTERM)
        session.process.wait(timeout=20)
    return drive


def signal_while_waiting_for_the_lock(number):
    def drive(session):
        session.wait_until_connected()
        time.sleep(0.5)
        session.send(number)
        session.process.wait(timeout=20)
    return drive


def give_up_waiting(session):
    """golang-migrate would wait without end, whatever -lock-timeout says: it is stopped after three seconds."""
    deadline = time.monotonic() + 3
    while session.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    if session.process.poll() is None:
        session.send(signal.SIGKILL)


QUESTION_CASES = [
    *[run(f"question: down, {name}", "down", before=("up",), stdin=answer) for name, answer in ANSWERS.items()],
    *[run(f"question: drop, {name}", "drop", before=("up",), stdin=answer) for name, answer in ANSWERS.items()],
    run("question: down, verbose, y", "down", flags="-verbose", before=("up",), stdin="y\n"),
    run("question: down, verbose, n", "down", flags="-verbose", before=("up",), stdin="n\n"),
    run("question: drop, verbose, y", "drop", flags="-verbose", before=("up",), stdin="y\n", ours=Better(
        "drop-lists", err=["^TIME goes: table public.t1$", r"^TIME Are you sure .*\nTIME Dropping the entire database"
                           r" schema\nTIME Finished after T\nTIME Closing source and database\n\Z"])),
    run("question: drop, verbose, n", "drop", flags="-verbose", before=("up",), stdin="n\n", ours=Better(
        "drop-lists", err=["^TIME goes: table public.t1$",
                           r"^TIME Are you sure .*\nTIME Aborted dropping the entire database schema\n\Z"])),
    run("question: none with -f", "drop -f", before=("up",), stdin="n\n"),
    run("question: none with -all", "down -all", before=("up",), stdin="n\n"),
    run("question: none with N", "down 3", before=("up",), stdin="n\n"),
    run("question: down at no version", "down", stdin="y\n"),
    run("question: down when dirty", "down", before=("up 1",), sql="UPDATE schema_migrations SET dirty = true",
        stdin="y\n"),
    raw("question: down reports a failed opening first", "-path m -database {dead} down", stdin="y\n"),
    raw("question: drop asks before it reports a failed opening", "-path m -database {dead} drop", stdin="y\n",
        ours=Better("drop-connects-first", err=[r"\Aerror: .*connection refused"], err_not=["Are you sure"])),
    raw("question: drop, no, with a failed opening", "-path m -database {dead} drop", stdin="n\n",
        ours=Better("drop-connects-first", err=[r"\Aerror: .*connection refused"], err_not=["Are you sure"])),
]

EXIT_CASES = [
    run("exit: 0 for no change", "up", before=("up",)),
    run("exit: 0 for version when dirty", "version", before=("up 1",), sql="UPDATE schema_migrations SET dirty = true"),
    run("exit: 1 for version at no version", "version"),
    raw("exit: 1 for a bad time zone", "create -ext sql -tz Mars/Base thing"),
    Case("exit: 1 for x-migrations-table-quoted alone instead of a panic",
         ("-path", "m", "-database", "{url}&x-migrations-table-quoted=1", "version"),
         ours=Better("no-panic", code=1, err=["^error: .*x-migrations-table"], row="absent")),
]

PROGRESS_CASES = [
    run("progress: a line for each migration", "up"),
    run("progress: odd names going up", "up", files=ODD),
    run("progress: odd names going down", "down -all", files=ODD, before=("up",), ours=Better(
        "missing-down-warns", err=[r"^4/d dots\.and spaces \(T\)$", r"^3/d only_down \(T\)$", r"^2/d <empty> \(T\)$",
                                   r"^1/d  \(T\)$", r"^warning: .*2.*down"])),
    run("progress: a duration is the file's own", "up", files={"1_slow.up.sql": "SELECT pg_sleep(1.1);",
                                                             "2_fast.up.sql": "SELECT 1;"},
        ours=Better("real-durations", raw_err=[r"^1/u slow \(1\.[0-9]+s\)$", r"^2/u fast \([0-9.]+(ms|µs)\)$"])),
    run("progress: verbose up", "up", flags="-verbose"),
    run("progress: verbose up, odd names", "up", flags="-verbose", files=ODD),
    run("progress: verbose up, nothing buffered ahead", "up", flags="-verbose -prefetch 0"),
    run("progress: verbose up, nothing buffered ahead, odd names", "up", flags="-verbose -prefetch 0", files=ODD),
    run("progress: verbose down", "down 2", flags="-verbose", before=("up",)),
    run("progress: verbose goto", "goto 2", flags="-verbose", before=("up 1",)),
    run("progress: verbose drop", "drop -f", flags="-verbose", before=("up",), ours=Better("drop-lists", err=[
        "^TIME goes: table public.t1$", r"^TIME Finished after T\nTIME Closing source and database\n\Z"])),
    run("progress: verbose force", "force 2", flags="-verbose", before=("up",)),
    run("progress: verbose version", "version", flags="-verbose", before=("up",)),
    run("progress: verbose no change", "up", flags="-verbose", before=("up",)),
    run("progress: verbose goto, no change", "goto 3", flags="-verbose", before=("up",)),
    run("progress: verbose error", "down 1", flags="-verbose"),
    run("progress: verbose error, dirty", "up", flags="-verbose", before=("up 1",),
        sql="UPDATE schema_migrations SET dirty = true"),
    run("progress: verbose error, a limit", "up 5", flags="-verbose"),
    raw("progress: verbose create", "-verbose create -ext sql -seq thing"),
    run("progress: verbose create has no database to close", "create -ext sql -seq thing", flags="-verbose", ours=Better(
        "connects-only-when-needed", err=[r"\ATIME CWD/000001_thing\.up\.sql\nTIME CWD/000001_thing\.down\.sql\n\Z"],
        row="absent")),
    raw("progress: verbose create without a name", "-verbose create -ext sql"),
]

SIGNAL_CASES = [
    run("signal: INT while migrating finishes the file", "up", files=GATED_FILES, sql=GATE,
        drive=interrupt_while_migrating),
    run("signal: INT while migrating, verbose", "up", flags="-verbose -prefetch 0", files=GATED_FILES, sql=GATE,
        drive=interrupt_while_migrating, ours=Better("reads-when-needed", err=[
            r"\ATIME Scheduled 1/u gated\nTIME Read and execute 1/u gated\nTIME Stopping after this running migration"
            r" \.\.\.\nTIME Finished 1/u gated \(read T, ran T\)\nTIME Finished after T\nTIME Closing source and"
            r" database\n\Z"])),
    run("signal: INT in the last file", "up 1", files=GATED_FILES, sql=GATE, drive=interrupt_while_migrating),
    run("signal: INT while migrating down", "down -all", files=GATED_FILES, sql=GATE + " INSERT INTO gate DEFAULT"
        " VALUES; CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
        " INSERT INTO schema_migrations VALUES (1, false); DELETE FROM gate;", drive=interrupt_while_migrating),
    run("signal: INT twice while migrating", "up", files=GATED_FILES, sql=GATE, drive=interrupt_twice_while_migrating,
        ours=Better("second-interrupt", code=130, err=[r"\AStopping after this running migration \.\.\.\n"],
                    row="absent", tables=())),
    run("signal: TERM while migrating", "up", files=GATED_FILES, sql=GATE, drive=terminate_while_migrating,
        ours=Better("term-stops-cleanly", code=143, err=["."], row="absent", tables=())),
    *[run(f"signal: {name} while waiting for the lock, {command}", command, hold_lock=True,
          drive=signal_while_waiting_for_the_lock(number),
          ours=Better("says-why-it-waits", code=code, err=["lock"], row="absent"))
      for name, number, code in (("INT", signal.SIGINT, 130), ("TERM", signal.SIGTERM, 143))
      for command in ("up", "force 1", "drop -f")],
    *[run(f"lock: -lock-timeout 1 while another holds the lock, {command}", command, flags="-lock-timeout 1",
          hold_lock=True, drive=give_up_waiting,
          ours=Better("lock-timeout", code=1, err=[r"^error: timeout: can't acquire database lock"], row="absent"))
      for command in ("up", "down 1", "goto 1", "force 1", "drop -f")],
    run("lock: version does not wait for it", "version", hold_lock=True, drive=give_up_waiting,
        ours=Better("looking-is-free", code=1, err=[r"\Aerror: no migration"], row="absent")),
    run("lock: up to date does not wait for it", "up", before=("up",), hold_lock=True, drive=give_up_waiting,
        ours=Better("looking-is-free", code=0, err=[r"\Ano change\n\Z"])),
    run("signal: INT at the question of down, then y", "down", before=("up",), drive=interrupt_at(DOWN, "y\n")),
    run("signal: INT at the question of down, then n", "down", before=("up",), drive=interrupt_at(DOWN, "n\n")),
    run("signal: INT at the question of drop, then y", "drop", before=("up",), drive=interrupt_at(DROP, "y\n")),
    run("signal: INT at the question of drop, then n", "drop", before=("up",), drive=interrupt_at(DROP, "n\n")),
    run("signal: INT twice at the question of down, then y", "down", before=("up",), drive=interrupt_twice_at(DOWN, "y\n"),
        ours=Better("second-interrupt", code=130, err=["^error: stopped before it began\n"])),
    run("signal: INT twice at the question of down, then n", "down", before=("up",), drive=interrupt_twice_at(DOWN, "n\n")),
    run("signal: INT twice at the question of drop, then y", "drop", before=("up",), drive=interrupt_twice_at(DROP, "y\n"),
        ours=Better("second-interrupt", code=130, err=["^error: stopped before it began\n"], row=[(3, False)],
                    tables=("public.t1", "public.t2", "public.t3"))),
    run("signal: INT twice at the question of drop, then n", "drop", before=("up",), drive=interrupt_twice_at(DROP, "n\n")),
    *[run(f"signal: TERM at the question of {command}", command, before=("up",), drive=terminate_at(question),
          ours=Better("term-stops-cleanly", code=143, err=[r"\AAre you sure", "^error: stopped"]))
      for command, question in (("down", DOWN), ("drop", DROP))],
]

CASES = [*QUESTION_CASES, *EXIT_CASES, *PROGRESS_CASES, *SIGNAL_CASES]
