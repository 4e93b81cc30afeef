# SPDX-License-Identifier: MIT
"""create: its flags, sequence numbers, time layouts and zones, names, folders and files."""

from differential_case import Better, Case, Folder, Link

SEQ_3 = {"000001_one.up.sql": "", "000001_one.down.sql": "", "000003_three.up.sql": ""}
# Elements of Go's reference time: those that change within a run are compared by shape.
STEADY_LAYOUTS = ["2006", "06", "20060102", "2006Jan02", "2006January2", "Mon", "Monday", "1", "01", "2", "02", "x_2", "002",
                  "x__2", "2006_01", "2006-01-02", "MST", "-0700", "-07", "-07:00", "Z0700", "Z07:00", "Z07", "-070000",
                  "Z070000", "Z07:00:00", "-07:00:00", "abc", "v2006", "2006.01", "Januaryx", "Janx", "Mondays", "Monx",
                  "2006012", "200612", "12006", "Jan _2", "[2006]", "2006è", "%Y", "yyyyMMdd"]
CLOCK_LAYOUTS = ["20060102150405", "15", "03", "3", "04", "4", "05", "5", "PM", "pm", "3PM", "20060102150405.000",
                 "150405.000000", "150405.000000000", "05,000", "05.0", "2006-01-02T15:04:05Z07:00", "1504", "0304", "345",
                 "2006010203040506", "unix", "unixNano", "Unix", "UNIX", "unixnano"]
ZONES = ["UTC", "", "Local", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+5",
         "America/St_Johns"]
BAD_ZONES = ["Mars/Base", "utc2", "../etc/passwd", "/etc/localtime", "europe/berlin ", "CET-1CEST"]


def create(name, *argv, files=None, **options):
    """create with -ext sql in front of what the case gives."""
    return Case(f"create: {name}", ("create", "-ext", "sql", *argv), files=files or {}, **options)


# Layouts that give a plain number, as `up` needs it.
NUMBERS = {"2006", "06", "20060102", "1", "01", "2", "02", "002", "2006012", "200612", "12006", "unix", "unixNano", "15",
           "20060102150405", "03", "3", "04", "4", "05", "5", "1504", "0304", "345", "2006010203040506"}


def layout(text, clock):
    """Ours warns when the files will be ignored; golang-migrate makes them in silence."""
    ours = Better("layout-warns", err=[r"^CWD/.*thing\.up\.sql$", r"^CWD/.*thing\.down\.sql$", "^warning: "])
    if text in NUMBERS:
        ours = None
    return create(f"layout {text!r}", "-format", text, "thing", clock=clock, ours=ours)


FLAG_CASES = [
    create("a time stamp by default", "thing"),
    create("-dir", "-dir", "m", "thing"),
    create("-dir that is not there", "-dir", "a/b/c", "thing"),
    create("-dir with a slash at its end", "-dir", "m/", "thing"),
    create("-dir ./m", "-dir", "./m", "thing"),
    create("-dir .", "-dir", ".", "thing"),
    create("-dir ./", "-dir", "./", "thing"),
    create("-dir cleaned", "-dir", "m//x/.././/y/..", "-seq", "thing"),
    create("-dir ..", "-dir", "m/..", "-seq", "thing"),
    create("-dir ../x", "-dir", "m/../x", "-seq", "thing"),
    create("-dir absolute", "-dir", "{cwd}/abs", "-seq", "thing"),
    create("-dir empty", "-dir", "", "-seq", "thing"),
    create("-dir with spaces", "-dir", "my dir", "-seq", "thing"),
    create("-dir is a file", "-dir", "m/f", "-seq", "thing", files={"f": "x"}),
    create("-dir below a file", "-dir", "m/f/d", "-seq", "thing", files={"f": "x"}),
    create("-dir is a link to a folder", "-dir", "m/l", "-seq", "thing", files={"d": Folder(), "l": Link("d")}),
    create("-dir may not be written", "-dir", "/proc/nowhere", "-seq", "thing"),
    *[Case(f"create: -ext {value!r}", ("create", "-ext", value, "-seq", "thing"), files={})
      for value in ("sql", ".sql", "..sql", "pgsql.txt", ".", "s q l")],
    Case("create: -ext empty", ("create", "-ext", "", "thing"), files={}),
    create("-digits without -seq", "-digits", "3", "thing"),
    create("-tz with unix", "-tz", "Asia/Kolkata", "-format", "unix", "thing", clock="shape"),
    create("flags after the name are arguments", "-seq", "thing", "-dir", "m"),
    create("more names", "-seq", "one", "two"),
    create("two dashes", "--seq", "--digits=3", "thing"),
    create("-seq=false", "-seq=false", "thing"),
    create("-seq=maybe", "-seq=maybe", "thing", ours=Better(
        "usage-text", err=[r'\Ainvalid boolean value "maybe" for -seq: parse error\nUsage of create:'])),
    Case("create: -path is not used", ("-path", "m", "create", "-ext", "sql", "-seq", "thing"), files={}),
]

