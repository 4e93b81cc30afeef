# SPDX-License-Identifier: MIT
"""Database URLs and their x- parameters, what failing files say, and what drop takes along."""

from differential_case import THREE, Better, Case, raw, run

# A message that fails in the third line, its line ends as in Windows.
CRLF = "CREATE TABLE a (i int);\r\n-- b\r\nCREATE TABEL c (i int);\r\n"
SEMICOLONS = "INSERT INTO t1 VALUES ('a;b'); -- a;b\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;"


def with_parameters(name, parameters, command="up 1", **options):
    return Case(f"url: {name}", ("-path", "m", "-database", "{url}&" + parameters, *command.split()), **options)


# The database's own formats, which lib/pq overrides and pgx does not; what the file saw stands in the names of tables.
FORMATS = ("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET datestyle = %L', current_database(), 'SQL, DMY');"
           " EXECUTE format('ALTER DATABASE %I SET extra_float_digits = 0', current_database()); END $$;")
SEEN = {"1_seen.up.sql": "DO $$ BEGIN EXECUTE format('CREATE TABLE %I ()', 'month ' || to_char('01/02/2026'::date, 'MM') ||"
                         " ', digits ' || length((0.1::float8 + 0.2::float8)::text)); END $$;"}

URL_CASES = [
    with_parameters("x-migrations-table", "x-migrations-table=mig"),
    with_parameters("x-migrations-table with a dot", "x-migrations-table=app.mig"),
    with_parameters("x-migrations-table-quoted without quotes", "x-migrations-table=mig&x-migrations-table-quoted=1"),
    with_parameters("x-migrations-table-quoted, a schema that is not there",
                    "x-migrations-table=%22app%22.%22mig%22&x-migrations-table-quoted=1", ours=Better(
                        "own-statements", more=["^  SQLSTATE 3F000"],
                        err=[r'\Aerror: pq: schema "app" does not exist in line 0: CREATE TABLE'])),
    with_parameters("x-migrations-table-quoted, three parts",
                    "x-migrations-table=%22a%22.%22b%22.%22c%22&x-migrations-table-quoted=1"),
    with_parameters("x-migrations-table-quoted, a bad bool", "x-migrations-table=mig&x-migrations-table-quoted=yes"),
    with_parameters("x-multi-statement, a bad bool", "x-multi-statement=yes"),
    with_parameters("x-statement-timeout, no number", "x-statement-timeout=soon", ours=Better(
        "names-the-parameter", err=["^error: .*x-statement-timeout"], row="absent")),
    with_parameters("x-statement-timeout, a duration", "x-statement-timeout=60s", ours=Better(
        "durations", code=0, err=[r"\A1/u one \(T\)\n\Z"], row=[(1, False)], tables=("public.t1",))),
    with_parameters("x-multi-statement-max-size, no number", "x-multi-statement-max-size=1M", ours=Better(
        "names-the-parameter", err=["^error: .*x-multi-statement-max-size"], row="absent")),
    with_parameters("another x- parameter is ignored", "x-nothing=1"),
    with_parameters("an unknown server parameter", "foo=1"),
    with_parameters("a server parameter", "search_path=pg_catalog,public&application_name=a", command="version",
                    ours=Better("table-when-needed", err=[r"\Aerror: no migration\n"])),
    with_parameters("no schema", "search_path=nowhere"),
    with_parameters("a pair with a semicolon", "x-migrations-table=a;b", ours=Better(
        "semicolon-in-url", code=1, err=["^error: "], row="absent", tables=())),
    with_parameters("x-statement-timeout that is not reached", "x-statement-timeout=60000"),
    with_parameters("x-statement-timeout that is reached", "x-statement-timeout=200", files={
        "1_slow.up.sql": "CREATE TABLE gone (i int); SELECT pg_sleep(10);"}, ours=Better(
            "never-dirty", code=1, err=["^error: migration failed: canceling statement due to"], row="absent", tables=())),
    with_parameters("x-multi-statement cuts at the statements' ends", "x-multi-statement=true", command="up", files={
        "1_one.up.sql": "CREATE TABLE t1 (t text);", "2_two.up.sql": SEMICOLONS}, ours=Better(
            "cuts-between-statements", code=0, err=[r"\A1/u one \(T\)\n2/u two \(T\)\n\Z"], row=[(2, False)])),
    with_parameters("x-multi-statement on plain statements", "x-multi-statement=true", command="up"),
    raw("url: pgx5", "-path m -database {pgx5_url} up"),
    raw("url: pgx", "-path m -database {pgx_url} up"),
    raw("url: a server that is not there, pgx5", "-path m -database pgx5://postgres@127.0.0.1:1/x up", ours=Better(
        "connection-texts", err=["^error: .*connection refused"])),
    raw("url: a host that is not there", "-path m -database postgres://postgres@no.such.host.invalid/x?sslmode=disable up",
        ours=Better("connection-texts", err=["^error: .*no.such.host.invalid"])),
    raw("url: a database that is not there",
        "-path m -database postgres://postgres@127.0.0.1:{port}/not_there?sslmode=disable up"),
    raw("url: sslmode that lib/pq has not",
        "-path m -database postgres://postgres@127.0.0.1:{port}/postgres?sslmode=sometimes up"),
    raw("url: TLS is required by default", "-path m -database postgres://postgres@127.0.0.1:{port}/postgres up"),
    raw("url: the first of a repeated key counts", "-path m -database {url}&x-migrations-table=a&x-migrations-table=b up"),
    raw("url: a password is not printed when the URL does not parse",
        "-path m -database postgres://bob:sec%zzret@127.0.0.1:1/x up", ours=Better(
            "no-secrets", err=["^error: "], err_not=["sec", "ret@"])),
    raw("url: a password is not printed when the port is bad",
        "-path m -database postgres://bob:secret@127.0.0.1:port/x up", ours=Better(
            "no-secrets", err=["^error: "], err_not=["secret"])),
    *[raw(f"url: formats of dates and numbers, {scheme}", f"-path m -database {{{scheme}}} up", files=SEEN, sql=FORMATS)
      for scheme in ("url", "pgx_url", "pgx5_url")],
    with_parameters("datestyle", "datestyle=ISO,%20MDY"),
    with_parameters("another datestyle", "datestyle=German"),
    with_parameters("empty values", "search_path=&application_name="),
    with_parameters("two databases", "dbname=zzz", ours=Better(
        "two-databases", code=1, err=[r"\Aerror: the database URL names two databases"], row="absent")),
    with_parameters("a key of libpq", "target_session_attrs=any", ours=Better(
        "libpq-keys", code=0, err=[r"\A1/u one \(T\)\n\Z"], row=[(1, False)], tables=("public.t1",))),
    raw("url: PGHOSTADDR in the environment", "-path m -database {url} up 1", env={"PGHOSTADDR": "127.0.0.1"}, ours=Better(
        "no-panic", code=0, err=[r"\A1/u one \(T\)\n\Z"], row=[(1, False)], tables=("public.t1",))),
    raw("url: PGDATESTYLE in the environment", "-path m -database {url} up 1", env={"PGDATESTYLE": "German"}, ours=Better(
        "libpq-keys", code=0, err=[r"\A1/u one \(T\)\n\Z"], row=[(1, False)], tables=("public.t1",))),
    raw("url: PGSERVICE in the environment", "-path m -database {url} up 1", env={"PGSERVICE": "nothing"}, ours=Better(
        "no-panic", code=1, err=[r'^error: definition of service "nothing" not found'])),
]

