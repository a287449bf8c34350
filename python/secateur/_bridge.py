"""A worker whose learner lives in another process: a notebook, or whatever called ``run``.

The harness starts ``python -m secateur._bridge SOCKET``, which passes lines on.
"""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any

from ._worker import answer


def _serve(connection: socket.socket, fit: Callable[..., Any], lock: threading.Lock) -> None:
    with connection, connection.makefile("rw", encoding="utf-8") as lines:
        for line in lines:
            try:
                with lock:
                    reply = answer(fit, json.loads(line))
            except Exception as error:
                reply = {"error": f"{type(error).__name__}: {error}"}
            lines.write(json.dumps(reply) + "\n")
            lines.flush()


@contextlib.contextmanager
def bridge(fit: Callable[..., Any]) -> Iterator[list[str]]:
    """While it is open, the command that it gives is a worker that calls ``fit`` here.

    One call at a time: ``fit`` need not be safe to be called from several threads.
    """
    with tempfile.TemporaryDirectory(prefix="secateur-bridge-") as folder:
        path = str(pathlib.Path(folder) / "socket")
        lock = threading.Lock()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(path)
            listener.listen()

            def accept() -> None:
                while True:
                    try:
                        connection, _ = listener.accept()
                    except OSError:
                        return
                    serve = threading.Thread(target=_serve, args=(connection, fit, lock), daemon=True)
                    serve.start()

            threading.Thread(target=accept, daemon=True).start()
            try:
                yield [sys.executable, "-m", "secateur._bridge", path]
            finally:
                with contextlib.suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)


def main(path: str) -> None:
    """Passes requests to the socket and answers back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
        there.connect(path)
        with there.makefile("rw", encoding="utf-8") as lines:
            for request in sys.stdin:
                lines.write(request)
                lines.flush()
                reply = lines.readline()
                if not reply:
                    sys.exit("the process that holds the learner is gone")
                sys.stdout.write(reply)
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
