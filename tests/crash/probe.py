# SPDX-License-Identifier: MIT
"""A client that asks one query over and over, and remembers how long the longest answer took.

libpq is called through ctypes: a psql for each query would measure the start of psql.
"""

import ctypes
import ctypes.util
import threading
import time

CONNECTION_OK = 0
COMMAND_OK = 1
TUPLES_OK = 2
PAUSE_SECONDS = 0.004
END_SECONDS = 60


def load_libpq():
    library = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
    for name, result, arguments in (
            ("PQconnectdb", ctypes.c_void_p, [ctypes.c_char_p]), ("PQstatus", ctypes.c_int, [ctypes.c_void_p]),
            ("PQexec", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
            ("PQresultStatus", ctypes.c_int, [ctypes.c_void_p]), ("PQclear", None, [ctypes.c_void_p]),
            ("PQgetvalue", ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]),
            ("PQerrorMessage", ctypes.c_char_p, [ctypes.c_void_p]), ("PQfinish", None, [ctypes.c_void_p])):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


LIBPQ = load_libpq()


class Client:
    """One connection; a call gives Python's other threads their turn while it waits."""

    def __init__(self, url):
        self._connection = LIBPQ.PQconnectdb(url.encode())
        if LIBPQ.PQstatus(self._connection) != CONNECTION_OK:
            text = self._message()
            self.close()
            raise ConnectionError(text)

    def _message(self):
        return LIBPQ.PQerrorMessage(self._connection).decode(errors="replace")

    def ask(self, query):
        """The first value of the answer, or None where a statement gives no rows."""
        result = LIBPQ.PQexec(self._connection, query.encode())
        try:
            status = LIBPQ.PQresultStatus(result)
            if status not in (COMMAND_OK, TUPLES_OK):
                raise ConnectionError(self._message())
            return LIBPQ.PQgetvalue(result, 0, 0).decode() if status == TUPLES_OK else None
        finally:
            LIBPQ.PQclear(result)

    def close(self):
        if self._connection:
            LIBPQ.PQfinish(self._connection)
            self._connection = None


class Probe:
    """Asks until it is ended; a query that fails is kept in `failure`."""

    def __init__(self, url, query):
        self._client = Client(url)
        self._query = query
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.longest = 0.0
        self.count = 0
        self.failure = None

    def __enter__(self):
        self._client.ask(self._query)
        self._thread.start()
        return self

    def __exit__(self, *_exception):
        self._end.set()
        self._thread.join(timeout=END_SECONDS)
        if self._thread.is_alive():
            raise AssertionError(f"no answer in {END_SECONDS} s to: {self._query}")
        self._client.close()

    def _run(self):
        while not self._end.is_set():
            start = time.monotonic()
            try:
                self._client.ask(self._query)
            except ConnectionError as error:
                self.failure = error
                return
            self.longest = max(self.longest, time.monotonic() - start)
            self.count += 1
            time.sleep(PAUSE_SECONDS)