SEQ_CASES = [
    create("-seq, the first", "-seq", "-dir", "m", "thing"),
    create("-seq, the next", "-seq", "-dir", "m", "thing", files=SEQ_3),
    create("-seq -digits 3", "-seq", "-digits", "3", "-dir", "m", "thing"),
    create("-seq -digits 1", "-seq", "-digits", "1", "-dir", "m", "thing"),
    create("-seq -digits 30", "-seq", "-digits", "30", "-dir", "m", "thing"),
    create("-seq -digits of a hexadecimal number", "-seq", "-digits", "0x4", "thing"),
    create("-seq, fewer digits than before", "-seq", "-digits", "3", "-dir", "m", "thing", files=SEQ_3),
    create("-seq, 9 then 10 in one digit", "-seq", "-digits", "1", "-dir", "m", "thing", files={"9_x.up.sql": ""}),
    create("-seq, 99 then 100 in two digits", "-seq", "-digits", "2", "-dir", "m", "thing", files={"99_x.up.sql": ""}),
    create("-seq, 9 then 10 in six digits", "-seq", "-dir", "m", "thing", files={"000009_x.up.sql": ""}),
    create("-seq -digits 0", "-seq", "-digits", "0", "thing"),
    create("-seq -digits -1", "-seq", "-digits", "-1", "thing"),
    create("-seq with another format", "-seq", "-format", "2006", "thing"),
    create("-seq with an empty format", "-seq", "-format", "", "thing"),
    create("-seq with the default format", "-seq", "-format", "20060102150405", "thing"),
    create("-seq with a zone", "-seq", "-tz", "Europe/Berlin", "thing"),
    create("-seq with a bad zone", "-seq", "-tz", "Mars/Base", "thing"),
    create("-seq, files with other extensions are migrations too", "-seq", "-dir", "m", "thing",
           files={"000007_x.up.txt": ""},
           ours=Better("seq-by-number", tree=("m/000008_thing.down.sql 0 644", "m/000008_thing.up.sql 0 644"),
                       err=[r"^CWD/m/000008_thing\.up\.sql$"])),
    create("-seq, only a down file is there", "-seq", "-dir", "m", "thing", files={"000007_x.down.sql": ""}),
    create("-seq, unpadded 9 and 10", "-seq", "-dir", "m", "thing", files={"9_x.up.sql": "", "10_y.up.sql": ""},
           ours=Better("seq-by-number", tree=("m/000011_thing.down.sql 0 644", "m/000011_thing.up.sql 0 644"),
                       err=[r"^CWD/m/000011_thing\.up\.sql$"])),
    create("-seq, a file without underscore", "-seq", "-dir", "m", "thing", files={"000001_a.up.sql": "", "schema.sql": ""},
           ours=Better("seq-by-number", code=0, tree=("m/000002_thing.down.sql 0 644", "m/000002_thing.up.sql 0 644"),
                       err=[r"^CWD/m/000002_thing\.up\.sql$"])),
    create("-seq, a file that starts with an underscore", "-seq", "-dir", "m", "thing", files={"_x.sql": ""},
           ours=Better("seq-by-number", code=0, tree=("m/000001_thing.down.sql 0 644", "m/000001_thing.up.sql 0 644"),
                       err=[r"^CWD/m/000001_thing\.up\.sql$"])),
    create("-seq, a prefix that is no number", "-seq", "-dir", "m", "thing", files={"schema_x.sql": ""},
           ours=Better("seq-by-number", code=0, tree=("m/000001_thing.down.sql 0 644", "m/000001_thing.up.sql 0 644"),
                       err=[r"^CWD/m/000001_thing\.up\.sql$"])),
    create("-seq after a time stamp", "-seq", "-dir", "m", "thing", files={"20230101000000_x.up.sql": ""}),
    create("-seq after a time stamp, enough digits", "-seq", "-digits", "14", "-dir", "m", "thing",
           files={"20230101000000_x.up.sql": ""}),
    create("-seq after the largest number", "-seq", "-digits", "20", "-dir", "m", "thing",
           files={"18446744073709551615_x.up.sql": ""},
           ours=Better("seq-by-number", code=1, err=["^error: "], tree=())),
    create("-seq, the largest usable number", "-seq", "-digits", "19", "-dir", "m", "thing",
           files={"9223372036854775806_x.up.sql": ""}),
    create("-seq, past the largest usable number", "-seq", "-digits", "19", "-dir", "m", "thing",
           files={"9223372036854775807_x.up.sql": ""},
           ours=Better("seq-by-number", code=1, err=["^error: "], tree=())),
]

