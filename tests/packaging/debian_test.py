# SPDX-License-Identifier: MIT
"""The Debian packages install, work, are upgraded and removed, and change no file but their own.

    tools/package && python3 -m unittest discover -s tests/packaging -p 'debian_test.py'
"""

import pathlib
import re
import shutil
import unittest

from packages import CONSUMER, PACKAGES, environment, fresh_folder, run, write_migrations
from small_root import SmallRoot

LIBRARY, PROGRAM, DEVELOPMENT = "libaether-migrate0.1", "aether-migrate", "aether-migrate-dev"
MODULES = {"aether-migrate-mysql": "libmariadb3", "aether-migrate-postgres": "libpq5"}
NAMES = (LIBRARY, PROGRAM, DEVELOPMENT, *MODULES)
# What the packages need, and what a test does in the small Debian.
NEEDED = ("dpkg", "dash", "coreutils", "diffutils", "libc-bin", "tar", "libstdc++6", "libsqlite3-0", "libpq5",
          "libmariadb3")


def package_files():
    """The packages of the last tools/package by name."""
    found = {path.name.split("_")[0]: path for path in PACKAGES.glob("*.deb")}
    if set(found) != set(NAMES):
        raise AssertionError(f"{PACKAGES} holds {sorted(found)}, not {sorted(NAMES)}; make them with: tools/package")
    return found


def field(package, name):
    return run("dpkg-deb", "--field", package, name).stdout.strip()


def contents(package):
    """What a package holds: mode, owner and path."""
    rows = [line.split(None, 5) for line in run("dpkg-deb", "--contents", package).stdout.splitlines()]
    return [(mode, owner, path.split(" -> ")[0].removeprefix("./")) for mode, owner, _, _, _, path in rows]


def renewed(package, version, folder):
    """The same package under a later version."""
    unpacked = folder / f"unpacked-{package.stem}"
    run("dpkg-deb", "--raw-extract", package, unpacked)
    control = unpacked / "DEBIAN/control"
    old = field(package, "Version")
    control.write_text(re.sub(rf"(Version: |\(= ){re.escape(old)}", rf"\g<1>{version}", control.read_text()))
    target = folder / f"{package.stem}-later.deb"
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", unpacked, target)
    return target


class PackagesTest(unittest.TestCase):
    """What can be read off the packages."""

    @classmethod
    def setUpClass(cls):
        cls.packages = package_files()

    def test_each_needs_the_client_library_of_its_own_database_alone(self):
        for module, client in MODULES.items():
            self.assertIn(client, field(self.packages[module], "Depends"))
        for name in (LIBRARY, PROGRAM, DEVELOPMENT):
            for client in MODULES.values():
                self.assertNotIn(client, field(self.packages[name], "Depends"), name)
        self.assertIn("libsqlite3-0", field(self.packages[LIBRARY], "Depends"))

    def test_all_belong_to_the_library_of_the_same_version(self):
        version = field(self.packages[LIBRARY], "Version")

        for name in NAMES[1:]:
            self.assertIn(f"{LIBRARY} (= {version})", field(self.packages[name], "Depends"), name)

    def test_another_program_of_the_same_name_is_a_conflict(self):
        self.assertEqual(field(self.packages[PROGRAM], "Conflicts"), "python3-migrate")

    def test_files_belong_to_root_and_lie_where_debian_wants_them(self):
        architecture = run("dpkg-architecture", "-qDEB_HOST_MULTIARCH").stdout.strip()
        places = ("usr/bin/migrate", "usr/bin/aether-migrate-embed", f"usr/lib/{architecture}/", "usr/include/aether/",
                  "usr/share/doc/", "usr/share/man/man1/migrate.1.gz",
                  "usr/share/man/man1/aether-migrate-embed.1.gz", "usr/share/bash-completion/completions/migrate",
                  "usr/share/zsh/vendor-completions/_migrate", "usr/share/fish/vendor_completions.d/migrate.fish")
        for name, package in self.packages.items():
            for mode, owner, path in contents(package):
                self.assertEqual(owner, "root/root", path)
                self.assertRegex(mode, r"^(?:d|-)rw[x-]r-[x-]r-[x-]$|^l", path)
                if not mode.startswith("d"):
                    self.assertTrue(path.startswith(places), path)
            self.assertIn(f"usr/share/doc/{name}/copyright", [path for _, _, path in contents(package)])

    def test_no_two_packages_have_a_file_in_common(self):
        files = [path for package in self.packages.values() for mode, _, path in contents(package) if mode[0] != "d"]

        self.assertEqual(len(files), len(set(files)))


