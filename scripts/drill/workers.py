#!/usr/bin/env python3
"""Kills a study of Python workers, and its workers, at random moments; then looks for what is left.

    scripts/drill/workers.py [--kills 50] [--interrupts 10] [--binary FILE]

Every worker starts two processes of its own, one in its group and one that leaves it. First the harness gets SIGKILL, KILLS times, and the same command goes on each time: at the end
every trial is there once, with the numbers of a run that nobody disturbed. Then KILLS workers get
SIGKILL in one run: each costs one trial, which fails and says so, and all others have the numbers
of the undisturbed run. Then Ctrl-C, INTERRUPTS times, while a worker is busy that would sleep for ever:
until no worker is left, at most two seconds. No process and no folder may be left. Needs NumPy, and
Linux (/proc).
"""

import argparse
import csv
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
STUDY = f"""claim = "workers that are killed"
trials = 10
[learner.mine]
command = ["sh", "-c", '{{}}exec python3 {ROOT}/examples/python/screened_ridge.py']
[model]
link = "He2"
[samples]
search = "grid"
n_min = 256
n_max = 4096
test = 1024
[[sweep]]
learner = "mine"
alpha = 0.5
d = [16, 36, 64, 100, 144, 196, 256]
"""
# What a worker may start and forget: its output is held open.
FORGOTTEN = "sleep 1000 & setsid sleep 1000 & "
SLEEPER = STUDY.format("sleep 1000; ")
STUDY = STUDY.format(FORGOTTEN)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "python")}


def workers(marker):
    """Processes that hold `marker`, a variable of the environment that runs hand on, by their parent;
    without the harness itself and the process that watches over its workers."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            program = (folder / "cmdline").read_bytes().split(b"\0")
            own = program[0].endswith(b"secateur")
            if stat[0] != "Z" and marker in (folder / "environ").read_bytes() and not own:
                found[int(folder.name)] = int(stat[1])
        except (OSError, ValueError):
            continue
    return found


def folders(process):
    places = [pathlib.Path("/dev/shm"), pathlib.Path(tempfile.gettempdir())]
    return [path for place in places for path in place.glob(f"secateur-{process}-*")]


def rows(place):
    """Trials of the table by cell, n and trial; what a run cannot repeat is left out."""
    table = list(csv.DictReader((place / "results/mine/trials.csv").open()))
    found = {(row["cell"], row["n"], row["trial"]): row for row in table}
    assert len(found) == len(table), f"{len(table) - len(found)} trials are there twice"
    return {key: {k: v for k, v in row.items() if k not in {"seconds", "manifest", "check"}}
            for key, row in found.items()}


def start(program, place, marker):
    command = [program, "study", "studies/mine.toml", "--quiet", "--yes", "--threads", "2"]
    return subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**ENVIRONMENT, "DRILL": marker.decode()})


def new(base, name, study=STUDY):
    place = base / name
    (place / "studies").mkdir(parents=True)
    (place / "studies/mine.toml").write_text(study)
    return place


def until(happened, seconds):
    """Seconds until `happened`, or all of them."""
    began = time.monotonic()
    while not happened() and time.monotonic() - began < seconds:
        time.sleep(0.01)
    return time.monotonic() - began


def nothing_left(marker, processes):
    until(lambda: not workers(marker), 2)
    assert not workers(marker), f"processes are left: {workers(marker)}"
    left = lambda: [path for process in processes for path in folders(process)]
    until(lambda: not left(), 2)
    assert not left(), f"folders are left: {left()}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--interrupts", type=int, default=10)
    arguments.add_argument("--binary", default=str(ROOT / "target/release/secateur"))
    arguments = arguments.parse_args()
    program, kills = os.path.abspath(arguments.binary), arguments.kills
    rng, marker = random.Random(17), f"secateur-drill-{os.getpid()}".encode()
    with tempfile.TemporaryDirectory(prefix="drill-") as base:
        base = pathlib.Path(base)
        whole, killed, wounded = (new(base, name) for name in ("whole", "killed", "wounded"))
        began = time.monotonic()
        assert start(program, whole, marker).wait() == 0
        expected, took = rows(whole), time.monotonic() - began
        print(f"undisturbed: {len(expected)} trials in {took:.1f} s")

        processes, struck, longest = [], 0, 0.0
        while struck < kills:
            harness = start(program, killed, marker)
            processes.append(harness.pid)
            time.sleep(rng.uniform(0.05, 0.5 + 2 * took / kills))
            if harness.poll() is None:
                harness.send_signal(signal.SIGKILL)
                struck += 1
            harness.wait()
            longest = max(longest, until(lambda: not workers(marker), 2))
            nothing_left(marker, processes)
            if harness.returncode == 0:  # It was done: the rest is of a new one.
                assert rows(killed) == expected
                (killed / "results/mine/trials.csv").unlink()
        last = start(program, killed, marker)
        assert last.wait() == 0
        assert rows(killed) == expected, "trials are lost or others"
        nothing_left(marker, [*processes, last.pid])
        print(f"{struck} kills of the harness: nothing lost or doubled, no process left {longest:.2f} s "
              "after a kill, no folder 2 s after")

        harness, hit = start(program, wounded, marker), 0
        while harness.poll() is None:
            time.sleep(rng.uniform(0, 1.5 * took / kills))
            own = [process for process, parent in workers(marker).items() if parent == harness.pid]
            if own and hit < kills:
                os.kill(rng.choice(own), signal.SIGKILL)
                hit += 1
        found = rows(wounded)
        failed = {key for key, row in found.items() if row["status"] != "ok"}
        assert found.keys() == expected.keys() and len(failed) <= hit
        assert all(found[key] == expected[key] for key in found.keys() - failed)
        assert all("signal: 9" in found[key]["status"] for key in failed), failed
        assert harness.returncode == (3 if failed else 0)
        nothing_left(marker, [harness.pid])
        print(f"{hit} kills of workers: {len(failed)} failed trials, which say so; all others as undisturbed")

        longest = 0.0
        for number in range(arguments.interrupts):
            place = new(base, f"interrupted-{number}", SLEEPER)
            harness = start(program, place, marker)
            time.sleep(rng.uniform(0.3, 1.5))
            harness.send_signal(signal.SIGINT)
            longest = max(longest, until(lambda: harness.poll() is not None and not workers(marker), 10))
            assert harness.wait() in {130, -signal.SIGINT}, harness.returncode
            nothing_left(marker, [harness.pid])
        print(f"{arguments.interrupts} times Ctrl-C: no worker left {longest:.2f} s after")
        assert longest <= 2, "Ctrl-C has to end workers within 2 s"


if __name__ == "__main__":
    sys.exit(main())
