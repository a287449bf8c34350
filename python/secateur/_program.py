"""Finding the program and running it."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from typing import Any


class SecateurError(RuntimeError):
    """The program failed; the message says what is wrong and what to do."""


def program() -> str:
    """Path of the program: ``$SECATEUR``, the one installed with this package, or on the PATH."""
    given = os.environ.get("SECATEUR")
    if given:
        return given
    beside = pathlib.Path(sysconfig.get_path("scripts")) / "secateur"
    found = str(beside) if beside.is_file() else shutil.which("secateur")
    if found is None:
        raise SecateurError("there is no program `secateur`: install the package, or set $SECATEUR")
    return found


def call(arguments: Sequence[str]) -> Any:
    """Runs a command and returns the JSON that it prints."""
    done = subprocess.run(
        [program(), *arguments, "--format", "json"], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 4):
        raise SecateurError(_reason(done.stderr) or f"exit code {done.returncode}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def run_plain(arguments: Sequence[str]) -> None:
    """Runs a command that prints for people."""
    done = subprocess.run([program(), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SecateurError(done.stderr.strip() or f"exit code {done.returncode}")


def _reason(errors: str) -> str:
    """The error among the events on standard error, with its hint."""
    for line in reversed(errors.splitlines()):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("event") == "error":
            place = event.get("place") or {}
            where = f" ({place['name']}:{place['line']})" if place.get("line") else ""
            hint = f"\n{event['hint']}" if event.get("hint") else ""
            return f"{event['message']}{where}{hint}"
    return errors.strip()


def follow(arguments: Sequence[str], tell: Callable[[dict[str, Any]], None] | None) -> int:
    """Runs a command and hands each event on; its exit code. 3, failed trials, is no error."""
    command = [program(), *arguments, "--format", "json"]
    errors: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        try:
            for line in running.stderr:
                errors.append(line)
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if tell is not None and isinstance(event, dict):
                    tell(event)
        except BaseException:
            running.terminate()
            raise
    if running.returncode not in (0, 3):
        raise SecateurError(_reason("".join(errors)) or f"exit code {running.returncode}")
    return running.returncode


def show(event: dict[str, Any]) -> None:
    """One line of progress on standard error, which notebooks show too."""
    if event.get("event") == "progress":
        share = event.get("share", event.get("done"))
        text = f"{100 * share:5.1f} %" if isinstance(share, float) else json.dumps(event)
        print(f"\r{text}", end="", file=sys.stderr, flush=True)
    elif event.get("event") == "ran":
        print("\r", end="", file=sys.stderr, flush=True)