class InstallationTest(unittest.TestCase):
    """What real dpkg makes of them, in a Debian of their own."""

    @classmethod
    def setUpClass(cls):
        cls.packages = package_files()
        cls.folder = fresh_folder(cls, "debian")
        cls.root = SmallRoot(cls.folder / "root", NEEDED)

    def setUp(self):
        shared = self.folder / "root/tmp"
        shutil.rmtree(shared)
        (shared / "packages").mkdir(parents=True)
        for package in self.packages.values():
            shutil.copy2(package, shared / "packages")
        write_migrations(shared / "files")
        self.addCleanup(self.root, "dpkg", "--purge", *NAMES)

    def inside(self, names):
        return [f"/tmp/packages/{self.packages[name].name}" for name in names]

    def install(self, *names):
        self.root("dpkg", "--force-unsafe-io", "--install", *self.inside(names))

    def own_files(self):
        """Every path that a package of ours brings; removed files are nobody's business."""
        return {path.rstrip("/") for package in self.packages.values() for _, _, path in contents(package)}

    def test_nothing_but_their_own_files_changes(self):
        before = self.root.files()

        self.install(*NAMES)
        installed = self.root.files()
        changed = {path for path in before.keys() | installed.keys() if before.get(path) != installed.get(path)}
        self.assertLessEqual({"usr/bin/migrate", f"usr/share/doc/{LIBRARY}/copyright"}, changed)
        self.assertEqual(changed - self.own_files(), set())

        self.root("dpkg", "--purge", *reversed(NAMES))
        self.assertEqual(self.root.files(), before)

    def test_the_program_works_with_the_library_alone(self):
        self.install(LIBRARY, PROGRAM)

        self.root("migrate", "-path", "/tmp/files", "-database", "sqlite:///tmp/shop.db", "up")
        said = self.root("migrate", "-path", "/tmp/files", "-database", "sqlite:///tmp/shop.db", "version").stderr
        refused = self.root.attempt("migrate", "-path", "/tmp/files", "-database", "postgres://db.invalid/a", "up")

        self.assertEqual(said, "1\n")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("apt-get install aether-migrate-postgres", refused.stderr)

    def test_each_driver_is_found_once_its_package_is_there(self):
        self.install(LIBRARY, PROGRAM, *MODULES)

        rows = {line.split()[0]: line.split()[1] for line in self.root("migrate", "drivers").stdout.splitlines()}

        self.assertEqual((rows["postgres"], rows["mysql"]), ("module", "module"))

    def test_a_program_links_with_the_developers_files(self):
        self.install(LIBRARY, DEVELOPMENT)
        root = self.folder / "root"
        (libraries,) = root.glob("usr/lib/*-linux-*/pkgconfig")
        source = self.folder / "consumer"
        shutil.copytree(CONSUMER, source)

        run("make", "-C", source, env=environment(PKG_CONFIG_SYSROOT_DIR=root, PKG_CONFIG_LIBDIR=libraries))
        shutil.copy2(source / "consumer", root / "tmp")

        self.assertEqual(self.root("/tmp/consumer", "/tmp/files", "sqlite:///tmp/shop.db").stdout, "1\n")

    def test_a_library_in_use_is_not_removed(self):
        self.install(*NAMES)
        installed = self.root.files()

        refused = self.root.attempt("dpkg", "--remove", LIBRARY)

        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("dependency problems", refused.stderr)
        self.assertEqual(self.root.files(), installed)

    def test_is_upgraded_and_then_leaves_nothing(self):
        before = self.root.files()
        self.install(*NAMES)
        installed = self.root.files()
        later = [renewed(package, "0.1.1", self.folder) for package in self.packages.values()]
        for package in later:
            shutil.copy2(package, self.folder / "root/tmp")

        self.root("dpkg", "--install", *(f"/tmp/{package.name}" for package in later))
        upgraded = {path: seen for path, seen in self.root.files().items() if not path.endswith("-later.deb")}

        self.assertEqual(upgraded, installed)
        self.assertIn("0.1.1", self.root("dpkg-query", "-W", LIBRARY).stdout)
        self.root("dpkg", "--remove", PROGRAM, DEVELOPMENT, *MODULES)
        self.root("dpkg", "--purge", *NAMES)
        left = {path: seen for path, seen in self.root.files().items() if not path.endswith("-later.deb")}
        self.assertEqual(left, before)


if __name__ == "__main__":
    unittest.main()
