#!/usr/bin/env python3
"""α_c(d), at which n* pruned and unpruned are equal, from the thresholds of `study crossover`.

    scripts/crossover.py [FOLDER]

ln n*(pruned) − ln n*(unpruned) is fitted by a straight line in ln s/ln d (s is rounded) over the α
of a dimension, weighted by the errors of n*; α_c is its root. Its 95 % interval is that of 4000
draws of all ln n*, normal with their standard errors. By the law: the same root with the law of the
ranking in place of n*(pruned). A root outside the α that ran is left out.
"""

import csv
import math
import pathlib
import random
import statistics
import sys


def root(points):
    """Where the weighted line through (x, y, error) crosses zero."""
    weights = [e**-2 for _, _, e in points]
    total = sum(weights)
    x0 = sum(w * x for w, (x, _, _) in zip(weights, points)) / total
    y0 = sum(w * y for w, (_, y, _) in zip(weights, points)) / total
    slope = sum(w * (x - x0) * (y - y0) for w, (x, y, _) in zip(weights, points))
    slope /= sum(w * (x - x0) ** 2 for w, (x, _, _) in zip(weights, points))
    return x0 - y0 / slope


def main():
    home = pathlib.Path(__file__).resolve().parents[1] / "results/reference/crossover"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else home
    with open(folder / "thresholds.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["censored"] == "none"]
    number = lambda row, key: float(row[key])
    unpruned = {int(row["d"]): row for row in rows if row["learner"] == "unpruned"}
    generator = random.Random(1)
    print("| d | α_c [95 %] | by the law | α run |\n|--:|--:|--:|---|")
    for d, other in sorted(unpruned.items()):
        mine = [row for row in rows if row["learner"] == "pruned" and int(row["d"]) == d]
        x = [math.log(number(row, "s")) / math.log(d) for row in mine]
        if len(x) < 3:
            continue
        y = [math.log(number(row, "n_star") / number(other, "n_star")) for row in mine]
        errors, other_error = [number(row, "se_ln") for row in mine], number(other, "se_ln")
        law = [math.log(number(row, "law") / number(other, "n_star")) for row in mine]
        found = root(list(zip(x, y, errors)))
        draws = []
        for _ in range(4000):
            shift = generator.gauss(0, other_error)
            draws.append(root([(a, b + generator.gauss(0, e) - shift, e) for a, b, e in zip(x, y, errors)]))
        cuts = statistics.quantiles(draws, n=40)
        inside = min(x) <= found <= max(x)
        value = f"{found:.3f} [{cuts[0]:.3f}, {cuts[-1]:.3f}]" if inside else "–"
        print(f"| {d} | {value} | {root(list(zip(x, law, errors))):.3f} | {min(x):.2f}–{max(x):.2f} |")


if __name__ == "__main__":
    main()
