# SPDX-License-Identifier: MIT
"""A database's own client that stays connected, so that a test can hold a transaction or a lock open."""

import contextlib
import os
import select
import subprocess
import time

ANSWER_SECONDS = 20
MARK = "--end-of-answer--"


class Session:
    """`echo` makes the client print MARK on a line of its own; `end_seconds` is its time to end before it is killed."""

    def __init__(self, command, echo, end_seconds=0, **options):
        self._echo = echo
        self._end_seconds = end_seconds
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, cwd="/", **options)
        self._answer = b""

    def send(self, text):
        """Sends statements and does not wait for their answer; wait() reads it."""
        self._process.stdin.write(f"{text}\n{self._echo}\n".encode())
        self._process.stdin.flush()

    def wait(self, text=""):
        """Returns the lines that answer what was sent last."""
        mark = f"{MARK}\n".encode()
        deadline = time.monotonic() + ANSWER_SECONDS
        while mark not in self._answer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                raise AssertionError(f"no answer in {ANSWER_SECONDS} s to: {text}")
            read = os.read(self._process.stdout.fileno(), 65536)
            if not read:
                raise AssertionError(f"the session ended: {self._answer.decode()}")
            self._answer += read
        answer, self._answer = self._answer.split(mark, 1)
        return answer.decode().splitlines()

    def run(self, text):
        """Runs statements and returns the answer's lines; an error is a line, too."""
        self.send(text)
        return self.wait(text)

    def close(self):
        """May be called again."""
        if self._process.stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=self._end_seconds)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
