"""The worker's side of the protocol: one line of JSON a trial, arrays as .npy files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pathlib
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TextIO

import numpy as np

PROTOCOL = 1
"""Version of the protocol that this package speaks."""


class Info(dict):
    """What a trial tells beside its arrays; every key is an attribute too.

    ``n``, ``n_test``, ``d``, ``r``: samples, test samples, dimension, directions.
    ``s``, ``alpha``, ``k_star``, ``link``, ``noise`` (a standard deviation): None unless they are
    in ``granted``; an honest learner does not know them.
    ``width``, ``options``: what the study asks for. ``seed``: for the learner's own randomness.
    ``stages``: ``{"prune": [first, rows], …}`` if the study splits the samples.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def rng(self) -> np.random.Generator:
        """A generator that depends on the trial's seed alone."""
        return np.random.default_rng(self["seed"])

    def stage(self, name: str) -> slice:
        """The rows of a stage of the split."""
        first, rows = self["stages"][name]
        return slice(first, first + rows)


def answer(fit: Callable[..., Any], request: dict[str, Any]) -> dict[str, Any]:
    """Runs ``fit`` on one request and writes its arrays."""
    if request.get("protocol") != PROTOCOL:
        return {"error": f"protocol {request.get('protocol')} is not {PROTOCOL}: update the package"}
    folder = pathlib.Path(request["folder"])
    x, y, x_test = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("x", "y", "x_test"))
    made = fit(x, y, x_test, Info(request))
    if not isinstance(made, dict):
        made = {"predictions": made}
    unknown = set(made) - {"predictions", "scores", "kept", "weights"}
    if unknown:
        return {"error": f"the learner returned {sorted(unknown)}, which nothing reads"}
    for name, array in made.items():
        if array is None:
            continue
        array = np.asarray(array)
        if name == "kept":
            array = array.astype(np.int64)
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array))
    return {}


def requests(lines: TextIO) -> Iterator[dict[str, Any]]:
    """The requests that come, until there are no more."""
    for line in lines:
        if line.strip():
            yield json.loads(line)


def serve(fit: Callable[..., Any]) -> None:
    """Answers the harness until it is done: the main program of a worker.

    ``fit(x, y, x_test, info)`` gets float32 arrays of shapes (n, d), (n,) and (n_test, d), and an
    :class:`Info`. It returns the predictions on ``x_test``, or a dict of ``predictions`` and, on
    wish, ``scores`` (d,), ``kept`` (increasing coordinates) and ``weights`` (kept or d, neurons).
    What it prints goes to standard error.
    """
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # Whatever prints, also below Python, must not come between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.redirect_stdout(sys.stderr):
        for request in requests(sys.stdin):
            try:
                reply = answer(fit, request)
            except Exception as error:  # The trial fails, the worker goes on.
                text = io.StringIO()
                traceback.print_exc(file=text)
                print(text.getvalue(), file=sys.stderr, flush=True)
                reply = {"error": f"{type(error).__name__}: {error}"}
            out.write(json.dumps(reply) + "\n")
            out.flush()


def learner(fit: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator, last in a file: the file is a worker when it is run as a program."""
    if fit.__module__ == "__main__" and not hasattr(sys, "ps1") and "ipykernel" not in sys.modules:
        serve(fit)
    return fit
