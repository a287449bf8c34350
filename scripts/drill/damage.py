#!/usr/bin/env python3
"""Damages files of results at random and looks at what commands make of them.

    scripts/drill/damage.py [--count K] [--seed S] [--jobs J] [--binary FILE]

Each case takes the results of a small study (half of its table away, or whole, or in shards),
damages one file of them (bits flipped, bytes cut out, doubled, made up, put in another order; lines
lost, doubled, ended as elsewhere; the file empty or cut short) and runs `fit`, `plot`, `merge`
and `study` there. After each command:

  exit      0, 1 or 2, in time, without a panic; a failure says what
  lost      every row that the damage left as it was is still in a table, or kept aside
  wrong     after exit 0 of `study` table and estimates are those of the undamaged study
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import tempfile

from drill import HERE, RUN, STUDY, outcome, rows, run, short, trials, verdict_on_exit

COMMANDS = [["fit", "small"], ["plot", "small"], ["merge", "small"], RUN]


def damaged(data, random):
    """`data` after one accident, and its name."""
    at = random.randrange(len(data) + 1)
    length = min(random.choice([1, 2, 8, 64, 512]), len(data))
    to = min(at + length, len(data))
    lines = data.splitlines(keepends=True)
    line = random.randrange(len(lines)) if lines else 0
    noise = random.randbytes(length)
    accidents = {
        "flip": lambda: data[: at - 1] + bytes([data[at - 1] ^ 1 << random.randrange(8)]) + data[at:] if at else data,
        "digit": lambda: digit(data, at, random),
        "zero": lambda: data[:at] + bytes(to - at) + data[to:],
        "noise": lambda: data[:at] + noise[: to - at] + data[to:],
        "insert": lambda: data[:at] + noise + data[at:],
        "remove": lambda: data[:at] + data[to:],
        "double": lambda: data[:to] + data[at:],
        "cut": lambda: data[:at],
        "empty": lambda: b"",
        "line lost": lambda: b"".join(lines[:line] + lines[line + 1 :]),
        "line doubled": lambda: b"".join(lines[: line + 1] + lines[line:]),
        "lines shuffled": lambda: b"".join(random.sample(lines, len(lines))),
        "line ends": lambda: data.replace(b"\n", random.choice([b"\r\n", b"\r", b"\n\n"])),
    }
    name = random.choice(sorted(accidents))
    return name, accidents[name]()


def digit(data, at, random):
    """Another digit in place of the first one from `at`."""
    for i in range(at, len(data)):
        if data[i : i + 1].isdigit():
            return data[:i] + b"%d" % random.randrange(10) + data[i + 1 :]
    return data


class Damage:
    def __init__(self, binary, root):
        self.binary, self.root = str(pathlib.Path(binary).resolve()), root
        self.places = [self.place(f"start-{kind}", kind) for kind in ("whole", "half", "shards")]
        self.reference = outcome(self.places[0] / "results" / "small")

    def place(self, name, kind):
        place = self.root / name
        (place / "studies").mkdir(parents=True)
        (place / "results").mkdir()
        (place / "studies" / "small.toml").write_text(STUDY)
        shards = [["--shard", f"{k}/2"] for k in (1, 2)] if kind == "shards" else [[]]
        for shard in shards:
            code, said = run([self.binary, *RUN, *shard], place)
            if code != 0:
                sys.exit(f"study ends with {code} without any damage:\n{said}")
        if kind == "half":
            table = place / "results/small/trials.csv"
            lines = table.read_bytes().splitlines(keepends=True)
            table.write_bytes(b"".join(lines[: len(lines) // 2]))
        return place

    def judge(self, seed):
        """The accident, the exit codes, and what is wrong."""
        rng = random.Random(seed)
        start = rng.choice(self.places)
        place = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=self.root))
        shutil.copytree(start, place, dirs_exist_ok=True)
        folder = place / "results" / "small"
        files = [f for f in sorted(folder.rglob("*")) if f.suffix in (".csv", ".json")]
        # The table of trials as often as all other files together.
        tables = [f for f in files if f.name.startswith("trials")]
        victim = rng.choice(tables if rng.random() < 0.5 else files)
        before = rows(folder)
        name, data = damaged(victim.read_bytes(), rng)
        victim.write_bytes(data)
        left = before & rows(folder)
        wrong, codes = [], []
        for arguments in rng.sample(COMMANDS, len(COMMANDS)):
            code, said = run([self.binary, *arguments], place)
            codes.append(f"{arguments[0]} {code}")
            wrong += [(what, f"{arguments[0]}: {text}") for what, text in verdict_on_exit(code, said, (0, 1, 2))]
            lost = trials(left) - trials(rows(folder))
            wrong += [("lost", f"{arguments[0]}: {len(lost)} of {len(left)} rows")] if lost else []
            if arguments == RUN and code == 0:
                found = outcome(folder)
                bad = [f for f in self.reference if f.endswith(".csv") and found.get(f) != self.reference[f]]
                wrong += [("wrong", f"study: {short(' '.join(bad))}")] if bad else []
        shutil.rmtree(place)
        return f"{start.name[6:]} {victim.relative_to(place)} {name}", codes, wrong


def main():
    arguments = argparse.ArgumentParser(description="See the head of this file.")
    arguments.add_argument("--binary", default=HERE.parents[1] / "target/release/secateur")
    arguments.add_argument("--count", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    options = arguments.parse_args()
    root = pathlib.Path(tempfile.mkdtemp(prefix="damage-")).resolve()
    try:
        return report(Damage(options.binary, root), options)
    finally:
        shutil.rmtree(root)


def report(damage, options):
    ends, accidents, faults = collections.Counter(), collections.Counter(), 0
    seeds = range(options.seed, options.seed + options.count)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for seed, (accident, codes, wrong) in zip(seeds, pool.map(damage.judge, seeds)):
            ends.update(codes)
            accidents[accident.split(" ", 2)[2]] += 1
            for what, text in wrong:
                faults += 1
                print(f"seed {seed}: {what}: {accident} :: {text}", flush=True)
    print(f"{options.count} accidents:", ", ".join(f"{name} {count}" for name, count in sorted(accidents.items())))
    print("ends:", ", ".join(f"{end}: {count}" for end, count in sorted(ends.items())))
    print(f"{faults} are wrong" if faults else "nothing wrong")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
