# SPDX-License-Identifier: MIT
"""Headless Chromium for a test, led over the pipe of its DevTools protocol: no port, no driver, no package.

    with Browser(width=390, height=844) as browser:
        browser.open("http://127.0.0.1:8000/")
        assert browser.value("document.title") == "…"
"""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from serving import die_with_parent

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
ANSWER_SECONDS = 60


def find_chromium():
    found = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    if found is None:
        raise AssertionError("no Chromium; install it with: tools/install_packages long")
    return found


class Browser:
    """One tab of a window of this size; `problems` holds what its log and its console said of errors."""

    def __init__(self, width, height):
        self.size = (width, height)
        self.problems = []
        self._numbers = 0
        self._unread = b""
        self._loaded = False

    def __enter__(self):
        self._profile = tempfile.mkdtemp(prefix="aether-browser-")
        command_read, self._commands = os.pipe()
        self._answers, answer_write = os.pipe()

        def take_pipes():
            die_with_parent()
            # The protocol's pipe is 3 in, 4 out; first out of the way of these numbers.
            high = [os.dup2(end, end + 100) for end in (command_read, answer_write)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        # As root, which test machines often are, Chromium has no sandbox.
        self._process = subprocess.Popen(
            [find_chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={self._profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=take_pipes)
        os.close(command_read)
        os.close(answer_write)
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = None
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")
        self._call("Emulation.setDeviceMetricsOverride", width=self.size[0], height=self.size[1], deviceScaleFactor=1,
                   mobile=self.size[0] < 600)
        return self

    def __exit__(self, *_exception):
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, url):
        self._loaded = False
        self._call("Page.navigate", url=url)
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self._loaded:
            self._take(self._read(deadline))

    def value(self, expression):
        """The value of a JavaScript expression in the page."""
        result = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def _call(self, method, **parameters):
        self._numbers += 1
        message = {"id": self._numbers, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + ANSWER_SECONDS
        while (answer := self._read(deadline)).get("id") != self._numbers:
            self._take(answer)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _take(self, message):
        method = message.get("method")
        self._loaded = self._loaded or method == "Page.loadEventFired"
        if method == "Runtime.exceptionThrown":
            self.problems.append(message["params"]["exceptionDetails"]["text"])
        if method == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.problems.append(message["params"]["entry"]["text"])

    def _read(self, deadline):
        while b"\0" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise AssertionError(f"Chromium says nothing for {ANSWER_SECONDS} s")
            read = os.read(self._answers, 1 << 20)
            if not read:
                raise AssertionError("Chromium ended")
            self._unread += read
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)
