# SPDX-License-Identifier: MIT
"""What strangers may plant in a schema of the search_path is never run by the engine's own statements."""

import unittest

from engine import EngineTest

# Operators that fit these operands better than pg_catalog's, which need a cast, and so would win.
OPERATORS = (
    [("||", "text", right, "text") for right in ("int", "bigint", "boolean", "xid", "name", "numeric")]
    + [("||", "name", "text", "text"), ("=", "name", "varchar", "boolean"), ("=", "bigint", "numeric", "boolean"),
       ("%", "bigint", "numeric", "numeric"), ("=", "oid", "bigint", "boolean"), (">=", "bigint", "numeric", "boolean")])
FUNCTIONS = ("format(text, name, name)", "format(text, text, text)", "array_to_tsvector(name[])", "set_config(text, text, text)",
             "pg_advisory_unlock(int)", "pg_try_advisory_lock(int)", "coalesce_all(text)", "left(text, bigint)")


class Hostile(EngineTest):

    def plant(self):
        """Everything raises 'trapped' when it is called."""
        body = "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$"
        script = []
        for number, (operator, left, right, result) in enumerate(OPERATORS):
            script.append(f"CREATE FUNCTION evil{number}({left}, {right}) RETURNS {result} {body};"
                          f"CREATE OPERATOR public.{operator} (LEFTARG = {left}, RIGHTARG = {right},"
                          f" FUNCTION = evil{number});")
        script += [f"CREATE FUNCTION public.{function} RETURNS text {body};" for function in FUNCTIONS]
        self.sql("\n".join(script))

    def test_planted_operators_and_functions_are_not_run(self):
        self.plant()
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        for arguments in (("up", "1"), ("version",), ("up",), ("up",), ("down", "1"), ("force", "2"), ("version",),
                          ("down", "-all"), ("drop", "-f")):
            with self.subTest(arguments=arguments):
                self.assertNotIn("trapped", self.done(*arguments).err)

    def test_the_trap_works(self):
        self.plant()
        with self.assertRaisesRegex(Exception, "trapped"):
            self.sql("SELECT 'a'::text || 1::int")


if __name__ == "__main__":
    unittest.main()
