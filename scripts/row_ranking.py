#!/usr/bin/env python3
"""The ranking by rows alone, for z1 z2 on disjoint supports at alpha = 1/2: samples n1 after which
half of the function is kept on average, over d, from samples that are drawn, and from independent
normal entries of the same means and variances in their place: an entry of a null row with a relevant
input has variance E y^2 x_l^2, not E y^2; with `--equal` it has that of all others.

    scripts/row_ranking.py [--equal]

ReLU at shift 0: entry (j, l) of the gradient at e_j is the mean of y sign(x_j) x_l / 2. Needs
NumPy; five minutes on a core.
"""

import sys
from math import exp, log, pi, sqrt

import numpy as np

NOISE = 0.1
rng = np.random.default_rng(5)


def kept(scores, s):
    """The share of z1 z2 that the s best coordinates hold; the first s/2 are those of z1."""
    half = s // 2
    best = np.argpartition(-scores, s - 1)[:s]
    return np.sum(best < half) / half * np.sum((best >= half) & (best < s)) / half


def drawn(d, s, n):
    half = s // 2
    x = rng.standard_normal((n, d), dtype=np.float32)
    z = np.stack([x[:, :half].sum(1), x[:, half:s].sum(1)]) / sqrt(half)
    y = (z[0] * z[1] + NOISE * rng.standard_normal(n)).astype(np.float32)
    y -= y.mean()
    rows = np.abs((np.sign(x) * y[:, None]).T @ x)
    np.fill_diagonal(rows, np.abs(y @ np.abs(x)) / sqrt(1 - 2 / pi))
    return kept(rows.max(1), s)


def normal(d, s, n):
    half = s // 2
    mean = sqrt(2 / pi) / half
    spread = sqrt((1 + 2 / half + NOISE**2 - mean**2) / (1 + NOISE**2))
    rows = rng.standard_normal((d, d))
    if "--equal" not in sys.argv:
        columns = rows[:, :s] * sqrt((1 + 2 / half + NOISE**2) / (1 + NOISE**2))
        columns[np.arange(s), np.arange(s)] = rows[np.arange(s), np.arange(s)]
        for block in np.s_[:half, half:s], np.s_[half:s, :half]:
            columns[block] = rows[block]
        rows[:, :s] = columns
    for block in np.s_[:half, half:s], np.s_[half:s, :half]:
        rows[block] = mean * sqrt(n / (1 + NOISE**2)) + spread * rows[block]
    return kept(np.abs(rows).max(1), s)


def crossing(simulate, d, s, trials):
    n, before = 1.6 * d, None
    while True:
        share = np.mean([simulate(d, s, int(n)) for _ in range(trials)])
        if before and before[1] < 0.5 <= share:
            step = (0.5 - before[1]) / (share - before[1])
            return exp(log(before[0]) + step * log(n / before[0]))
        before, n = (n, share), n * 2**0.25


def main():
    for d, s, trials in ((64, 8, 1200), (144, 12, 800), (256, 16, 400), (576, 24, 150)):
        ratios = [crossing(simulate, d, s, trials) / d for simulate in (drawn, normal)]
        print(f"d = {d}: n1/d drawn {ratios[0]:.3f}, normal {ratios[1]:.3f}", flush=True)


if __name__ == "__main__":
    main()
