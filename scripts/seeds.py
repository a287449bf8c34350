#!/usr/bin/env python3
"""Repeats statements that surprised, over seeds: are they luck?

    scripts/seeds.py [PROGRAM] [--seeds 8]

The exponent of `spectral` at k* = 3 (studies/baselines_k3.toml) and the price of noise at Δ = 1/4
(studies/noise.toml), with the cells and trials of these studies; prints a table in Markdown: each
seed, and the mean over seeds with the half-width of its 95 % interval (Student's t).
"""

import argparse
import csv
import math
import pathlib
import statistics
import subprocess
import tempfile

STUDY = """claim = "the same statements at several seeds"
trials = 24
[model]
link = "He2"
[samples]
n_max = 4194304
[[sweep]]
learner = "spectral"
link = "He3"
noise = 0.1
alpha = 0.5
d = [48, 96, 144, 256, 400]
[[sweep]]
learner = "pruned"
noise = [0, 0.5]
alpha = 0.5
d = [64, 144, 256, 400, 576]
[[sweep]]
learner = "unpruned"
noise = [0, 0.5]
alpha = 0.5
d = [48, 64, 96, 144, 192]
[[expect]]
claim = "spectral, k* = 3"
exponent = "spectral"
predicted = { at_most = 1.5 }
[[expect]]
claim = "pruned, Δ = 1/4"
ratio = ["pruned", "pruned"]
noise = [0.5, 0]
predicted = "law"
[[expect]]
claim = "unpruned, Δ = 1/4"
ratio = ["unpruned", "unpruned"]
noise = [0.5, 0]
predicted = 1.25
"""
# Two-sided 95 % quantiles of Student's t by degrees of freedom.
STUDENT = [math.nan, 12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]


def statements(program, place, seed):
    """What every claim came to at one seed: (value, low, high), by claim."""
    command = [program, "study", "seeds", "--seed", str(seed), "--quiet", "--out", f"out/{seed}"]
    subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
    (table,) = (place / "out" / str(seed)).glob("*/expectations.csv")
    with open(table, newline="") as file:
        # A claim as a whole is the row without a dimension.
        rows = [row for row in csv.DictReader(file) if not row["d"]]
    return {row["claim"]: [float(row[k]) for k in ("value", "ci_low", "ci_high")] for row in rows}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    home = pathlib.Path(__file__).resolve().parents[1]
    arguments.add_argument("program", nargs="?", default=home / "target/release/secateur")
    arguments.add_argument("--seeds", type=int, default=8, choices=range(2, len(STUDENT) + 1))
    options = arguments.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "studies").mkdir()
        (place / "studies/seeds.toml").write_text(STUDY)
        seen = {seed: statements(program, place, seed) for seed in range(1, options.seeds + 1)}
    claims = list(seen[1])
    print("| seed |", " | ".join(claims), "|")
    print("|--:|" + "---|" * len(claims))
    for seed, found in seen.items():
        print(f"| {seed} |", " | ".join("{:.2f} [{:.2f}, {:.2f}]".format(*found[c]) for c in claims), "|")
    means = []
    for claim in claims:
        values = [found[claim][0] for found in seen.values()]
        half = STUDENT[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
        means.append(f"{statistics.mean(values):.3f} ± {half:.3f}")
    print("| mean |", " | ".join(means), "|")


if __name__ == "__main__":
    main()
