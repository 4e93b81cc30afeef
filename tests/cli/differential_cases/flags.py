# SPDX-License-Identifier: MIT
"""The shape of a command line, Go's flag syntax, flag errors and the global flags."""

from differential_case import Better, Case, raw, run

VERBOSE_UP = "TIME Start buffering 1/u one"


def global_flag_forms():
    """Every spelling of one flag means the same."""
    forms = {
        "one dash, value apart": ("-path", "m", "-database", "{url}"),
        "one dash, value after =": ("-path=m", "-database={url}"),
        "two dashes, value apart": ("--path", "m", "--database", "{url}"),
        "two dashes, value after =": ("--path=m", "--database={url}"),
        "mixed, with -source": ("-source=file://m", "--database", "{url}"),
    }
    return [Case(f"flag form: {name}", (*argv, "up", "1")) for name, argv in forms.items()]


def bool_values():
    """-verbose=V for each V that Go takes; seen by the time stamps in front of the lines."""
    values = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
    return [run(f"bool flag: -verbose={value}", "up 1", flags=f"-verbose={value}") for value in values]


def number_values():
    """Go literals; a prefetch of 0 prints Scheduled instead of Start buffering, so the value is seen."""
    good = {"decimal": "3", "hexadecimal": "0x3", "octal with 0o": "0o3", "octal with 0": "03", "binary": "0b11",
            "underscores": "0x0_3", "zero": "0", "zero in hexadecimal": "0x0", "capital 0X": "0X3"}
    bad = {"negative": "-5", "text": "abc", "empty": "", "fraction": "1.5", "bad octal": "08", "spaces": " 3",
           "underscore in decimal": "1__0", "plus": "+3"}
    cases = [Case(f"number flag: {name}", ("-prefetch", value, "-verbose", "-path", "m", "-database", "{url}", "up"))
             for name, value in good.items()]
    cases += [Case(f"number flag: bad, {name}", (f"-lock-timeout={value}", "version"), ours=USAGE_AFTER_FLAG_ERROR)
              for name, value in bad.items()]
    cases += [Case("number flag: out of range", ("-lock-timeout", "18446744073709551616", "version"),
                   ours=USAGE_AFTER_FLAG_ERROR)]
    return cases


# Our usage names more flags and commands, so after a flag error only the first lines can be equal.
USAGE_AFTER_FLAG_ERROR = Better("usage-text", err=[r"\A(invalid|flag|bad).*\n.*Usage: migrate OPTIONS COMMAND"])
USAGE = Better("usage-text", err=[
    r"\AUsage: migrate OPTIONS COMMAND \[arg\.\.\.\]\n +migrate \[ -version \| -help \]\n",
    "^Options", *(f"^ +-{name}\\b" for name in ("source", "path", "database", "prefetch", "lock-timeout", "verbose",
                                               "version", "help")),
    r"-prefetch N(.|\n)+?\(default 10\)", r"-lock-timeout N(.|\n)+?default 15",
    "^Commands", r"^ +create \[-ext E\] \[-dir D\] \[-seq\] \[-digits N\] \[-format.* NAME", "^ +goto V ",
    r"^ +up \[N\]", r"^ +down \[N.*-all\]", r"^ +drop \[-f\]", "^ +force V ", "^ +version ",
    "^Source drivers: .*file", "^Database drivers: .*pgx.*postgres.*postgresql"])


def usage(name, argv, **changes):
    return Case(f"usage: {name}", argv, ours=Better(**{**USAGE.__dict__, **changes}))


