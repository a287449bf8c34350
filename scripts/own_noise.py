"""Ranking with the relevant coordinates' own noise: the table of docs/experiments.md, and what follows.

Scores of coordinates are taken as normal: null ones N(0, 1), relevant ones N(sqrt(n) m, v) with
m and v, mean and variance of y h(x_j) over sd(y) sd(h), by quadrature at v_j = s^(-1/2). Keeping
the s largest leaves a risk that depends on the share of relevant ones; n is where its median
crosses 1/2. For He2 under other laws of the inputs (study non_gaussian) the moments are those of
4e6 draws; not for Student's t with 5 degrees of freedom, under which y h has no variance.

    python scripts/own_noise.py        needs NumPy; two minutes
"""

from math import erf, exp, log, sqrt

import numpy as np

T = np.linspace(-9, 9, 3601)
WT = np.exp(-T * T / 2) / sqrt(2 * np.pi) * (T[1] - T[0])
U, WU = np.polynomial.hermite_e.hermegauss(20)
WU = WU / WU.sum()


class Link:
    """A normalised link, and the variance that a share of the mass of V explains."""

    def __init__(self, value, explained):
        self.value, self.explained = value, explained


def he3_plus(a):
    """He3 + a He1: a kept share p of the mass keeps p^3 and p of the two parts."""
    scale = 6 + a * a
    return Link(
        lambda z: (z**3 - 3 * z + a * z) / sqrt(scale),
        lambda p: (6 * p**3 + a * a * p) / scale,
    )


HE2 = Link(lambda z: (z * z - 1) / sqrt(2), lambda p: p**2)
HE3 = he3_plus(0)
HE4 = Link(lambda z: (z**4 - 6 * z * z + 3) / sqrt(24), lambda p: p**4)


def statistic(channel, c):
    """h of ReLU with a bias c, and its square, on the grid T, centred."""
    plus, minus = (T + c > 0) * T, (c - T > 0) * T
    h = (plus - minus if channel == "even" else plus + minus) / 2
    if channel == "odd_no_linear":
        h = h - (h * T * WT).sum() * T
    h = h - (h * WT).sum()
    return h, h * h


def augmented_even(c):
    """Means over the noise coordinate of h and h^2 for pre-activations sqrt(1 - c^2) x + c zeta."""
    share = np.array([erf(abs(sqrt(1 - c * c) * t) / (c * sqrt(2))) for t in T])
    h, square = share * abs(T) / 2, share * T * T / 4
    mean = (h * WT).sum()
    return h - mean, square - 2 * mean * h + mean * mean


def moments(h, link, s):
    """Mean and variance of y h(x_j) over sd(y) sd(h)."""
    (h, square), v = h, 1 / sqrt(s)
    y = link.value(v * T[:, None] + sqrt(1 - v * v) * U[None])
    sd = sqrt((square * WT).sum())
    mean = ((y @ WU) * h * WT).sum() / sd
    return mean, ((y * y) @ WU * square * WT).sum() / sd**2 - mean**2


LAWS = {
    "gaussian": lambda rng, size: rng.standard_normal(size),
    "uniform": lambda rng, size: rng.uniform(-sqrt(3), sqrt(3), size),
    "laplace": lambda rng, size: rng.laplace(scale=1 / sqrt(2), size=size),
}


def moments_under(law, s, draws=4_000_000):
    """`moments` of |x_j| and He2 with all coordinates of x from a law, over sd(y) of that law."""
    rng = np.random.default_rng(2)
    x = LAWS[law](rng, draws)
    z = (x + sum(LAWS[law](rng, draws) for _ in range(s - 1))) / sqrt(s)
    y, h = HE2.value(z), np.abs(x) - np.abs(x).mean()
    y = y - y.mean()
    scale = y.std() * h.std()
    return (y * h).mean() / scale, (y * h).var() / scale**2


def crossing(moments, link, s, d, own, noise=1.01, draws=2000):
    """n at which half of the draws reach risk 1/2; own = False gives all scores variance 1."""
    rng = np.random.default_rng(1)
    mean, variance = moments
    spread = sqrt(variance if own else 1.0)
    null = np.sort(np.abs(rng.standard_normal((draws, d - s))), axis=1)[:, -s:]
    z = rng.standard_normal((draws, s))
    low, high = 1.0, 1e11
    for _ in range(60):
        n = sqrt(low * high)
        relevant = np.abs(sqrt(n / noise) * mean + spread * z)
        cut = np.sort(np.concatenate([relevant, null], axis=1), axis=1)[:, [-s]]
        reached = 1 - link.explained((relevant >= cut).mean(axis=1)) <= 0.5
        low, high = (low, n) if reached.mean() >= 0.5 else (n, high)
    return high


