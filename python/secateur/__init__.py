"""How many samples does a learner need to learn a sparse target in high dimension?

    >>> import secateur
    >>> result = secateur.run("alpha_sweep", profile="quick")        # doctest: +SKIP
    >>> result.exponents.select("learner", "alpha", "exponent", "verdict")  # doctest: +SKIP

``run`` runs a study, ``fit`` analyses trials of any program, ``serve`` makes a Python function a
learner that studies measure like their own. The package comes with the program ``secateur``.
"""

from __future__ import annotations

import contextlib
import pathlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _toml
from ._bridge import bridge
from ._program import SecateurError, call, follow, program, run_plain, show
from ._result import Result, read
from ._worker import PROTOCOL, Info, learner, serve

__all__ = [
    "PROTOCOL", "Info", "Result", "SecateurError", "data", "fit", "learner", "link", "predict",
    "program", "read", "run", "serve", "trial",
]


def run(
    study: str | pathlib.Path | Mapping[str, Any],
    profile: str = "standard",
    *,
    name: str = "study",
    out: str | pathlib.Path = "results",
    learners: Mapping[str, Callable[..., Any]] | None = None,
    set: Mapping[str, Any] | None = None,  # noqa: A002
    threads: int | None = None,
    progress: bool = True,
) -> Result:
    """Runs what a study lacks and returns its results; run again, it resumes.

    ``study``: the name of a built-in study, a path of a TOML file, or a dict of the same keys,
    which is then called ``name``. ``learners``: functions ``(x, y, x_test, info)`` for learners
    that the study names, called in this process (see :func:`serve`). ``set``: keys to change,
    as ``{"model.noise": 0}``. Results are in ``out``/NAME, with another setting in a folder of its
    own beside it.

    Raises :class:`SecateurError` with the program's message. Failed trials raise nothing: they
    are rows of ``trials`` whose ``status`` is the reason.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(study, Mapping):
            table = {key: value for key, value in study.items()}
            for own, function in (learners or {}).items():
                command = stack.enter_context(bridge(function))
                options = dict(table.get("learner", {}).get(own, {}))
                table["learner"] = {**table.get("learner", {}), own: {**options, "command": command}}
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="secateur-study-"))
            path = pathlib.Path(folder) / f"{name}.toml"
            path.write_text(_toml.dumps(table), encoding="utf-8")
            which, called = str(path), name
        elif learners:
            raise TypeError("learners are given with a study that is a dict")
        else:
            which = str(study)
            called = pathlib.Path(which).stem
        arguments = ["study", which, "--profile", profile, "--out", str(out), "--yes"]
        for key, value in (set or {}).items():
            arguments += ["--set", f"{key}={_toml.value(value)}"]
        if threads is not None:
            arguments += ["--threads", str(threads)]
        place = pathlib.Path(out) / called

        def tell(event: dict[str, Any]) -> None:
            nonlocal place
            if event.get("event") == "ran":
                place = pathlib.Path(event["folder"])
            if progress:
                show(event)

        follow(arguments, tell)
    return read(place)


def fit(frame: Any, *, threshold: float = 0.5) -> dict[str, Any]:
    """Exponents with verdicts of a frame of trials: columns ``learner, d, n, trial, risk``.

    Any frame with ``write_csv`` (polars) or ``to_csv`` (pandas), or the path of a CSV file.
    Returns what ``secateur fit --format json`` prints.
    """
    with tempfile.TemporaryDirectory(prefix="secateur-fit-") as folder:
        path = pathlib.Path(folder) / "trials.csv"
        if isinstance(frame, (str, pathlib.Path)):
            path = pathlib.Path(frame)
        elif hasattr(frame, "write_csv"):
            frame.write_csv(path)
        else:
            frame.to_csv(path, index=False)
        result: dict[str, Any] = call(["fit", str(path), "--threshold", str(threshold)])
        return result


def predict(k_star: int, **options: Any) -> Any:
    """What theory predicts: exponents, bounds and, with ``d``, the law of the ranking."""
    arguments = ["predict", "--k-star", str(k_star)]
    for key, value in options.items():
        arguments += [f"--{key.replace('_', '-')}", str(value)]
    return call(arguments)


def link(text: str, **options: Any) -> Any:
    """What a link function is: k*, s*, Hermite coefficients, best shifts, blind channels."""
    arguments = ["link", text]
    for key, value in options.items():
        arguments += [f"--{key.replace('_', '-')}", str(value)]
    return call(arguments)


def data(link: str, d: int, alpha: float, n: int, **options: Any) -> dict[str, np.ndarray]:
    """A data set: ``x`` (n, d), ``y`` and ``f`` (n,), the same ``_test``, and ``V`` (d, r).

    ``options``: ``r``, ``q``, ``noise`` (a standard deviation), ``input``, ``test``, ``seed``,
    ``index``. ``f`` is the label without noise.
    """
    arguments = ["data", "--link", link, "--d", str(d), "--alpha", str(alpha), "--n", str(n)]
    for key, value in options.items():
        arguments += [f"--{key}", str(value)]
    return _arrays(arguments, "--out")


def trial(results: str | pathlib.Path, name: str, *, out: str | pathlib.Path = "results",
          arrays: Sequence[str] = ()) -> dict[str, np.ndarray]:
    """The trial CELL/N/TRIAL of a study or a results folder, from inside: see docs/arrays.md."""
    arguments = ["trial", str(results), name, "--out", str(out)]
    if arrays:
        arguments += ["--arrays", ",".join(arrays)]
    return _arrays(arguments, "--dump")


def _arrays(arguments: list[str], flag: str) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory(prefix="secateur-arrays-") as folder:
        path = pathlib.Path(folder) / "arrays.npz"
        run_plain([*arguments, flag, str(path)])
        with np.load(path) as found:
            return {key: found[key] for key in found.files}
