# SPDX-License-Identifier: MIT
"""check_abi passes what is added, and fails on what breaks a program that was built before."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parent / "check_abi"

HEADER = """#pragma once
#include <string>
namespace shop {
enum class Color { red, green };
struct Options { int size = 0; Color color = Color::red; };
class Bell {
public:
    virtual ~Bell() = default;
    virtual void ring() = 0;
};
class Shop {
public:
    explicit Shop(Options options);
    std::string name() const;
    void close();
private:
    Options options_;
};
}
"""
SOURCE = """#include "shop.hpp"
struct Inner { int one; };
namespace shop {
Shop::Shop(Options options) : options_(options) {}
std::string Shop::name() const { Inner inner{1}; return std::string(1, char('a' + inner.one)); }
void Shop::close() {}
}
"""


class CheckAbiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="check-abi-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.record = cls.folder / "shop.abi"
        library = cls.build("recorded", HEADER, SOURCE)
        cls.run_tool("--renew", library, cls.record, library.parent).check_returncode()

    @classmethod
    def build(cls, name, header, source):
        folder = cls.folder / name
        folder.mkdir()
        (folder / "shop.hpp").write_text(header)
        (folder / "shop.cpp").write_text(source)
        subprocess.run(["g++", "-std=c++20", "-O2", "-shared", "-fPIC", "-o", "libshop.so", "shop.cpp"], cwd=folder,
                       check=True, timeout=120)
        return folder / "libshop.so"

    @staticmethod
    def run_tool(*arguments):
        return subprocess.run([str(part) for part in (TOOL, *arguments)], capture_output=True, text=True, timeout=120,
                              check=False)

    def check(self, name, header=HEADER, source=SOURCE):
        library = self.build(name, header, source)
        return self.run_tool(library, self.record, library.parent)

    def test_the_same_interface_passes(self):
        self.assertEqual(self.check("same").returncode, 0)

    def test_a_new_function_and_a_new_type_pass(self):
        header = HEADER.replace("    void close();", "    void close();\n    void open(struct Hours* hours);")
        source = SOURCE + "struct shop::Hours { int from; };\nvoid shop::Shop::open(Hours*) {}\n"
        header = header.replace("class Shop {", "struct Hours;\nclass Shop {")

        done = self.check("added", header, source)

        self.assertEqual(done.returncode, 0, done.stdout)

    def test_another_value_behind_the_last_passes(self):
        done = self.check("enumerator", HEADER.replace("red, green", "red, green, blue"))

        self.assertEqual(done.returncode, 0, done.stdout)

    def test_what_is_in_no_header_is_no_interface(self):
        done = self.check("inner", source=SOURCE.replace("struct Inner { int one; }", "struct Inner { int one, two; }"))

        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_function_that_is_gone_fails(self):
        done = self.check("gone", HEADER.replace("    void close();\n", ""), SOURCE.replace("void Shop::close() {}\n", ""))

        self.assertEqual(done.returncode, 1)
        self.assertIn("close", done.stdout)

    def test_a_structure_of_another_size_fails(self):
        done = self.check("size", HEADER.replace("int size = 0;", "int size = 0; int height = 0;"))

        self.assertEqual(done.returncode, 1)
        self.assertIn("Options", done.stdout)

    def test_values_in_another_order_fail(self):
        done = self.check("order", HEADER.replace("red, green", "green, red"))

        self.assertEqual(done.returncode, 1)

    def test_one_more_virtual_function_fails(self):
        done = self.check("virtual", HEADER.replace("virtual void ring() = 0;", "virtual void ring() = 0;\n"
                                                    "    virtual void stop() {}"))

        self.assertEqual(done.returncode, 1)
        self.assertIn("virtuals shop::Bell: 2", done.stdout)


if __name__ == "__main__":
    unittest.main()
