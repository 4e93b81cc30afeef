# SPDX-License-Identifier: MIT
"""Which files count, their order, missing halves, empty and odd files, and what the source says when it cannot be used."""

from differential_case import THREE, Better, Case, Folder, Link, Mode, raw, run

# name in the directory -> whether golang-migrate takes it; each is tried beside a plain version 900.
NAMES = ["1_a.up.sql", "0001_a.up.sql", "1_.up.sql", "7_ok.up.", "1_x.down.up.sql", "1_x.up.down.sql", "1_a.up.sql.bak",
         "1_a.up.sql~", "1_a.up", "1-a.up.sql", "a_1.up.sql", "v1_a.up.sql", ".1_a.up.sql", "-1_a.up.sql",
         "1_a.UP.sql", "1_a.Up.sql", "1_a.up.txt", "1_a b.up.sql", "1_a.b.c.up.sql", "1__a.up.sql", "1_a.up.up.sql",
         "1.up.sql", "1_a.sql", "_a.up.sql", " 1_a.up.sql", "1_a.up.sql ", "+1_a.up.sql", "0_zero.up.sql",
         "00_zero.up.sql", "9223372036854775807_max.up.sql", "1_ä.up.sql", "1_a\n.up.sql", "1_a.up.\n", "1_a.up.s\nql",
         "1_!@#$%^&()=.up.sql", "١_a.up.sql"]


def name_cases():
    plain = {"900_plain.up.sql": "CREATE TABLE t900 (id int);"}
    return [run(f"name: {name!r}", "up", files={name: "CREATE TABLE found (id int);", **plain}) for name in NAMES]


DUPLICATES = {
    "same name but for zeros": {"0001_b.up.sql": "", "1_a.up.sql": ""},
    "different titles": {"1_a.up.sql": "", "1_b.up.sql": ""},
    "down files": {"1_a.up.sql": "", "1_a.down.sql": "", "1_b.down.sql": ""},
    "different extensions": {"1_a.up.sql": "", "1_a.up.txt": ""},
    "a backup file": {"1_a.up.sql": "", "1_a.up.sql.bak": ""},
    "an editor's copy": {"1_a.up.sql": "", "1_a.up.sql~": ""},
}
NAME_CASES = [
    *name_cases(),
    run("name: up and down of one version may differ in title and extension", "up",
        files={"1_a.up.sql": "CREATE TABLE a ();", "1_b.down.pgsql": "DROP TABLE a;"}),
    run("name: the down file of another title runs", "down -all", before=("up",),
        files={"1_a.up.sql": "CREATE TABLE a ();", "1_b.down.pgsql": "DROP TABLE a;"}),
    run("name: a folder is ignored", "up", files={"1_a.up.sql": Folder(), "2_two.up.sql": "SELECT 1;"}),
    run("name: files in subfolders are ignored", "up", files={"sub/1_a.up.sql": "SELECT 1;", "2_two.up.sql": "SELECT 1;"}),
    run("name: a symbolic link counts", "up", files={"real": "CREATE TABLE a ();", "1_a.up.sql": Link("real")}),
    run("order: by number, not by name", "up",
        files={f"{n}_n.up.sql": f"CREATE TABLE n{n} ();" for n in (10, 9, 2, 1, 100)}),
    run("order: version 0 is a version", "up", files={"0_zero.up.sql": "SELECT 1;", "1_one.up.sql": "SELECT 1;"}),
    run("order: version 0 is the first to go up to", "goto 0", files={"0_zero.up.sql": "SELECT 1;", "1_one.up.sql": ""}),
    run("order: down from version 0 ends at no version", "down 1", before=("up",),
        files={"0_zero.up.sql": "SELECT 1;", "0_zero.down.sql": "SELECT 1;"}),
    run("order: the largest version that works", "up", files={"9223372036854775807_max.up.sql": "CREATE TABLE a ();"}),
    *[run(f"order: {name} is refused", "up 1", files={f"{name}_large.up.sql": "CREATE TABLE large ();"}, ours=Better(
        "version-too-large", code=1, err=["^error: ", f"{name}_large.up.sql: .*9223372036854775807"], row="absent",
        tables=()))
      for name in ("9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999999")],
    *[run(f"duplicate: {name}", "up", files=files) for name, files in DUPLICATES.items()],
    run("duplicate: several", "up", files={"1_a.up.sql": "", "1_b.up.sql": "", "2_c.up.sql": "", "2_d.up.sql": "",
                                           "3_e.up.sql": Link("nowhere")},
        ours=Better("every-problem", more=[r"1_b\.up\.sql", r"2_d\.up\.sql", r"3_e\.up\.sql"])),
    run("duplicate: hinders version too", "version", files=DUPLICATES["different titles"]),
]

