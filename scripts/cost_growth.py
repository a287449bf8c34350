#!/usr/bin/env python3
"""Prints how the cost of a trial grows with d and n, beside what is expected.

    cargo bench --bench trials -- cost_growth
    python3 scripts/cost_growth.py

Reads the estimates that the bench leaves in target/criterion and fits log time on log d or
log n by least squares. Expected is the power of the leading term: every entry of the virtual
design matrix is visited once (pruned, explicit), or a sample costs the same in any dimension
(reduced). Needs Python alone.
"""

import json
import math
import os
import pathlib
import sys

EXPECTED = {
    ("pruned auto", "d"): 1, ("pruned auto", "n"): 1,
    ("unpruned explicit", "d"): 1, ("unpruned explicit", "n"): 1,
    ("unpruned reduced", "d"): 0, ("unpruned reduced", "n"): 1,
}


def points(folder):
    """Seconds by (learner, axis) and size."""
    found = {}
    for benchmark in folder.glob("cost_growth/*/*/new/benchmark.json"):
        name = json.loads(benchmark.read_text())
        estimates = json.loads((benchmark.parent / "estimates.json").read_text())
        key = tuple(name["function_id"].rsplit(" ", 1))
        seconds = estimates["median"]["point_estimate"] * 1e-9
        found.setdefault(key, {})[int(name["value_str"])] = seconds
    return found


def slope(sizes):
    """Slope of log seconds on log size, and its standard error."""
    x = [math.log(size) for size in sizes]
    y = [math.log(seconds) for seconds in sizes.values()]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - x_mean) ** 2 for a in x)
    value = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y)) / spread
    rest = sum((b - y_mean - value * (a - x_mean)) ** 2 for a, b in zip(x, y))
    return value, math.sqrt(rest / (len(x) - 2) / spread)


def main():
    target = os.environ.get("CARGO_TARGET_DIR", pathlib.Path(__file__).parents[1] / "target")
    found = points(pathlib.Path(target) / "criterion")
    if not found:
        sys.exit("no estimates: run `cargo bench --bench trials -- cost_growth` first")
    print(f"{'trial':<20} {'axis':<5} {'sizes':<14} {'seconds':<20} {'growth':>14} {'expected':>9}")
    for (learner, axis), sizes in sorted(found.items()):
        sizes = dict(sorted(sizes.items()))
        value, error = slope(sizes)
        first, last = min(sizes), max(sizes)
        print(f"{learner:<20} {axis:<5} {f'{first}..{last}':<14} "
              f"{f'{sizes[first]:.3g}..{sizes[last]:.3g}':<20} "
              f"{f'{value:.2f} ± {error:.2f}':>14} {EXPECTED.get((learner, axis), '?'):>9}")


if __name__ == "__main__":
    main()
