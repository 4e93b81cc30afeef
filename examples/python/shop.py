#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program in Python that brings its database up to date when it starts: ctypes alone, no package."""

import ctypes
import os
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_void_p

ON_STEP = ctypes.CFUNCTYPE(None, c_void_p, c_void_p)
ON_MESSAGE = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p)


def load_library():
    """The library with the types of the functions that are used here; ctypes takes all others for int."""
    library = ctypes.CDLL(os.environ.get("AETHER_MIGRATE_LIBRARY", "libaether-migrate.so.0.1"))
    for name, result, *arguments in (
            ("options_new", c_void_p), ("options_free", None, c_void_p),
            ("options_set_path", c_int, c_void_p, c_char_p), ("options_set_database", c_int, c_void_p, c_char_p),
            ("options_on_step_finished", None, c_void_p, ON_STEP, c_void_p),
            ("options_on_message", None, c_void_p, ON_MESSAGE, c_void_p),
            ("open", c_int, c_void_p, POINTER(c_void_p), POINTER(c_void_p)), ("free", None, c_void_p),
            ("up", c_int, c_void_p, c_int64, POINTER(c_void_p), POINTER(c_void_p)),
            ("report_version", c_int64, c_void_p), ("report_free", None, c_void_p),
            ("step_version", c_int64, c_void_p), ("step_title", c_char_p, c_void_p),
            ("code_name", c_char_p, c_int), ("error_text", c_char_p, c_void_p), ("error_free", None, c_void_p)):
        function = getattr(library, f"aether_migrate_{name}")
        function.restype, function.argtypes = result, arguments
    return library


class MigrationError(Exception):
    """What the library says of a failure; `code` is its name, as "migration_failed"."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Migrator:
    """A directory and a database, opened; close it, or use it in a `with`."""

    def __init__(self, path, database):
        self._library = load_library()
        self._handle = c_void_p()
        # ctypes lets a callback go with its last name: they must live as long as the handle.
        self._callbacks = ON_STEP(self._step_finished), ON_MESSAGE(self._message)
        options = self._library.aether_migrate_options_new()
        try:
            self._library.aether_migrate_options_set_path(options, os.fsencode(path))
            self._library.aether_migrate_options_set_database(options, database.encode())
            self._library.aether_migrate_options_on_step_finished(options, self._callbacks[0], None)
            self._library.aether_migrate_options_on_message(options, self._callbacks[1], None)
            self._call(self._library.aether_migrate_open, options, byref(self._handle))
        finally:
            self._library.aether_migrate_options_free(options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._library.aether_migrate_free(self._handle)
        self._handle = c_void_p()

    def up(self):
        """Applies all that is left and returns the version."""
        report = c_void_p()
        self._call(self._library.aether_migrate_up, self._handle, -1, byref(report))
        version = self._library.aether_migrate_report_version(report)
        self._library.aether_migrate_report_free(report)
        return version

    def _call(self, function, *arguments):
        error = c_void_p()
        code = function(*arguments, byref(error))
        if code == 0:
            return
        text = self._library.aether_migrate_error_text(error) if error else b""
        self._library.aether_migrate_error_free(error)
        raise MigrationError(self._library.aether_migrate_code_name(code).decode(), text.decode())

    def _step_finished(self, _user, step):
        print(self._library.aether_migrate_step_version(step), self._library.aether_migrate_step_title(step).decode())

    def _message(self, _user, _kind, line):
        print(line.decode(), file=sys.stderr)


def main():
    try:
        with Migrator(os.environ.get("MIGRATIONS_PATH", "migrations"),
                      os.environ.get("DATABASE_URL", "sqlite://shop.db")) as migrator:
            print("version", migrator.up())
    except MigrationError as error:
        sys.exit(f"{error.code}: {error}")


if __name__ == "__main__":
    main()