ONLY_UP = {"1_one.up.sql": "CREATE TABLE t1 (id int);", "2_two.up.sql": "CREATE TABLE t2 (id int);"}
ONLY_DOWN = {"1_one.up.sql": "SELECT 1;", "1_one.down.sql": "SELECT 1;", "2_two.down.sql": "SELECT 1;",
             "3_three.up.sql": "SELECT 1;", "3_three.down.sql": "SELECT 1;"}
BODIES = {"zero bytes": "", "one newline": "\n", "white space": " \t\r\n \n", "a comment": "-- nothing\n",
          "a block comment": "/* nothing */", "a semicolon": ";", "semicolons": ";;;\n;", "no final newline": "SELECT 1",
          "CR LF": "CREATE TABLE crlf (id int);\r\nSELECT 1;\r\n", "a long line": "SELECT '" + "x" * 200000 + "';"}


def broken(name, sql, pattern):
    """A file that fails: golang-migrate leaves the row dirty, ours rolls back."""
    return run(f"failure: {name}", "up", files={"1_one.up.sql": "CREATE TABLE t1 (id int);", "2_bad.up.sql": sql},
               ours=Better("never-dirty", err=[r"\A1/u one \(T\)\n", pattern], row=[(1, False)], tables=("public.t1",)))


BODY_CASES = [
    run("halves: up over a missing up file", "up", files=ONLY_DOWN),
    run("halves: up 1 onto a missing up file", "up 2", files=ONLY_DOWN),
    run("halves: goto a version that has only a down file", "goto 2", files=ONLY_DOWN),
    run("halves: down over a missing down file", "down -all", files=ONLY_UP, before=("up",), ours=Better(
        "missing-down-warns", err=["^2/d <empty> \\(T\\)$", "^1/d <empty> \\(T\\)$", "^warning: "])),
    run("halves: goto down over a missing down file", "goto 1", files=ONLY_UP, before=("up",), ours=Better(
        "missing-down-warns", err=["^2/d <empty> \\(T\\)$", "^warning: "])),
    *[run(f"body: {name}", "up", files={"1_body.up.sql": body, "1_body.down.sql": body}) for name, body in BODIES.items()],
    *[run(f"body: {name}, going down", "down -all", before=("up",), files={"1_body.up.sql": "SELECT 1;",
                                                                       "1_body.down.sql": body})
      for name, body in BODIES.items() if name != "CR LF"],
    run("body: a byte order mark is stripped", "up", files={"1_bom.up.sql": b"\xef\xbb\xbfCREATE TABLE bom (id int);"},
        ours=Better("byte-order-mark", code=0, err=[r"\A1/u bom \(T\)\n"], row=[(1, False)], tables=("public.bom",))),
    run("body: not UTF-8", "up", files={"1_latin.up.sql": b"SELECT '\xe4';"}, ours=Better(
        "not-utf8", code=1, err=["^error: .*1_latin.up.sql"], row="absent")),
    run("body: a dangling link is no missing file", "up", files={"1_a.up.sql": Link("nowhere"), "2_b.up.sql": "SELECT 1;"},
        ours=Better("unreadable-file", code=1, err=["^error: ", "1_a.up.sql: .*link"], row="absent")),
    run("body: a link to a folder is no migration", "up", files={"d": Folder(), "1_a.up.sql": Link("d")}, since="4.19.0",
        ours=Better("unreadable-file", code=1, err=["^error: ", "1_a.up.sql: .*link"], row="absent")),
    run("body: a loop of links", "up", files={"1_a.up.sql": Link("2_b.up.sql"), "2_b.up.sql": Link("1_a.up.sql")},
        ours=Better("unreadable-file", code=1, err=["^error: ", "1_a.up.sql: .*link"], row="absent")),
    run("body: an unreadable file is found before anything runs", "up", unprivileged=True,
        files={"1_one.up.sql": "CREATE TABLE t1 ();", "2_two.up.sql": Mode("SELECT 1;", 0o000)},
        ours=Better("unreadable-file", code=1, err=["^error: .*2_two.up.sql.*permission denied"], row="absent", tables=())),
    broken("a syntax error in the third line", "CREATE TABLE b (i int);\n-- second\nCREATE TABEL x (i int);\n",
           r'^error: migration failed: syntax error at or near "TABEL" \(column 8\) in line 3'),
    broken("an error with detail", "INSERT INTO t1 VALUES (1);\nALTER TABLE t1 ADD PRIMARY KEY (id);\nINSERT INTO t1"
           " VALUES (1);", r'^error: migration failed: duplicate key value violates unique constraint "t1_pkey",'
           r" Key \(id\)=\(1\) already exists\."),
    broken("an error without a position", "SELECT 1/0;", "^error: migration failed: division by zero"),
    broken("statements before the error are rolled back", "CREATE TABLE gone (i int); SELECT 1/0;",
           "^error: migration failed: division by zero"),
    run("failure: one that cannot run in a transaction and did nothing", "up",
        files={"1_bad.up.sql": "CREATE INDEX CONCURRENTLY i ON nowhere (id);"}, ours=Better(
            "never-dirty", err=[r'^error: migration failed: relation "nowhere" does not exist'], row=[])),
    run("failure: one of which nobody can see what it did is dirty in both", "up",
        files={"1_bad.up.sql": "DO $$ BEGIN COMMIT; PERFORM 1/0; END $$;"}, ours=Better(
            "more-lines", err=[r"^error: migration failed: division by zero"])),
    run("failure: a concurrent index beside another statement", "up",
        files={"1_bad.up.sql": "CREATE TABLE a (i int); CREATE INDEX CONCURRENTLY ai ON a (i);"}, ours=Better(
            "segments", code=0, err=[r"\A1/u bad \(T\)\n"], row=[(1, False)], tables=("public.a", "public.ai"))),
]

