"""Ranking with the relevant coordinates' own noise: the tables of docs/experiments.md.

Also He2 under other laws of the inputs (study non_gaussian), whose moments are those of 4e6 draws; not
Student's t with 5 degrees of freedom, under which y h has no variance.

Scores of coordinates are taken as normal: null ones N(0, 1), relevant ones N(sqrt(n) m, v) with
m and v, mean and variance of y h(x_j) over sd(y) sd(h), by quadrature at v_j = s^(-1/2). Keeping
the s largest leaves risk 1 - (share of relevant ones)^k; n is where its median crosses 1/2.

    python scripts/own_noise.py        needs NumPy; a minute
"""

from math import exp, log, sqrt

import numpy as np

T = np.linspace(-9, 9, 3601)
WT = np.exp(-T * T / 2) / sqrt(2 * np.pi) * (T[1] - T[0])
U, WU = np.polynomial.hermite_e.hermegauss(20)
WU = WU / WU.sum()
HERMITE = {
    3: lambda z: (z**3 - 3 * z) / sqrt(6),
    4: lambda z: (z**4 - 6 * z * z + 3) / sqrt(24),
}


def statistic(channel, c):
    """h of ReLU on the grid T, centred."""
    plus, minus = (T + c > 0) * T, (c - T > 0) * T
    h = (plus - minus if channel == "even" else plus + minus) / 2
    if channel == "odd_no_linear":
        h = h - (h * T * WT).sum() * T
    return h - (h * WT).sum()


def moments(h, k, s):
    """Mean and variance of y h(x_j) over sd(y) sd(h)."""
    v = 1 / sqrt(s)
    y = HERMITE[k](v * T[:, None] + sqrt(1 - v * v) * U[None])
    sd = sqrt((h * h * WT).sum())
    mean = ((y @ WU) * h * WT).sum() / sd
    return mean, ((y * y) @ WU * h * h * WT).sum() / sd**2 - mean**2


LAWS = {
    "gaussian": lambda rng, size: rng.standard_normal(size),
    "uniform": lambda rng, size: rng.uniform(-sqrt(3), sqrt(3), size),
    "laplace": lambda rng, size: rng.laplace(scale=1 / sqrt(2), size=size),
}


def moments_under(law, s, draws=4_000_000):
    """[moments] of |x_j| and He2 with all coordinates of x from a law, over sd(y) of that law."""
    rng = np.random.default_rng(2)
    x = LAWS[law](rng, draws)
    z = (x + sum(LAWS[law](rng, draws) for _ in range(s - 1))) / sqrt(s)
    y, h = (z * z - 1) / sqrt(2), np.abs(x) - np.abs(x).mean()
    y = y - y.mean()
    scale = y.std() * h.std()
    return (y * h).mean() / scale, (y * h).var() / scale**2


def ranking(h, k, s, d, own, noise=1.01, draws=2000):
    """n at which half of the draws reach risk 1/2; own = False gives all scores variance 1."""
    return crossing(moments(h, k, s), k, s, d, own, noise, draws)


def crossing(moments, k, s, d, own, noise=1.01, draws=2000):
    """[ranking] from the moments of a relevant score."""
    rng = np.random.default_rng(1)
    mean, variance = moments
    spread = sqrt(variance if own else 1.0)
    null = np.sort(np.abs(rng.standard_normal((draws, d - s))), axis=1)[:, -s:]
    z = rng.standard_normal((draws, s))
    low, high = 1.0, 1e9
    for _ in range(60):
        n = sqrt(low * high)
        relevant = np.abs(sqrt(n / noise) * mean + spread * z)
        cut = np.sort(np.concatenate([relevant, null], axis=1), axis=1)[:, [-s]]
        reached = 1 - (relevant >= cut).mean(axis=1) ** k <= 0.5
        low, high = (low, n) if reached.mean() >= 0.5 else (n, high)
    return high


def ratio(first, second, k, cells, own):
    logs = [log(ranking(first, k, *c, own) / ranking(second, k, *c, own)) for c in cells]
    return exp(sum(logs) / len(logs))


if __name__ == "__main__":
    for s in (4, 6, 12, 20, 100):
        odd = [moments(statistic("odd_no_linear", c), 3, s)[1] for c in (0.5, 1, 1.5, 2.045, 3)]
        rest = [
            moments(statistic("odd", 2.045), 3, s)[1],
            moments(statistic("even", 2.045), 3, s)[1],
            moments(statistic("even", 2.92), 4, s)[1],
        ]
        print("variance, s =", s, *(f"{x:.1f}" for x in odd + rest))
    best = statistic("odd_no_linear", 2.045)
    quarter = [(4, 256), (5, 625), (6, 1296), (7, 2401)]
    half = [(8, 64), (10, 100), (12, 144), (14, 196)]
    for name, cells in (("1/4", quarter), ("1/2", half)):
        for own in (True, False):
            found = [
                ratio(statistic("odd_no_linear", c), best, 3, cells, own) for c in (0.5, 1, 1.5, 3)
            ]
            linear = ratio(statistic("odd", 2.045), best, 3, cells[:3], own)
            print(f"alpha {name}, own noise {own}: c", *(f"{x:.2f}" for x in found), f"odd {linear:.1f}")
    he4 = statistic("even", 2.92)
    print("He4, variance at s = 6, 8:", *(f"{moments(he4, 4, s)[1]:.1f}" for s in (6, 8)))
    cells = [(8, 64), (12, 144), (16, 256), (20, 400)]
    n = {}
    for law in LAWS:
        found = [moments_under(law, s) for s, _ in cells]
        for own in (True, False):
            n[law, own] = [log(crossing(m, 2, *c, own)) for m, c in zip(found, cells)]
        print(law, "variance at s = 8, 20:", *(f"{found[i][1]:.1f}" for i in (0, 3)))
    for law in LAWS:
        for own in (True, False):
            gap = np.subtract(n[law, own], n["gaussian", own]).mean()
            print(f"He2, {law} over gaussian, own noise {own}: {exp(gap):.2f}")