def ratios(first, second, link, cells):
    """Ratio of the crossings of two statistics in each cell (s, d): with own noise, and without."""

    def n(h, cell, own):
        return crossing(moments(h, link, cell[0]), link, *cell, own)

    both = [[n(first, c, own) / n(second, c, own) for own in (True, False)] for c in cells]
    return "  ".join(f"s = {c[0]}: {r[0]:.2f} ({r[1]:.2f})" for c, r in zip(cells, both))


def variances():
    for s in (4, 6, 12, 20, 100):
        odd = [(statistic("odd_no_linear", c), HE3) for c in (0.5, 1, 1.5, 2.045, 3)]
        rest = [(statistic("odd", 2.045), HE3), (statistic("even", 2.045), HE3)]
        all_of_them = odd + rest + [(statistic("even", 2.92), HE4)]
        print("variance, s =", s, *(f"{moments(h, link, s)[1]:.1f}" for h, link in all_of_them))


def shift_and_first_order():
    best, odd = statistic("odd_no_linear", 2.045), statistic("odd", 2.045)
    quarter = [(4, 256), (5, 625), (6, 1296), (7, 2401)]
    half, larger = [(8, 64), (10, 100), (12, 144), (14, 196)], [(16, 64), (25, 125), (36, 216), (49, 343)]
    for c in (0.5, 1, 1.5, 3):
        for cells in (quarter, half, larger):
            print(f"He3, c = {c}/2.045:", ratios(statistic("odd_no_linear", c), best, HE3, cells))
    cells = [(4, 256), (5, 625), (6, 36), (8, 64), (16, 64)]
    for a in (0, 0.125, 0.25, 0.5, 1):
        print(f"He3 + {a} He1, odd/odd_no_linear:", ratios(odd, best, he3_plus(a), cells))


def augmentation():
    cells = [(6, 36), (8, 64), (12, 144), (16, 256), (20, 400)]
    noise, bias = augmented_even(0.35), statistic("even", 2.92)
    for name, h in (("noise", noise), ("bias", bias)):
        print(f"He4, variance with {name}:", *(f"{moments(h, HE4, s)[1]:.1f}" for s, _ in cells))
    print("He4, noise/bias:", ratios(noise, bias, HE4, cells))


def other_inputs():
    cells = [(8, 64), (12, 144), (16, 256), (20, 400)]
    n = {}
    for law in LAWS:
        found = [moments_under(law, s) for s, _ in cells]
        print(law, "variance at s = 8, 20:", *(f"{found[i][1]:.1f}" for i in (0, 3)))
        for own in (True, False):
            n[law, own] = [log(crossing(m, HE2, *c, own)) for m, c in zip(found, cells)]
    for law in LAWS:
        gaps = [np.subtract(n[law, own], n["gaussian", own]).mean() for own in (True, False)]
        print(f"He2, {law}/gaussian: {exp(gaps[0]):.2f} ({exp(gaps[1]):.2f})")


def recall_crossing(moments, s, d, own, level=0.9, noise=1.01, draws=2000):
    """n at which the mean recall is `level` when scores are the largest of three channels."""
    rng = np.random.default_rng(1)
    mean, variance = moments
    spread = sqrt(variance if own else 1.0)
    null = np.abs(rng.standard_normal((3, draws, d - s))).max(axis=0)
    null = np.sort(null, axis=1)[:, -s:]
    z = rng.standard_normal((draws, s))
    others = np.abs(rng.standard_normal((2, draws, s))).max(axis=0)
    low, high = 1.0, 1e11
    for _ in range(60):
        n = sqrt(low * high)
        relevant = np.maximum(np.abs(sqrt(n / noise) * mean + spread * z), others)
        cut = np.sort(np.concatenate([relevant, null], axis=1), axis=1)[:, [-s]]
        low, high = (low, n) if (relevant >= cut).mean() >= level else (n, high)
    return high


def collapse():
    two = [(4, 256), (6, 1296), (8, 4096), (8, 64), (12, 144), (16, 256), (24, 576)]
    two += [(8, 16), (23, 64), (38, 128), (64, 256)]
    three = [(3, 81), (4, 256), (6, 1296), (6, 36), (8, 64), (12, 144)]
    for k, h, link, cells in (
        (2, statistic("even", 0.0), HE2, two),
        (3, statistic("odd_no_linear", 2.045), HE3, three),
    ):
        x = [log(s**k * log(d)) for s, d in cells]
        slopes = []
        for own in (True, False):
            y = [log(recall_crossing(moments(h, link, s), s, d, own)) for s, d in cells]
            slopes.append(np.polyfit(x, y, 1)[0])
        print(f"He{k}, slope of n(recall = 0.9) in s^{k} ln d: {slopes[0]:.2f} ({slopes[1]:.2f})")


if __name__ == "__main__":
    print("Ratios of n with own noise; in brackets with that of null coordinates for all.")
    variances()
    shift_and_first_order()
    augmentation()
    other_inputs()
    collapse()
