# SPDX-License-Identifier: MIT
"""Proves that each include rule can fail, and that what is allowed passes."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from check_includes import check  # noqa: E402


class IncludeRuleTest(unittest.TestCase):
    def check(self, **files):
        """Files by name, `__` for a slash, the suffix left out; returns `file:line` and rule of each finding."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                path = root / (name.replace("__", "/").replace("_cpp", ".cpp").replace("_hpp", ".hpp"))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [(f"{finding.path}:{finding.line}", finding.rule) for finding in sorted(check(root))]

    def assert_breach(self, where, rule, **files):
        found = self.check(**files)
        self.assertEqual([place for place, _ in found], [where], found)
        self.assertIn(rule, found[0][1])

    def assert_clean(self, **files):
        self.assertEqual(self.check(**files), [])

    def test_pure_folder_may_include_to_its_left(self):
        self.assert_clean(src__plan__p_cpp='#include "p.hpp"\n#include "../migration/m.hpp"\n#include "base/b.hpp"\n'
                                           "#include <vector>\n#include <fmt/format.h>\n",
                          src__plan__p_hpp="", src__migration__m_hpp="", src__base__b_hpp="")

    def test_pure_folder_may_not_include_to_its_right(self):
        self.assert_breach("src/sql/s.cpp:2", "to its left, not plan",
                           src__sql__s_cpp='#include <vector>\n#include "../plan/p.hpp"\n', src__plan__p_hpp="")

    def test_pure_folder_may_not_include_an_impure_one(self):
        self.assert_breach("src/lint/l.cpp:1", "to its left, not run",
                           src__lint__l_cpp='#include "run/r.hpp"\n', src__run__r_hpp="")

    def test_pure_folder_does_no_io(self):
        for header in ("fstream", "filesystem", "unistd.h", "sys/stat.h", "iostream", "cstdio"):
            self.assert_breach("src/report/r.cpp:1", "does no I/O", src__report__r_cpp=f"#include <{header}>\n")

    def test_create_is_the_exception_to_no_io(self):
        self.assert_clean(src__migration__create_cpp="#include <fstream>\n")

    def test_impure_folder_may_do_io(self):
        self.assert_clean(src__run__r_cpp='#include <fstream>\n#include "../report/r.hpp"\n', src__report__r_hpp="")

    def test_src_may_not_include_a_driver(self):
        self.assert_breach("src/run/r.cpp:1", "src does not include drivers/",
                           src__run__r_cpp='#include "../../drivers/all.hpp"\n', drivers__all_hpp="")

    def test_the_facade_knows_the_lists_and_no_single_driver(self):
        self.assert_clean(src__engine_cpp='#include "../drivers/all.hpp"\n#include "../sources/all.hpp"\n',
                          drivers__all_hpp="", sources__all_hpp="")
        self.assert_breach("src/engine.cpp:1", "src does not include drivers/",
                           src__engine_cpp='#include "../drivers/a/d.hpp"\n', drivers__a__d_hpp="")

    def test_src_never_names_a_database(self):
        for word in ("pg_locks", "Postgres", "sqlite3", "mysql", "libpq"):
            self.assert_breach("src/run/r.cpp:2", "never names a database",
                               src__run__r_cpp=f'// {word} here is a comment\nauto text = "{word}";\n')

    def test_public_header_never_names_a_database(self):
        self.assert_breach("include/aether/migrate/a.hpp:1", "never names a database",
                           include__aether__migrate__a_hpp="int pg_version();  // pg_version\n")

    def test_block_comments_and_comment_marks_in_strings_are_told_apart(self):
        self.assert_clean(src__run__r_cpp='/* postgres\n pg_x */ auto a = "// text"; auto b = 1\'000; // sqlite\n')
        self.assert_breach("src/run/r.cpp:1", "mysql", src__run__r_cpp='auto a = R"(// mysql)";\n')

    def test_kit_sees_what_an_outside_author_sees(self):
        self.assert_clean(conformance__c_cpp="#include <poll.h>\n#include <aether/migrate/spi/driver.hpp>\n")
        self.assert_breach("conformance/c.cpp:1", "conformance includes only",
                           conformance__c_cpp='#include "../src/sql/s.hpp"\n', src__sql__s_hpp="")

    def test_example_of_a_driver_sees_what_an_outside_author_sees(self):
        self.assert_clean(examples__custom_driver__c_cpp="#include <sqlite3.h>\n"
                                                         "#include <aether/migrate/spi/driver.hpp>\n")
        self.assert_breach("examples/other/c.cpp:1", "not spi",
                           examples__other__c_cpp="#include <aether/migrate/spi/driver.hpp>\n")

    def test_driver_may_include_what_an_outside_author_sees(self):
        self.assert_clean(drivers__postgres__d_cpp='#include "own.hpp"\n#include <aether/migrate/spi/driver.hpp>\n'
                                                   "#include <libpq-fe.h>\n#include <poll.h>\n#include <string>\n",
                          drivers__postgres__own_hpp="")

    def test_driver_may_not_include_src(self):
        self.assert_breach("drivers/postgres/d.cpp:1", "its own folder",
                           drivers__postgres__d_cpp='#include "sql/lexer.hpp"\n', src__sql__lexer_hpp="")

    def test_driver_may_not_include_another_driver(self):
        self.assert_breach("drivers/sqlite/d.cpp:1", "its own folder",
                           drivers__sqlite__d_cpp='#include "../postgres/p.hpp"\n', drivers__postgres__p_hpp="")

    def test_driver_may_not_include_a_foreign_client_library(self):
        self.assert_breach("drivers/sqlite/d.cpp:1", "its client library",
                           drivers__sqlite__d_cpp="#include <libpq-fe.h>\n")

    def test_the_list_of_drivers_may_include_drivers(self):
        self.assert_clean(drivers__all_cpp='#include "postgres/p.hpp"\n', drivers__postgres__p_hpp="")

    def test_source_may_not_include_src(self):
        self.assert_breach("sources/directory/d.cpp:1", "its own folder",
                           sources__directory__d_cpp='#include "../../src/source/s.hpp"\n', src__source__s_hpp="")

    def test_users_may_not_include_spi(self):
        for home in ("cli", "goway", "examples"):
            self.assert_breach(f"{home}/a/m.cpp:1", "not spi",
                               **{f"{home}__a__m_cpp": "#include <aether/migrate/spi/driver.hpp>\n"})

    def test_users_may_not_include_src_or_libraries(self):
        for header in ('"../src/sql/lexer.hpp"', "<libpq-fe.h>", "<sql/lexer.hpp>"):
            self.assert_breach("cli/m.cpp:1", "cli includes only",
                               cli__m_cpp=f"#include {header}\n", src__sql__lexer_hpp="")

    def test_users_may_include_public_headers_and_their_own_folder(self):
        self.assert_clean(cli__commands__up_cpp='#include "../args.hpp"\n#include <aether/migrate/engine.hpp>\n'
                                                "#include <unistd.h>\n#include <fmt/format.h>\n",
                          cli__args_hpp="")

    def test_the_server_may_include_what_it_serves_with(self):
        self.assert_clean(goway__cmd__server__m_cpp="#include <httplib.h>\n#include <nlohmann/json.hpp>\n")
        self.assert_breach("goway/m.cpp:1", "goway includes only", goway__m_cpp="#include <httplib.h>\n")

    def test_public_header_may_not_include_a_library(self):
        for header in ("<fmt/core.h>", "<openssl/evp.h>", '"other.hpp"', "<unistd.h>"):
            found = self.check(include__aether__migrate__a_hpp=f"#include {header}\n")
            self.assertEqual([place for place, _ in found], ["include/aether/migrate/a.hpp:1"], found)

    def test_fmt_is_for_cpp_files(self):
        self.assert_breach("src/run/r.hpp:1", "fmt is for .cpp files", src__run__r_hpp="#include <fmt/core.h>\n")

    def test_public_headers_are_included_with_angle_brackets(self):
        self.assert_breach("src/run/r.cpp:1", "are included as",
                           src__run__r_cpp='#include "aether/migrate/url.hpp"\n')


if __name__ == "__main__":
    unittest.main()
