# SPDX-License-Identifier: MIT
"""Proves that each shape rule can fail, and that what is allowed passes."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from check_shape import FILE_LINES, FUNCTION_LINES, SPDX, check  # noqa: E402

HEAD = f"// {SPDX}\n// What this file is for.\n"
PYTHON_HEAD = f"# {SPDX}\n"


class ShapeRuleTest(unittest.TestCase):
    def check(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return [(finding.line, finding.rule) for finding in sorted(check(pathlib.Path(folder)))]

    def assert_breach(self, name, text, line, rule):
        found = self.check(name, text)
        self.assertEqual([number for number, _ in found], [line], found)
        self.assertIn(rule, found[0][1])

    def test_a_file_may_have_as_many_lines_as_the_limit_and_no_more(self):
        self.assertEqual(self.check("src/a.cpp", HEAD + "\n" * (FILE_LINES - 2)), [])
        self.assert_breach("src/a.cpp", HEAD + "\n" * (FILE_LINES - 1), FILE_LINES + 1, "a file has at most")

    def test_a_file_begins_with_its_licence(self):
        for name in ("src/a.cpp", "src/a.hpp", "a.py", "CMakeLists.txt", "a.yml", "main.go"):
            self.assert_breach(name, "a = 1\n", 1, SPDX)

    def test_a_script_has_its_licence_after_its_interpreter(self):
        self.assertEqual(self.check("tools/a", f"#!/bin/sh\n# {SPDX}\n"), [])
        self.assert_breach("tools/a", "#!/bin/sh\nexit 0\n", 2, SPDX)

    def test_the_second_line_of_cpp_says_what_the_file_is_for(self):
        self.assert_breach("src/a.cpp", f"// {SPDX}\n#include <string>\n", 2, "what the file is for")

    def cpp_function(self, lines, first="int f(int a,"):
        return HEAD + "namespace a {\n" + first + "\n      int b) {\n" + "    b();\n" * (lines - 3) + "}\n}  // namespace a\n"

    def test_a_function_may_have_as_many_lines_as_the_limit_and_no_more(self):
        self.assertEqual(self.check("src/a.cpp", self.cpp_function(FUNCTION_LINES)), [])
        self.assert_breach("src/a.cpp", self.cpp_function(FUNCTION_LINES + 1), 4, "a function has at most")

    def test_braces_in_strings_and_comments_do_not_count(self):
        text = HEAD + 'int f() {\n    auto a = R"(\n}\n)"; /*\n} */\n' + "    b();\n" * FUNCTION_LINES + "}\n"
        self.assert_breach("src/a.cpp", text, 3, "a function has at most")

    def test_a_class_or_a_table_is_no_function(self):
        for first in ("class A final {", "struct A {", "enum class A {", "namespace {"):
            self.assertEqual(self.check("src/a.hpp", HEAD + first + "\n" + "    int b;\n" * 80 + "};\n"), [])

    def test_a_declaration_or_a_long_table_is_no_function(self):
        declarations = "int f(int a,\n      int b);\n" * 40
        self.assertEqual(self.check("src/a.cpp", HEAD + "namespace a {\n" + declarations + "}  // namespace a\n"), [])
        self.assertEqual(self.check("src/a.cpp", HEAD + "constexpr int kA[] = {\n" + "    1,\n" * 80 + "};\n"), [])

    def test_a_python_function_has_the_same_limit(self):
        body = "    pass\n"
        self.assertEqual(self.check("a.py", PYTHON_HEAD + "def f():\n" + body * (FUNCTION_LINES - 1)), [])
        self.assert_breach("a.py", PYTHON_HEAD + "def f():\n" + body * FUNCTION_LINES, 2, "a function has at most")

    def test_leftovers_are_found_in_every_text(self):
        for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            self.assert_breach("docs/a.md", f"text\n# {word}: later\n", 2, "leftover")
        self.assertEqual(self.check("docs/a.md", "mktemp a" + "." + "X" * 6 + ", todos, a zone named " + "X" * 3 + "\n"), [])

    def test_paths_of_one_machine_are_found(self):
        for path in ("/wo" + "rk/main/src", "/ho" + "me/somebody/x", "/ro" + "ot/.cache"):
            self.assert_breach("docs/a.md", f"see {path}\n", 1, "path of one machine")
        self.assertEqual(self.check("docs/a.md", "$HOME/wo" + "rk/x ~/wo" + "rk/x src/wo" + "rk/x /home/bob/x\n"), [])

    def test_data_of_tests_has_any_shape(self):
        self.assertEqual(self.check("tests/flow/data/a.py", "TO" + "DO\n"), [])


if __name__ == "__main__":
    unittest.main()
