# SPDX-License-Identifier: MIT
"""Runs the command of a program that has a server beside it: with_postgres, with_mariadb."""

import subprocess
import sys

END_SECONDS = 30


def run(name, command, environment):
    """Returns the command's exit code as a shell would; the command ends before this function does."""
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        print(f"{name}: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    return 128 - code if code < 0 else code