NOT_FOUND = r"^error: .*no such file or directory"
SOURCE_CASES = [
    Case("source: directory missing", ("-path", "nowhere", "-database", "{url}", "up"), ours=Better(
        "names-the-directory", err=["^error: .*nowhere.*no such file or directory"], row="absent")),
    Case("source: path is a file", ("-path", "m/1_one.up.sql", "-database", "{url}", "up"), ours=Better(
        "names-the-directory", err=["^error: .*m/1_one.up.sql.*not a directory"], row="absent")),
    run("source: empty directory, up", "up", files={}, ours=Better(
        "names-the-directory", more=[r"\bm\b.*(no|empty|migration)"])),
    run("source: empty directory, up 1", "up 1", files={}, ours=Better(
        "names-the-directory", more=[r"\bm\b.*(no|empty|migration)"])),
    run("source: empty directory, down 1", "down 1", files={}),
    run("source: empty directory, down -all", "down -all", files={}),
    run("source: empty directory, goto 1", "goto 1", files={}, ours=Better(
        "said-once", err=[r"\Aerror: no migration found for version 1: read down for version 1 \.: file does not exist\n"])),
    run("source: empty directory, version", "version", files={}),
    run("source: empty directory, force 1", "force 1", files={}),
    run("source: only other files in it", "up", files={"README.md": "x"}, ours=Better(
        "names-the-directory", more=[r"\bm\b.*(no|empty|migration)"])),
    run("source: no next file, up 1", "up 1", before=("up",)),
    run("source: no next file, down 1", "down 1"),
    raw("source: unknown scheme", "-source foo://m -database {url} up"),
    raw("source: no scheme", "-source m -database {url} up"),
    raw("source: colon first", "-source :m -database {url} up"),
    raw("source: a scheme in capitals", "-source FILE://m -database {url} up 1"),
    raw("database: unknown scheme", "-path m -database foo://x up", ours=Better(
        "own-drivers", more=["knows: .*postgres"])),
    raw("database: no scheme", "-path m -database x up"),
    raw("database: colon first", "-path m -database :x up"),
    raw("database: schemes are case sensitive", "-path m -database POSTGRES://127.0.0.1:1/x up"),
    raw("both wrong: the source is opened first", "-path nowhere -database {dead} up", ours=Better(
        "names-the-directory", err=[NOT_FOUND], err_not=["connection refused"])),
]