FAILURE_CASES = [
    run("failure text: Windows line ends", "up", files={"1_crlf.up.sql": CRLF}, ours=Better(
        "columns-count-characters", err=[r'^error: migration failed: .* \(column 8\) in line 3'], row="absent")),
    run("failure text: a failed down", "down 1", before=("up",), files={**THREE, "3_three.down.sql": "DROP TABLE nowhere;"},
        ours=Better("never-dirty", err=[r'^error: migration failed: table "nowhere" does not exist'], row=[(3, False)],
                    tables=("public.t1", "public.t2", "public.t3"))),
    run("failure text: a failed first down", "down 1", before=("up 1",), files={**THREE, "1_one.down.sql": "SELECT 1/0;"},
        ours=Better("never-dirty", err=["^error: migration failed: division by zero"], row=[(1, False)])),
    run("failure text: BEGIN without COMMIT", "up", files={"1_begin.up.sql": "BEGIN; CREATE TABLE lost (i int);"},
        ours=Better("unfinished-begin", code=1, err=["^error: .*BEGIN", "m/1_begin.up.sql:1:1"], tables=(), row="absent")),
    run("failure text: COPY FROM STDIN", "up",
        files={"1_copy.up.sql": "CREATE TABLE c (i int);\nCOPY c FROM STDIN;\n1\n\\.\n"},
        ours=Better("never-dirty", code=1, err=["^error: .*COPY"], tables=(), row="absent")),
    run("failure text: a psql command", "up", files={"1_psql.up.sql": "\\set x 1\nSELECT 1;"}, ours=Better(
        "never-dirty", code=1, err=["^error: "], row="absent")),
    run("file: its own BEGIN and COMMIT", "up", files={"1_own.up.sql": "BEGIN;\nCREATE TABLE own (i int);\nCOMMIT;"}),
    run("file: VACUUM alone", "up", files={"1_vacuum.up.sql": "VACUUM pg_class;"}),
    run("file: CREATE INDEX CONCURRENTLY alone", "up", files={
        "1_one.up.sql": "CREATE TABLE t1 (id int);", "2_two.up.sql": "/* alone */ CREATE INDEX CONCURRENTLY i ON t1 (id);"}),
    run("file: notices are not shown", "up", files={"1_notice.up.sql": "DO $$ BEGIN RAISE NOTICE 'n'; END $$;"}),
    run("file: results are not shown", "up", files={"1_select.up.sql": "SELECT 'shown';"}),
    run("file: search_path changed by a file", "up", files={
        "1_path.up.sql": "CREATE SCHEMA app; SET search_path = app;", "2_two.up.sql": "CREATE TABLE there (i int);"}),
]

VIEW = "CREATE VIEW v AS SELECT 1 AS one; CREATE SEQUENCE s; CREATE MATERIALIZED VIEW mv AS SELECT 2 AS two;"
DROP_CASES = [
    run("drop: views, sequences and materialized views go too", "drop -f", sql=VIEW, ours=Better(
        "drop-everything", tables=())),
    run("drop: a table that others refer to", "drop -f", sql="CREATE TABLE a (i int PRIMARY KEY);"
        " CREATE TABLE b (i int REFERENCES a);"),
    run("drop: a table whose name needs quotes", "drop -f", sql='CREATE TABLE "A b" (i int); CREATE TABLE "c""d" (i int);'),
    run("drop: other schemas stay", "drop -f", sql="CREATE SCHEMA app; CREATE TABLE app.kept (i int);"),
    run("drop: an empty schema", "drop -f"),
    run("drop: then up starts afresh", "up", before=("up", "drop -f")),
]

CASES = [*URL_CASES, *FAILURE_CASES, *DROP_CASES]
