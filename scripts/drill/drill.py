#!/usr/bin/env python3
"""Makes every system call of small commands fail, or kills them there, and looks at the ruins.

    scripts/drill/drill.py [--sample K] [--jobs J] [--only SCENARIO] [--binary FILE]
    scripts/drill/drill.py --case "resume fail open 3 EIO"      one case again, with its folder kept

Each scenario is a folder in some state and a command on it. For each call of the command on a
file of the results (open, read, write, rename, sync, list, stat and the rest), and each of five
errors, the command runs once with that call failing; once killed before it; and for each write
once killed with half of it on disk, and once with a disk that is full after half of it. After
each:

  exit      0 or 1 (and no panic, signal or hang); a failure says on standard error what failed
  silent    after exit 0 everything is as it would be without the fault
  lost      every row that was in a table of the folder is in one, unchanged
  cut       no figure without its end, no manifest that is empty or no JSON
  next      the next run, without a fault, gives the tables and figures of the reference, byte for
            byte (times, identifiers of manifests and check sums aside)
  redone    and keeps the rows that were there to the letter, times too
  litter    and leaves no other file than the reference has

The full number of cases takes an hour; `--sample K` draws K of them, the same ones each time.
"""

import argparse
import collections
import concurrent.futures
import csv
import errno
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ERRORS = ["EIO", "ENOSPC", "ESTALE", "EACCES", "EMFILE"]
CLASSES = ["open", "read", "write", "rename", "sync", "list", "stat", "other"]
# Columns that differ from run to run.
UNSTEADY = {"seconds", "manifest", "check"}
# What a page says of the run: its day, its duration and its threads.
LAST_RUN = re.compile(rb"<dt>last run</dt><dd>[^<]*</dd>")

STUDY = """claim = "small enough to fail at every system call"
trials = 2
[model]
link = "He2"
[samples]
search = "grid"
n_min = 64
n_max = 256
test = 64
[[sweep]]
learner = ["pruned", "unpruned"]
alpha = 0.5
d = [8, 12]
"""

RUN = ["study", "small", "--threads", "1", "--quiet", "--progress", "none"]
# Name: the command, and what a user does next.
SCENARIOS = {
    "new": (RUN, [RUN]),
    "resume": (RUN, [RUN]),
    "torn": (RUN, [RUN]),
    "shard": (RUN + ["--shard", "2/2"], [RUN + ["--shard", "2/2"], RUN]),
    "merge": (["merge", "small", "results/elsewhere"], [["merge", "small", "results/elsewhere"], RUN]),
    "fit": (["fit", "small"], [["fit", "small"], ["plot", "small"]]),
    "plot": (["plot", "small"], [["fit", "small"], ["plot", "small"]]),
    "fresh": (RUN + ["--fresh"], [RUN]),
}


def run(command, place, patience=120):
    """The exit code and standard error of a command in the folder `place`."""
    environment = dict(os.environ, NO_COLOR="1", COLUMNS="200")
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, timeout=patience, env=environment)
    except subprocess.TimeoutExpired:
        return "hangs", ""
    return done.returncode, done.stderr.decode(errors="replace")