CASES = [
    *global_flag_forms(),
    *bool_values(),
    *number_values(),
    Case("bool flag: a value apart is the next argument", ("-verbose", "false", "up"), ours=USAGE),
    run("flag: the last of a repeated one counts", "up 1", flags="-prefetch 3 -verbose -prefetch=0 -verbose=false"),
    Case("flag: the last -path counts", ("-path", "nowhere", "-path", "m", "-database", "{url}", "up", "1")),
    Case("flag: -- ends the flags", ("-path", "m", "-database", "{url}", "--", "up", "1")),
    Case("flag: a single - is an argument", ("-path", "m", "-database", "{url}", "-", "up"),
         ours=Better("usage-text", err=USAGE.err, row="absent")),
    run("flag: global flags after the command are the command's", "up -verbose",
        ours=Better("usage-text", err=[r"\Aflag provided but not defined: -verbose\nUsage of up:"], row="absent")),
    run("flag: arguments after the first are not flags", "up 1 -verbose"),
    Case("flag: three dashes", ("---path", "m", "up"),
         ours=Better("usage-text", err=[r"\Abad flag syntax: ---path\nUsage: migrate"])),
    Case("flag: = without a name", ("-=m", "up"),
         ours=Better("usage-text", err=[r"\Abad flag syntax: -=m\nUsage: migrate"])),
    Case("flag: an empty value is a value", ("-path=", "-source=file://m", "-database", "{url}", "up", "1")),

    usage("-help", ("-help",)),
    usage("--help", ("--help",)),
    usage("-h", ("-h",)),
    usage("--h", ("--h",)),
    usage("-help before a command that would fail", ("-help", "-database", "{dead}", "up")),
    usage("-help=true", ("-help=true",)),
    usage("no command", ()),
    usage("help is no command", ("help",)),
    usage("unknown command", ("frobnicate",)),
    usage("commands are lower case", ("UP",)),
    Case("usage: no command opens and makes nothing in ours", ("-path", "m", "-database", "{url}"),
         ours=Better("connects-only-when-needed", err=USAGE.err, row="absent")),
    Case("usage: an unknown command opens and makes nothing in ours",
         ("-path", "m", "-database", "{url}", "frobnicate"),
         ours=Better("connects-only-when-needed", err=USAGE.err, row="absent")),
    Case("usage: no command, with a database that is not there", ("-path", "m", "-database", "{dead}"), ours=USAGE),

    Case("version flag: -version", ("-version",), ours=Better("own-version", err=[r"\A[^\n]*[0-9]+\.[0-9]+\.[0-9]+"])),
    Case("version flag: --version", ("--version",),
         ours=Better("own-version", err=[r"\A[^\n]*[0-9]+\.[0-9]+\.[0-9]+"])),
    Case("version flag: wins over -help and a command", ("-help", "-version", "-database", "{dead}", "up"),
         ours=Better("own-version", err=[r"\A[^\n]*[0-9]+\.[0-9]+\.[0-9]+"], err_not=["Usage"])),
    Case("version flag: -version=false is none", ("-version=false", "-path", "m", "-database", "{url}", "up", "1")),

    Case("flag error: unknown", ("-nope", "up"),
         ours=Better("usage-text", err=[r"\Aflag provided but not defined: -nope\nUsage: migrate"])),
    Case("flag error: unknown with a value", ("-nope=1", "up"),
         ours=Better("usage-text", err=[r"\Aflag provided but not defined: -nope\nUsage: migrate"])),
    Case("flag error: value missing", ("-path",),
         ours=Better("usage-text", err=[r"\Aflag needs an argument: -path\nUsage: migrate"])),
    Case("flag error: number missing", ("-path", "m", "-prefetch"),
         ours=Better("usage-text", err=[r"\Aflag needs an argument: -prefetch\nUsage: migrate"])),
    Case("flag error: bad number", ("-lock-timeout", "-5", "up"), ours=Better(
        "usage-text", err=[r'\Ainvalid value "-5" for flag -lock-timeout: parse error\nUsage: migrate'])),
    Case("flag error: number out of range", ("-prefetch", "99999999999999999999", "up"), ours=Better(
        "usage-text",
        err=[r'\Ainvalid value "99999999999999999999" for flag -prefetch: value out of range\nUsage: migrate'])),
    Case("flag error: bad bool", ("-verbose=maybe", "up"), ours=Better(
        "usage-text", err=[r'\Ainvalid boolean value "maybe" for -verbose: parse error\nUsage: migrate'])),
    Case("flag error: bad bool, empty", ("-verbose=", "up"), ours=Better(
        "usage-text", err=[r'\Ainvalid boolean value "" for -verbose: parse error\nUsage: migrate'])),

    *[Case(f"command flag error: unknown, {command}", (command, "-nope"), ours=Better(
        "usage-text", err=[rf"\Aflag provided but not defined: -nope\nUsage of {command}:\n"]))
      for command in ("create", "goto", "up", "down", "drop", "force")],
    Case("command flag error: value missing", ("create", "-ext"), ours=Better(
        "usage-text", err=[r"\Aflag needs an argument: -ext\nUsage of create:\n"])),
    Case("command flag error: bad number", ("create", "-digits", "x", "n"), ours=Better(
        "usage-text", err=[r'\Ainvalid value "x" for flag -digits: parse error\nUsage of create:\n'])),
    Case("command flag error: bad bool", ("down", "-all=maybe"), ours=Better(
        "usage-text", err=[r'\Ainvalid boolean value "maybe" for -all: parse error\nUsage of down:\n'])),
    Case("command flag: two dashes and =", ("-path", "m", "-database", "{url}", "down", "--all=true"), before=("up",)),
    Case("command flag: -all=false asks", ("-path", "m", "-database", "{url}", "down", "-all=false"), before=("up",),
         stdin="n\n"),
    Case("command flag: -f=true drops", ("-path", "m", "-database", "{url}", "drop", "-f=true"), before=("up",)),

    *[Case(f"command help: {command} -help", ("-path", "m", "-database", "{dead}", command, "-help"),
           ours=Better("usage-text", err=[first, r"^  -help\b"]))
      for command, first in (("create", r"\A.*create \[-ext E\]"), ("goto", r"\A.*goto V"), ("up", r"\A.*up \[N\]"),
                             ("down", r"\A.*down \[N.*-all\]"), ("drop", r"\A.*drop \[-f\]"),
                             ("force", r"\A.*force V"))],
    *[Case(f"command help: {command} -h", ("-path", "m", "-database", "{dead}", command, "-h"),
           ours=Better("usage-text", err=[rf"\AUsage of {command}:\n", r"^  -help\b"]))
      for command in ("create", "goto", "up", "down", "drop", "force")],
    Case("command help: version has no flags", ("-path", "m", "-database", "{url}", "version", "-help"),
         before=("up 1",), ours=Better("version-help", err=[r"\A.*version\n.*current version"])),
    run("command help: version -h", "version -h", before=("up 1",), ours=Better(
        "version-help", err=[r"\AUsage of version:\n"])),
    run("command flag error: unknown, version", "version -nope", before=("up 1",), ours=Better(
        "version-help", code=2, err=[r"\Aflag provided but not defined: -nope\nUsage of version:\n"])),
    Case("command help: flag list of create", ("create", "-help"), ours=Better("usage-text", err=[
        r"^  -digits int\n +\t(.|\n)+? \(default 6\)$", r"^  -dir string\n +\t", r"^  -ext string\n +\t",
        r'^  -format string\n +\t(.|\n)+?\(default "20060102150405"\)$', r"^  -help\n +\t", r"^  -seq\n +\t",
        r'^  -tz string\n +\t(.|\n)+?\(default "UTC"\)$'])),
    Case("command help: a one-letter flag has its text on the same line", ("drop", "-help"),
         ours=Better("usage-text", err=[r"^  -f\t"])),

    Case("global flag: -source and -path, -source counts",
         ("-source", "file://m", "-path", "nowhere", "-database", "{url}", "up", "1")),
    raw("global flag: neither -source nor -path", "-database {url} up",
        ours=Better("says-which-flag", more=["-path", "MIGRATIONS_PATH"])),
    raw("global flag: no -database", "-path m up",
        ours=Better("says-which-flag", more=["-database", "DATABASE_URL"])),
    run("global flag: -prefetch 0", "up", flags="-prefetch 0 -verbose"),
    run("global flag: -prefetch 1", "up", flags="-prefetch 1"),
    run("global flag: -lock-timeout 1 is no obstacle to a free lock", "up 1", flags="-lock-timeout 1"),
    # golang-migrate may get the lock or not, so there need not be a difference: raw_err is not held to one.
    run("global flag: -lock-timeout 0 tries once", "up 1", flags="-lock-timeout 0", ours=Better(
        "lock-timeout", code=0, err=[r"\A1/u one \(T\)\n\Z"], raw_err=[r"^1/u one \("], row=[(1, False)],
        tables=("public.t1",))),
    run("global flag: -verbose", "up 1", flags="-verbose"),
    raw("environment: golang-migrate reads no DATABASE_URL and no MIGRATIONS_PATH", "up 1",
        env={"DATABASE_URL": "{url}", "MIGRATIONS_PATH": "m"},
        ours=Better("environment", code=0, err=[r"\A1/u one \(T\)\n\Z"], row=[(1, False)], tables=("public.t1",))),
    raw("environment: flags win", "-path m -database {url} up 1",
        env={"DATABASE_URL": "{dead}", "MIGRATIONS_PATH": "nowhere"}),
]