def url_form(name, *argv, folder="m", **options):
    """The migrations lie in `folder` below the working directory; the flag says how they are asked for."""
    files = {f"{'../' if folder != 'm' else ''}{folder + '/' if folder != 'm' else ''}{file}": text
             for file, text in THREE.items()}
    return Case(f"path: {name}", (*argv, "-database", "{url}", "up", "1"), files=files, **options)


PATH_CASES = [
    url_form("-path m", "-path", "m"),
    url_form("-path m/", "-path", "m/"),
    url_form("-path ./m", "-path", "./m"),
    url_form("-path .//m", "-path", ".//m"),
    url_form("-path through its parent", "-path", "m/../m"),
    url_form("-path above", "-path", "../w/m"),
    url_form("-path absolute", "-path", "{cwd}/m"),
    url_form("file://m", "-source", "file://m"),
    url_form("file://./m", "-source", "file://./m"),
    url_form("file://../m", "-source", "file://../w/m"),
    url_form("file://m/", "-source", "file://m/"),
    url_form("file:///absolute", "-source", "file://{cwd}/m"),
    url_form("file:m", "-source", "file:m"),
    url_form("file:./m", "-source", "file:./m"),
    url_form("file: is not decoded", "-source", "file:a%20b", folder="a%20b"),
    url_form("file:// is the working directory", "-source", "file://", folder="."),
    url_form("query and fragment are dropped", "-source", "file://m?x=1#f"),
    url_form("sub/folder", "-path", "a/b", folder="a/b"),
    url_form("a space in a later part", "-path", "./my dir", folder="my dir"),
    url_form("%20 in a later part is decoded", "-path", "./my%20dir", folder="my dir"),
    url_form("-source with %20 in a later part", "-source", "file://./my%20dir", folder="my dir"),
    url_form("-path m:1", "-path", "m:1", folder="m:1"),
    *[url_form(f"-path {name}", "-path", name, folder=folder, ours=Better(
        "path-is-a-path", code=0, err=[r"\A1/u one \(T\)\n\Z"], row=[(1, False)], tables=("public.t1",)))
      for name, folder in (("my dir", "my dir"), ("p%zz", "p%zz"), ("./100%", "100%"), ("a@m", "a@m"), ("m:x", "m:x"),
                           ("./q?x", "q?x"), ("./h#x", "h#x"), ("my%20dir", "my%20dir"))],
    url_form("-source with a space in its first part", "-source", "file://my dir", folder="my dir"),
    url_form("-source with %20 in its first part", "-source", "file://my%20dir", folder="my dir"),
    url_form("-source with a bare %", "-source", "file://p%zz", folder="p%zz"),
    url_form("-source with a bad port", "-source", "file://m:x", folder="m:x"),
    url_form("-source with a user", "-source", "file://a@m"),
]

CASES = [*NAME_CASES, *BODY_CASES, *SOURCE_CASES, *PATH_CASES]
