"""A way to a service of this machine that can be cut and opened again, on the same port."""

import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Self

_RESET = struct.pack("ii", 1, 0)
_PIECE = 1 << 16


class Gate:
    """Passes connections on to `port`. Closed, it refuses new ones and has reset all others."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._to_refuse = 0
        self.refused = 0
        self._listener = self._listening(0)
        self.port: int = self._listener.getsockname()[1]
        self._serve()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nobody gets through any more, and nobody is listened to."""
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._reset_all()

    def open(self) -> None:
        """Listen again, on the same port."""
        self._listener = self._listening(self.port)
        self._serve()

    def cut(self, *, refusing: int) -> None:
        """Reset all connections, and as many new ones as they come."""
        with self._lock:
            self._to_refuse = refusing
        self._reset_all()

    @staticmethod
    def _listening(port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        return listener

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                refuse = self._to_refuse > 0
                self._to_refuse -= refuse
                self.refused += refuse
            if refuse:
                _reset(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._behind))
            except OSError:
                _reset(client)
                continue
            with self._lock:
                self._open |= {client, server}
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(_PIECE):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
            return
        for each in (one, other):
            with self._lock:
                self._open.discard(each)
            _reset(each)

    def _reset_all(self) -> None:
        with self._lock:
            cut, self._open = self._open, set()
        for each in cut:
            _reset(each)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
