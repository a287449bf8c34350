#!/usr/bin/env python3
"""Writes docs/theory.md: n* of every reference cell over the law of the ranking and over the limit.

    scripts/theory.py [PROGRAM]

All references at their τ; of the three that show it best over k*, also τ = 0.3 and 0.7, which the
program simulates the limit for: some minutes.
"""

import csv
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

HOME = pathlib.Path(__file__).resolve().parents[1]
FURTHER = ["alpha_sweep", "alpha_sweep_k3", "information_exponent"]

HEAD = """# Measured over predicted

n\\* of every reference cell that has a value, over the [law of the ranking](mathematics.md#7-where-the-exponents-come-from) and over the [limit simulation](sampling.md#the-limit-simulation): geometric mean over the cells of a row, and the least and the largest. Nothing is fitted and nothing left out; written by `scripts/theory.py`. The law knows the ranking alone; a limit is computed where an expectation asks for it, from 48 trials at each of two n, so that its own error is 2 to 4 % a cell (`limit_se_ln` of `thresholds.csv`). Searches aimed at τ = ½: of the few cells that have a value at 0.3 and 0.7 n\\* is biased ([experiments](experiments.md#alpha_sweep)).

| study | τ | learner | link | α | noise | cells | n\\* / law | n\\* / limit |
|---|--:|---|---|---|--:|--:|---|---|
"""


def fitted(program, name, tau):
    """The rows of thresholds.csv of the reference `name` at τ."""
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / name
        shutil.copytree(HOME / "results/reference" / name, folder)
        further = [] if tau is None else ["--threshold", tau]
        subprocess.run([program, "fit", folder, *further], check=True, capture_output=True)
        with open(folder / "thresholds.csv", newline="") as file:
            return list(csv.DictReader(file))


def over(rows, prediction):
    logs = [math.log(float(r["n_star"]) / float(r[prediction])) for r in rows if r[prediction]]
    if not logs:
        return ""
    middle, least, most = math.exp(sum(logs) / len(logs)), math.exp(min(logs)), math.exp(max(logs))
    cells = f" ({len(logs)})" if len(logs) < len(rows) else ""
    return f"{middle:.3f} [{least:.2f}, {most:.2f}]{cells}"


def lines(program, name, tau):
    groups = {}
    for row in fitted(program, name, tau):
        if row["censored"] == "none" and (row["law"] or row["limit"]):
            link = row["link"] + (f" r={row['r']}" if row["r"] != "1" else "")
            key = row["learner"], link.replace("*", "\\*").replace("|", "\\|"), row["noise"], row["threshold"]
            groups.setdefault(key, []).append(row)
    for (learner, link, noise, at), rows in sorted(groups.items()):
        alphas = sorted({float(r["alpha"]) for r in rows})
        alpha = " to ".join(f"{a:.3g}" for a in dict.fromkeys([alphas[0], alphas[-1]]))
        cells = [name, at, learner, link, alpha, noise, str(len(rows)), over(rows, "law"), over(rows, "limit")]
        yield "| " + " | ".join(cells) + " |\n"


def main():
    program = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HOME / "target/release/secateur").resolve())
    text = HEAD
    for folder in sorted((HOME / "results/reference").iterdir()):
        if folder.is_dir():
            for tau in [None, *(["0.3", "0.7"] if folder.name in FURTHER else [])]:
                text += "".join(lines(program, folder.name, tau))
    (HOME / "docs/theory.md").write_text(text)


if __name__ == "__main__":
    main()