TIME_CASES = [
    *[layout(text, "exact") for text in STEADY_LAYOUTS],
    *[layout(text, "shape") for text in CLOCK_LAYOUTS],
    create("an empty layout", "-format", "", "thing"),
    *[create(f"zone {zone!r}", "-tz", zone, "-format", "200601021504", "thing", clock="exact") for zone in ZONES],
    *[create(f"zone {zone!r} by its offset", "-tz", zone, "-format", "-0700", "thing", clock="exact", ours=Better(
        "layout-warns", err=[r"^warning: "])) for zone in ZONES],
    *[create(f"bad zone {zone!r}", "-tz", zone, "thing") for zone in BAD_ZONES],
    *[create(f"bad zone {zone!r}, which is a folder", "-tz", zone, "thing", ours=Better(
        "zone-text", err=[rf"\Aunknown time zone {zone}\n"])) for zone in ("Europe/", ".")],
    create("Local is TZ's zone", "-tz", "Local", "-format", "200601021504", "thing", clock="exact",
           env={"TZ": "Asia/Tokyo"}),
    create("UTC whatever TZ says", "-format", "200601021504", "thing", clock="exact", env={"TZ": "Asia/Tokyo"}),
]

NAME_CASES = [
    *[create(f"name {name!r}", "-seq", name) for name in ("two words", "CamelCase", "a.b", "a_b", "ä", "", "a'b", 'a"b',
                                                       "$x", "up", "x.up", "-")],
    create("a name after --", "-seq", "--", "-dash"),
    *[create(f"name {name!r}", "-seq", "-dir", "m", name, files={"000001_a": Folder()} if name == "a/b" else {},
             ours=Better("plain-names", code=1, err=["^error: "], tree=()))
      for name in ("x/y", "a/b", "../up", "/abs")],
    create("a name with a newline", "-seq", "a\nb", ours=Better(
        "create-refuses", code=1, err=[r'\Aerror: name "a\\nb" holds a newline'], tree=())),
    *[Case(f"create: -ext {value!r} hides the direction", ("create", "-ext", value, "-seq", "thing"), files={},
           ours=Better("create-refuses", code=1, err=[rf'\Aerror: extension "{value}" hides'], tree=()))
      for value in ("up.sql", "down.sql")],
    Case("create: a slash in -ext", ("create", "-ext", "a/b", "-seq", "thing"), files={}, ours=Better(
        "plain-names", err=[r'\Aerror: extension "a/b" holds a slash'])),
    create("a slash in -format", "-format", "2006/01", "thing", ours=Better(
        "plain-names", err=[r'\Aerror: version "\d+/\d+" holds a slash'])),
    Case("create: glob characters in -ext", ("create", "-ext", "[", "-seq", "thing"), files={}, ours=Better(
        "plain-names", code=0, err=[r"^CWD/000001_thing\.up\.\[$"],
        tree=("000001_thing.down.[ 0 644", "000001_thing.up.[ 0 644"))),
    create("-digits beyond the longest name", "-seq", "-digits", "300", "thing", ours=Better(
        "plain-names", err=[r"\Aerror: digits must be at most 255"])),
    create("a name too long for a file", "-seq", "x" * 300),
    create("glob characters in -dir: [", "-seq", "-dir", "[", "thing", ours=Better(
        "plain-names", code=0, err=[r"^CWD/\[/000001_thing\.up\.sql$"],
        tree=("[ - 755", "[/000001_thing.down.sql 0 644", "[/000001_thing.up.sql 0 644"))),
    create("glob characters in -dir: *", "-seq", "-dir", "*", "thing", files={"000005_x.up.sql": ""}, ours=Better(
        "plain-names", code=0, err=[r"^CWD/\*/000001_thing\.up\.sql$"],
        tree=("* - 755", "*/000001_thing.down.sql 0 644", "*/000001_thing.up.sql 0 644"))),
    # 7 is no element of Go's layouts: it stands for itself.
    create("version is there already", "-format", "7", "-dir", "m", "thing", files={"7_other.up.sql": ""}),
    *[create(f"version is there already, in {name}", "-format", "7", "-dir", "m", "thing", files={name: ""}, ours=Better(
        "create-refuses", code=1, err=[rf"\Aerror: duplicate migration version: 7\n  hint: {name} has"], tree=()))
      for name in ("07_other.up.sql", "7_other.up.txt")],
    create("a version below one that is there", "-format", "7", "-dir", "m", "thing", files={"9_other.up.sql": ""},
           ours=Better("create-refuses", err=[r"^warning: version 7 is below that of 9_other\.up\.sql"])),
    create("a version beyond the largest", "-format", "99999999999999999999", "thing", ours=Better(
        "create-refuses", code=1, err=[r"\Aerror: version 99999999999999999999 is too large"], tree=())),
    create("duplicate version", "-format", "x", "-dir", "m", "thing", files={"x_other.up.sql": ""}),
    create("duplicate version, another extension", "-format", "x", "-dir", "m", "thing", files={"x_other.up.txt": ""},
           ours=Better("layout-warns", err=["^warning: "])),
    create("duplicate version, only a file with that beginning", "-format", "x", "-dir", "m", "thing",
           files={"x_anything.sql": ""}),
    create("duplicate version, a longer number is another", "-format", "x", "-dir", "m", "thing",
           files={"xx_other.up.sql": ""}, ours=Better("layout-warns", err=["^warning: "])),
]

CASES = [*FLAG_CASES, *SEQ_CASES, *TIME_CASES, *NAME_CASES]
