# SPDX-License-Identifier: MIT
"""The manual page migrate(1), in the macros of man(7)."""

_HEAD = r""".\" SPDX-License-Identifier: MIT
.\" The manual page of the program; made by packaging/from_help, do not edit.
.TH MIGRATE 1 "" "aether-migrate" "Database migrations"
.SH NAME
migrate \- bring a database to a version by plain SQL files
.SH SYNOPSIS
.B migrate
.I OPTIONS COMMAND
.RI [ arg ...]
.br
.B migrate
[\fB\-version\fR | \fB\-help\fR]
.SH DESCRIPTION
.B migrate
applies and undoes migrations: pairs of files
.IR VERSION _ NAME .up.sql
and
.IR VERSION _ NAME .down.sql
in one directory. It takes golang-migrate's files, version table, lock, flags, messages and exit codes. A file that
the database can roll back runs in one transaction with its version; any other in segments with a journal, and the next
run goes on where a failure or a kill cut it off. A history is kept beside the version.
"""

_TAIL = r"""
.SH FILES
.TP
.I VERSION_NAME.up.sql
What
.B up
runs.
.TP
.I VERSION_NAME.down.sql
What
.B down
runs.
.PP
A line
.BI "\-\- migrate:" NAME
at the head of a file says how it wants to run.
.SH EXAMPLES
.EX
migrate create \-ext sql \-dir migrations \-seq create_users
migrate \-path migrations \-database postgres://app@db.example/app up
migrate \-path migrations \-database sqlite:///srv/shop.db down 1
.EE
.SH SEE ALSO
.BR psql (1),
.BR sqlite3 (1),
.BR mariadb (1)
"""


def _text(text):
    """Plain text as roff reads it literally."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped


def _section(title, entries):
    return f".SH {title}\n" + "".join(f".TP\n{head}\n{_text(text)}\n" for head, text in entries)


def _flag(flag):
    value = f" \\fI{flag.value}\\fR" if flag.value else ""
    return f"\\fB\\-{_text(flag.name)}\\fR{value}"


def _command(command):
    page = f'.SS "{_text(command.synopsis)}"\n{_text(command.text)}\n'
    for flag in command.flags:
        if flag.name != "help":
            page += f".TP\n{_flag(flag)}\n{_text(flag.text)}\n"
    return page


def render(program):
    return (_HEAD
            + _section("OPTIONS", [(_flag(flag), flag.text) for flag in program.flags])
            + f".PP\n{_text(program.note)}\n"
            + ".SH COMMANDS\n" + "".join(_command(command) for command in program.commands)
            + _section("ENVIRONMENT", [(f".B {_text(name)}", text) for name, text in program.environment])
            + _section("EXIT STATUS", [(f".B {code}", text) for code, text in program.exit_codes])
            + _TAIL.lstrip("\n"))