class Drill:
    def __init__(self, binary, root, patience=120):
        self.binary, self.root, self.patience = str(pathlib.Path(binary).resolve()), root, patience
        self.inject = root / "inject"
        subprocess.run(["cc", "-O2", "-o", self.inject, HERE / "inject.c"], check=True)
        if subprocess.run([self.inject, root, root / "report", "list", "true"]).returncode != 0:
            print("skipped: processes may not be traced here")
            sys.exit(0)
        self.places = {name: root / "start" / name for name in SCENARIOS}
        self.prepare()

    def run(self, place, arguments, inject=()):
        return run([*map(str, inject), self.binary, *arguments], place, self.patience)

    def must(self, place, arguments):
        code, said = self.run(place, arguments)
        if code != 0:
            sys.exit(f"{' '.join(arguments)} ends with {code} without any fault:\n{said}")

    def prepare(self):
        """The start of every scenario, and the reference."""
        whole = self.root / "whole"
        (whole / "studies").mkdir(parents=True)
        (whole / "studies" / "small.toml").write_text(STUDY)
        new = self.places["new"]
        shutil.copytree(whole, new)
        (new / "results").mkdir()
        self.must(whole, RUN)
        self.reference = outcome(whole / "results" / "small")
        lines = (whole / "results/small/trials.csv").read_bytes().splitlines(keepends=True)
        half = len(lines) // 2
        for name in SCENARIOS.keys() - {"new"}:
            shutil.copytree(whole, self.places[name])
        table = "results/small/trials.csv"
        (self.places["resume"] / table).write_bytes(b"".join(lines[:half]))
        torn = b"".join(lines[:half]) + lines[half][: len(lines[half]) // 2]
        (self.places["torn"] / table).write_bytes(torn)
        # Tables of two shards, one of them begun; then the same with one of them elsewhere.
        shard = self.places["shard"]
        shutil.rmtree(shard / "results")
        (shard / "results").mkdir()
        for k in "12":
            self.must(shard, RUN + ["--shard", f"{k}/2"])
        merge = self.places["merge"]
        elsewhere = merge / "results/elsewhere"
        elsewhere.mkdir()
        second = "results/small/trials-2-of-2.csv"
        shutil.copy(shard / second, elsewhere / "trials.csv")
        for extra in ["manifest-2-of-2.json"]:
            shutil.copy(shard / "results/small" / extra, elsewhere / "manifest.json")
        shutil.copytree(shard / "results/small/manifests", elsewhere / "manifests")
        shutil.copy(shard / "results/small/trials-1-of-2.csv", merge / "results/small")
        shutil.copy(shard / "results/small/manifest-1-of-2.json", merge / "results/small")
        (merge / table).write_bytes(b"".join(lines[:half]))
        begun = (shard / second).read_bytes().splitlines(keepends=True)
        (shard / second).write_bytes(b"".join(begun[: 1 + len(begun) // 2]))
        for name in ["fit", "plot"]:
            folder = self.places[name] / "results/small"
            shutil.rmtree(folder / "figures")
            for file in folder.glob("*.csv"):
                if name == "fit" and file.name != "trials.csv":
                    file.unlink()

    def cases(self, names):
        """Every (scenario, mode, class, number, error)."""
        for name in names:
            place = self.root / "list" / name
            shutil.copytree(self.places[name], place)
            report = self.root / f"{name}.list"
            code, said = self.run(place, SCENARIOS[name][0], [self.inject, place / "results", report, "list"])
            if code != 0:
                sys.exit(f"{name} ends with {code} without any fault:\n{said}")
            calls = [line.split()[0] for line in report.read_text().splitlines()]
            counts = collections.Counter(calls)
            for kind in CLASSES:
                for number in range(counts[kind]):
                    for error in ERRORS:
                        yield name, "fail", kind, number, error
            for number in range(len(calls)):
                yield name, "kill", "any", number, "-"
            for number in range(counts["write"]):
                yield name, "tear", "write", number, "-"
                yield name, "full", "write", number, "ENOSPC"

    def judge(self, case, keep=False):
        """What is wrong after the case: a list of (what, text), or None if it did not strike."""
        name, mode, kind, number, error = case
        place = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=self.root))
        report = place / "report"
        shutil.copytree(self.places[name], place, dirs_exist_ok=True)
        folder = place / "results" / "small"
        before = rows(place / "results")
        code_of = getattr(errno, error, 0)
        inject = [self.inject, place / "results", report, mode, kind, number, code_of]
        command, after = SCENARIOS[name]
        code, said = self.run(place, command, inject)
        if keep:
            print(f"exit {code}\n{said}\nstruck: {report.read_text()}in {place}")
        struck = report.read_text().strip()
        if not struck:
            shutil.rmtree(place)
            return None
        wrong = []
        if mode in ("fail", "full"):
            wrong += verdict_on_exit(code, said)
            # `fit` on a folder that may not be written prints its tables, and says so.
            if code == 0 and not (name == "fit" and "the tables are printed only" in said):
                wrong += self.silent(name, folder)
        missing = before - rows(place / "results")
        wrong += [("lost", f"{len(missing)} of {len(before)} rows")] if missing else []
        wrong += cut(place / "results")
        for arguments in after:
            code, said = self.run(place, arguments)
            if code != 0:
                wrong.append(("next", f"`{' '.join(arguments[:1])}` ends with {code}: {short(said)}"))
                break
        else:
            found = outcome(folder)
            for file in sorted(self.reference.keys() | found.keys()):
                if file not in self.reference:
                    wrong.append(("litter", file))
                elif found.get(file) != self.reference[file]:
                    wrong.append(("next", f"{file} {'differs' if file in found else 'is missing'}"))
            if name in ("resume", "torn", "merge", "shard"):
                gone = trials(before) - trials(before & rows(folder))
                wrong += [("redone", f"{len(gone)} trials")] if gone else []
            wrong += cut(place / "results")
        if keep:
            print("afterwards:", wrong)
        else:
            shutil.rmtree(place)
        return [(what, f"{text} [{struck.replace(str(place), '')}]") for what, text in wrong]

    def silent(self, name, folder):
        """After exit 0 what the command makes is whole."""
        made = {"fit": lambda f: f.endswith(".csv"), "plot": lambda f: f.startswith("figures/")}
        if name in ("shard", "merge"):
            return []
        mine = made.get(name, lambda f: True)
        found = outcome(folder)
        bad = [f for f in self.reference if mine(f) and found.get(f) != self.reference[f]]
        return [("silent", f"exit 0, but {', '.join(bad)}")] if bad else []


def verdict_on_exit(code, said, allowed=(0, 1)):
    if code not in allowed or "panicked" in said:
        return [("exit", f"{code}: {short(said)}")]
    if code != 0 and not said.strip():
        return [("exit", f"{code} without a word")]
    return []


def short(text):
    return " ".join(text.split())[:160]


def rows(results):
    """All whole rows of tables of trials below a folder, by their columns."""
    found = set()
    for path in results.rglob("trials*.csv*"):
        text = path.read_bytes().decode(errors="replace")
        lines = text[: text.rfind("\n") + 1].splitlines()
        if lines:
            header = lines[0].split(",")
            found |= {frozenset(zip(header, row)) for row in csv.reader(lines[1:]) if len(row) == len(header)}
    return found


def trials(rows):
    """The rows without what differs when a trial is run again."""
    return {frozenset(field for field in row if field[0] not in UNSTEADY) for row in rows}


def outcome(folder):
    """What is in a results folder, without what differs from run to run or was kept of a torn row."""
    found, table = {}, []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir() or name.startswith((".lock", "manifest", "merged/")) or ".torn-" in name:
            continue
        if name == "trials.csv" or name.startswith("trials-") and name.endswith(".csv"):
            table += steady(path)
            found["trials.csv"] = sorted(table)
        else:
            found[name] = steady(path) if path.suffix == ".csv" else LAST_RUN.sub(b"", path.read_bytes())
    return found


def steady(path):
    """The rows of a table; a line without an end is none yet."""
    text = path.read_bytes().decode(errors="replace")
    header, *table = list(csv.reader(text[: text.rfind("\n") + 1].splitlines())) or [[]]
    return [tuple(field for field in zip(header, row) if field[0] not in UNSTEADY) for row in table if row]


def cut(results):
    wrong = []
    for path in results.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        whole = True
        if path.suffix == ".png":
            whole = data.endswith(b"IEND\xaeB`\x82")
        elif path.suffix == ".svg":
            whole = data.rstrip().endswith(b"</svg>")
        elif path.suffix == ".json":
            try:
                json.loads(data)
            except ValueError:
                whole = False
        wrong += [] if whole else [("cut", f"{path.relative_to(results)} of {len(data)} bytes")]
    return wrong


def main():
    arguments = argparse.ArgumentParser(description="See the head of this file.")
    arguments.add_argument("--binary", default=HERE.parents[1] / "target/release/secateur")
    arguments.add_argument("--sample", type=int, metavar="K")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--only", choices=SCENARIOS, action="append")
    arguments.add_argument("--patience", type=float, default=120, help="seconds after which a command hangs")
    arguments.add_argument("--case")
    options = arguments.parse_args()
    root = pathlib.Path(tempfile.mkdtemp(prefix="drill-")).resolve()
    drill = Drill(options.binary, root, options.patience)
    if options.case:
        name, mode, kind, number, error = options.case.split()
        drill.judge((name, mode, kind, int(number), error), keep=True)
        return 0
    try:
        return report(drill, options)
    finally:
        shutil.rmtree(root)


def report(drill, options):
    cases = list(drill.cases(options.only or SCENARIOS))
    total = len(cases)
    if options.sample is not None and options.sample < total:
        cases = random.Random(1).sample(cases, options.sample)
    struck, faults = collections.Counter(), collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, wrong in zip(cases, pool.map(drill.judge, cases)):
            if wrong is None:
                struck["missed"] += 1
                continue
            struck[case[0], case[1]] += 1
            for what, text in wrong:
                faults[what].append((case, text))
                print(what, *case, "::", text, flush=True)
    print(f"\n{len(cases)} of {total} cases, {struck.pop('missed', 0)} of them after the command had ended")
    for name in SCENARIOS:
        counts = {mode: struck[name, mode] for mode in ("fail", "kill", "tear", "full")}
        print(f"  {name:7}", ", ".join(f"{mode} {count}" for mode, count in counts.items()))
    for what, found in sorted(faults.items()):
        print(f"  {what}: {len({case for case, _ in found})} cases")
    print("nothing wrong" if not faults else "something is wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
