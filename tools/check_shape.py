#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shape rule: sizes of files and functions, the first two lines, no leftovers. Prints `file:line: rule`."""

import ast
import pathlib
import re
import sys

sys.dont_write_bytecode = True

from checks import Finding, files_of, report, repository, without_literals  # noqa: E402

FILE_LINES = 400
FUNCTION_LINES = 60
# In two halves, or `reuse` reads it as the licence of this file.
SPDX = "SPDX-License-" "Identifier: MIT"

CODE_SUFFIXES = {".cpp", ".hpp", ".py", ".sh", ".go", ".cmake", ".in"}
CODE_NAMES = {"CMakeLists.txt", "Makefile"}
COMMENTED_SUFFIXES = CODE_SUFFIXES | {".yml", ".yaml", ".toml", ".conf"}
COMMENTED_NAMES = CODE_NAMES | {".clang-format", ".clang-tidy", ".editorconfig", ".gitattributes", ".gitignore",
                                ".env.example", "Dockerfile"}

# Brackets inside the patterns keep them from finding themselves.
LEFTOVER = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b|(?://|#|/\*|--|<!--)\s*XX[X]\b")
# Example people may have homes.
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:wor[k]|(?:hom[e]|User[s])/(?!alice/|bob/|me/)\w+|roo[t])/[\w.]")

# What opens a block at column 0 and is no function.
NOT_A_FUNCTION = re.compile(r"(?:inline |static |constexpr |const )*(?:namespace|struct|class|union|enum|extern)\b")


def is_script(text):
    return text.startswith("#!")


def is_data(path):
    """Input of a test or a recorded answer: whatever shape the test needs."""
    return path.parts[0] == "tests" and "data" in path.parts


def first_lines(path, text):
    lines = text.splitlines()
    first = 1 if is_script(text) else 0
    if len(lines) <= first or SPDX not in lines[first]:
        yield Finding(str(path), first + 1, f"begins with a comment that says {SPDX}")
    elif path.suffix in (".cpp", ".hpp") and not re.match(r"// \S+ ", "".join(lines[first + 1:first + 2])):
        yield Finding(str(path), first + 2, "the second line says what the file is for")


def cpp_functions(text):
    """Lines and length of each body that opens and closes at column 0, as clang-format leaves functions."""
    start, opened = None, False
    for number, line in enumerate(without_literals(text).splitlines(), 1):
        line = line.rstrip()
        # A class or a table closes with `};`.
        if line == "}" and opened:
            yield start, number - start + 1
        if line[:1].strip() and line[0] not in "#{":
            start, opened = (None, False) if line[0] == "}" or NOT_A_FUNCTION.match(line) else (number, False)
        if start is not None and not opened:
            opened = line.endswith("{")
            # A declaration: no body follows.
            start = None if line.endswith(";") else start


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def functions(path, text):
    if path.suffix in (".cpp", ".hpp"):
        return cpp_functions(text)
    if path.suffix == ".py" or (is_script(text) and "python" in text.splitlines()[0]):
        return python_functions(text)
    return ()


def check_file(root, path):
    try:
        text = (root / path).read_text()
    except UnicodeDecodeError:
        return
    if is_data(path):
        return
    name = str(path)
    code = path.suffix in CODE_SUFFIXES or path.name in CODE_NAMES or is_script(text)
    if text and (code or path.suffix in COMMENTED_SUFFIXES or path.name in COMMENTED_NAMES):
        yield from first_lines(path, text)
    if code:
        count = len(text.splitlines())
        if count > FILE_LINES:
            yield Finding(name, count, f"{count} lines; a file has at most {FILE_LINES}")
        for line, length in functions(path, text):
            if length > FUNCTION_LINES:
                yield Finding(name, line, f"{length} lines; a function has at most {FUNCTION_LINES}")
    for number, line in enumerate(text.splitlines(), 1):
        if LEFTOVER.search(line):
            yield Finding(name, number, "leftover: finish it or open an issue")
        if MACHINE_PATH.search(line):
            yield Finding(name, number, "path of one machine")


def check(root):
    return [finding for path in files_of(root) for finding in check_file(root, path)]


if __name__ == "__main__":
    sys.exit(report("check_shape", check(repository())))
