# SPDX-License-Identifier: MIT
"""A TCP proxy before a test's server, whose wires a test can cut.

    with Proxy(cluster.port) as proxy:
        url = proxy.url(cluster.url("shop"))
        ...
        proxy.cut()            # both ends see the connection reset
        proxy.cut_clients()    # the client sees it reset; the server learns of it when it next answers

New connections are let through at any time, unless refuse() was called.
"""

import contextlib
import socket
import struct
import threading

CHUNK = 65536
END_SECONDS = 10

# Closing with a linger time of 0 sends a reset, as a machine does that knows of no such connection.
RESET = struct.pack("ii", 1, 0)


def reset(end):
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    # shutdown() wakes a thread that sits in recv(); close() alone does not.
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


class Wire:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, client, server):
        self.client = client
        self.server = server
        self.client_cut = False

    def pump_up(self):
        """From the client to the server."""
        with contextlib.suppress(OSError):
            while data := self.client.recv(CHUNK):
                self.server.sendall(data)
        if not self.client_cut:
            reset(self.server)

    def pump_down(self):
        """From the server to the client; the first answer to a client that was cut off is lost."""
        with contextlib.suppress(OSError):
            while (data := self.server.recv(CHUNK)) and not self.client_cut:
                self.client.sendall(data)
        reset(self.client)
        reset(self.server)


class Proxy:
    """Listens on a free port of 127.0.0.1 and forwards every connection to `port`."""

    def __init__(self, port):
        self._target = port
        self._listener = None
        self._threads = []
        self._wires = []
        self._lock = threading.Lock()
        self._refusing = False

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_exception):
        self.close()

    def url(self, direct):
        """The same URL through this proxy."""
        return direct.replace(f"127.0.0.1:{self._target}", f"127.0.0.1:{self.port}")

    def _start(self, work):
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                reset(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._target), timeout=END_SECONDS)
            except OSError:
                reset(client)
                continue
            server.settimeout(None)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = Wire(client, server)
            with self._lock:
                self._wires.append(wire)
            self._start(wire.pump_up)
            self._start(wire.pump_down)

    def _take_wires(self):
        with self._lock:
            wires, self._wires = self._wires, []
        return wires

    def cut(self):
        """Resets every connection at both ends. Returns how many there were."""
        wires = self._take_wires()
        for wire in wires:
            reset(wire.client)
            reset(wire.server)
        return len(wires)

    def cut_clients(self):
        """Resets the clients' ends alone: a server that is at work goes on until it answers."""
        with self._lock:
            wires = list(self._wires)
        for wire in wires:
            wire.client_cut = True
            reset(wire.client)
        return len(wires)

    def refuse(self):
        """From now on new connections are reset at once."""
        self._refusing = True

    def accept(self):
        """New connections are let through again."""
        self._refusing = False

    def close(self):
        reset(self._listener)
        self.cut()
        for thread in self._threads:
            thread.join(timeout=END_SECONDS)
