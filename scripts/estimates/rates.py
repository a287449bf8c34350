"""Mean crossing, rate band, law of the ranking, kappa and C by NumPy and SciPy.

    python rates.py [ROOT]        writes tests/fixtures/rates/expected.csv of the repository ROOT

from the trials of tests/fixtures/estimates and the thresholds of results/reference. Formulas are
those of docs/statistics.md and docs/mathematics.md, solved by other means: pseudo-inverses, general
root finders, adaptive quadrature. `cargo test --release --test analysis rates` compares to 1e-9.
"""

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, stats

LEAST_ERROR = 0.01
LEVEL = 0.05
KEY = ("learner", "link", "k_star", "r", "alpha", "q")


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


# n* by the mean of min(risk, 1).

def mean_crossing(rows, tau):
    """(n*, censoring) of the trials of one cell; failed trials count 1."""
    risks = defaultdict(list)
    for row in rows:
        risk = float(row["risk"]) if row["status"] == "ok" else 1.0
        risks[int(row["n"])].append(min(risk, 1.0))
    sizes = sorted(risks)
    means, counts = [np.mean(risks[n]) for n in sizes], [len(risks[n]) for n in sizes]
    fit = optimize.isotonic_regression(means, weights=counts, increasing=False).x
    inside = np.nonzero(fit <= tau)[0]
    if len(inside) == 0:
        return float(sizes[-1]), "above"
    if inside[0] == 0:
        return float(sizes[0]), "below"
    i = inside[0]
    x = np.log(sizes)
    return math.exp(np.interp(-tau, -fit[[i - 1, i]], x[[i - 1, i]])), "none"


# The rate band.

class Dimensions:
    """ln d, ln n*, kind (0 value, 1 above, -1 below), variance and trials of a series."""

    def __init__(self, rows):
        rows = sorted((r for r in rows if float(r["n_star"]) > 0), key=lambda r: int(r["d"]))
        self.x = np.log([float(r["d"]) for r in rows])
        self.y = np.log([float(r["n_star"]) for r in rows])
        self.kind = np.array([{"none": 0, "above": 1, "below": -1}[r["censored"]] for r in rows])
        self.own = np.array([float(r["se_ln"] or 0) ** 2 for r in rows])
        self.trials = np.maximum([int(r["trials"]) for r in rows], 1)

    def pick(self, mask):
        chosen = object.__new__(Dimensions)
        for name, value in vars(self).items():
            setattr(chosen, name, value[mask])
        return chosen

    def without_smallest(self):
        smallest = self.x[self.kind == 0].min()
        return self.pick(~((self.kind == 0) & (self.x == smallest)))

    def noise(self):
        freedom, v = np.sqrt(2 * self.trials), self.kind == 0
        pooled = np.sum((freedom * self.own * self.trials)[v]) / freedom[v].sum() / self.trials
        shrunk = (freedom * self.own + 4 * pooled) / (freedom + 4)
        return np.maximum(np.where(v, shrunk, pooled), LEAST_ERROR**2)


def chi2_target(freedom):
    ninth = 2 / (9 * freedom)
    return freedom * (1 - ninth + stats.norm.ppf(0.4) * math.sqrt(ninth)) ** 3


def scatter(columns, y, noise, freedom):
    """The variance at which the weighted sum of squares meets the 40 % quantile of chi2."""
    if freedom < 1:
        return 0.0

    def excess(square):
        root = 1 / np.sqrt(noise + square)
        at = np.linalg.pinv(columns * root[:, None]) @ (root * y)
        return np.sum((root * (y - columns @ at)) ** 2) - chi2_target(freedom)

    if excess(0.0) <= 0:
        return 0.0
    return optimize.brentq(excess, 0, 1e3, xtol=1e-18, rtol=1e-15)


class Slope:
    def __init__(self, points, log_power):
        x, noise, v = points.x, points.noise(), points.kind == 0
        y = points.y - (log_power * np.log(x) if log_power else 0)
        columns = np.column_stack([np.ones_like(x), x])
        self.freedom = int(v.sum()) - 2
        self.scatter = scatter(columns[v], y[v], noise[v], self.freedom)
        weights = 1 / (noise + self.scatter)
        root = np.sqrt(weights)
        inverse = np.linalg.pinv(columns[v] * root[v][:, None])
        at = inverse @ (root[v] * y[v])
        curvature = weights.copy()
        if not v.all():
            centre = x.mean()

            def forces(at):
                z = root * (at[0] + at[1] * (x - centre) - y)
                signed = points.kind * z
                ratio = np.exp(stats.norm.logpdf(signed) - stats.norm.logcdf(signed))
                force = root * np.where(v, -z, points.kind * ratio)
                return force, np.where(v, weights, weights * ratio * (signed + ratio))

            def score(at):
                force, _ = forces(at)
                return [force.sum(), (force * (x - centre)).sum()]

            found = optimize.root(score, [at[0] + at[1] * centre, at[1]], tol=1e-14).x
            curvature, at = forces(found)[1], [found[0] - found[1] * centre, found[1]]
        information = columns.T @ (columns * curvature[:, None])
        pulls = (np.linalg.inv(information) @ (columns * curvature[:, None]).T)[1]
        self.value = at[1]
        self.variance = np.sum(pulls**2 * noise)
        self.squares = np.sum(pulls**2)

    def half_width(self, tail):
        trials = stats.norm.isf(tail) ** 2 * self.variance
        extra = 0.0
        if self.scatter > 0:
            extra = stats.t.isf(tail, self.freedom) ** 2 * self.scatter * self.squares
        return math.sqrt(trials + extra)

    def tail(self, distance):
        if distance <= 0:
            return 0.5
        if self.half_width(1e-12) <= distance:
            return 1e-12
        at = optimize.brentq(
            lambda ln_p: self.half_width(math.exp(ln_p)) - distance,
            math.log(1e-12),
            math.log(0.5),
            xtol=1e-15,
            rtol=1e-15,
        )
        return math.exp(at)


class Band:
    def __init__(self, points, log_power):
        self.plain, self.corrected = Slope(points, 0.0), Slope(points, log_power)
        self.low = self.corrected.value - self.corrected.half_width(LEVEL)
        self.high = self.plain.value + self.plain.half_width(LEVEL)

    def within(self, b):
        return max(abs(self.low - b), abs(self.high - b))

    def p_value(self, b):
        above, below = self.corrected.value - b, b - self.plain.value
        width = max(self.plain.value - self.corrected.value, 0)
        near, far, x = self.corrected, self.plain, above
        if above <= below:
            near, far, x = self.plain, self.corrected, below
        return near.tail(x) + far.tail(x + width)

    def values(self, b):
        yield "beta", self.plain.value
        yield "beta_half", self.plain.half_width(LEVEL)
        yield "beta_log", self.corrected.value
        yield "beta_log_half", self.corrected.half_width(LEVEL)
        yield "rate_low", self.low
        yield "rate_high", self.high
        yield "within", self.within(b)
        yield "p", self.p_value(b)


def holm(p):
    order = np.argsort(p)
    steps = np.maximum.accumulate(np.minimum((len(p) - np.arange(len(p))) * np.array(p)[order], 1))
    adjusted = np.empty(len(p))
    adjusted[order] = steps
    return adjusted


# The law of the ranking.

DENSITY = lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(20)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def gaussian(f, kinks):
    ends = sorted({-12.0, 12.0, *kinks})
    whole = 0.0
    for a, b in zip(ends, ends[1:]):
        whole += integrate.quad(lambda x: f(x) * DENSITY(x), a, b, epsabs=1e-14, epsrel=1e-13, limit=400)[0]
    return whole


class Channel:
    """ReLU's statistic with a bias c: `even`, or `odd` without its linear part."""

    def __init__(self, even, c):
        sign = -1 if even else 1
        raw = lambda x: x * ((x + c > 0) + sign * (c - x > 0)) / 2
        self.kinks = [c, -c, 0.0]
        linear = 0.0 if even else gaussian(lambda x: raw(x) * x, self.kinks)
        mean = gaussian(raw, self.kinks)
        self.h = lambda x: raw(x) - mean - linear * x
        self.std = math.sqrt(gaussian(lambda x: self.h(x) ** 2, self.kinks))

    def score(self, link, v, noise):
        """Mean, without 1/sqrt(1 + noise), and standard deviation of a coordinate's score."""

        def label(x, power):
            return np.sum(WEIGHTS * link(v * x + math.sqrt(1 - v * v) * NODES) ** power)

        mean = gaussian(lambda x: label(x, 1) * self.h(x), self.kinks) / self.std
        square = gaussian(lambda x: label(x, 2) * self.h(x) ** 2, self.kinks) / self.std**2
        return abs(mean), math.sqrt((square + noise - mean**2) / (1 + noise))


LINKS = {
    2: (lambda z: (z * z - 1) / math.sqrt(2), Channel(True, 0.0), 2),
    3: (lambda z: (z**3 - 3 * z) / math.sqrt(6), Channel(False, 2.045), 3),
}


def law(k, d, s, tau=0.5, kept=None, noise=0.01):
    """(n_rank, clearance u) by equation (4) for s equal rows."""
    link, channel, channels = LINKS[k]
    mean, std = channel.score(link, 1 / math.sqrt(s), noise)
    p, kept = (1 - tau) ** (1 / k), kept or s
    null = (kept - p * s) / (d - s)
    t = stats.norm.isf(-math.expm1(math.log1p(-null) / channels) / 2)
    others = math.exp((channels - 1) * math.log1p(-2 * stats.norm.sf(t)))

    def share(u):
        outside = stats.norm.sf((t - u) / std) + stats.norm.sf((t + u) / std)
        return outside * others + 1 - others - p

    u = optimize.brentq(share, 0, 100, xtol=1e-14, rtol=1e-14)
    return (1 + noise) * (u / mean) ** 2, u


def against_law(cells):
    """kappa, C and their intervals from (alpha, k ln s, ln n*, variance, ln law, 2 ln u)."""
    alpha, power, y, variance, ln_law, clearance = map(np.array, zip(*cells))
    groups = sorted(set(alpha))
    columns = np.column_stack([*((alpha == a).astype(float) for a in groups), power])
    freedom = len(y) - columns.shape[1]
    noise, offset = np.maximum(variance, LEAST_ERROR**2), y - clearance
    square = scatter(columns, offset, noise, freedom)
    root = 1 / np.sqrt(noise + square)
    inverse = np.linalg.pinv(columns * root[:, None])
    kappa = (inverse @ (root * offset))[-1]
    half = stats.t.isf(0.025, freedom) * math.sqrt((inverse @ inverse.T)[-1, -1])
    ratio = y - ln_law
    reach = stats.t.isf(0.025, len(y) - 1) * np.std(ratio, ddof=1) / math.sqrt(len(y))
    yield from zip(("kappa", "kappa_low", "kappa_high"), (kappa, kappa - half, kappa + half))
    centre = ratio.mean()
    yield from zip(("C", "C_low", "C_high"), np.exp([centre, centre - reach, centre + reach]))


# Everything that the test compares.

def exponent(row):
    """(b, largest power of the logarithm) of the learners that the fixture judges."""
    k, alpha = float(row["k_star"]), float(row["alpha"])
    return (alpha * k, float(alpha < 1)) if row["learner"] == "pruned" else (k, 0.0)


def expected(root):
    tau = 0.5
    cells = defaultdict(list)
    for row in table(root / "tests/fixtures/estimates/trials.csv"):
        cells[row["learner"], row["alpha"], row["d"]].append(row)
    for (learner, alpha, d), rows in cells.items():
        n_star, censored = mean_crossing(rows, tau)
        place = ("estimates", learner, alpha, d)
        yield (*place, "n_star", n_star)
        yield (*place, "censored", {"none": 0, "above": 1, "below": -1}[censored])
    for study in ("alpha_sweep", "alpha_sweep_k3", "phase_diagram"):
        rows = table(root / f"results/reference/{study}/thresholds.csv")
        series = defaultdict(list)
        for row in rows:
            if row["learner"] in ("pruned", "unpruned"):
                series[row["learner"], row["alpha"]].append(row)
        tested = {}
        for key, group in series.items():
            points = Dimensions(group)
            if len(set(points.x[points.kind == 0])) < 4:
                continue
            b, log_power = exponent(group[0])
            band = Band(points, log_power)
            tested[key] = band.p_value(b)
            for name, value in band.values(b):
                yield (study, *key, "", name, value)
            rest = Band(points.without_smallest(), log_power)
            yield (study, *key, "", "rest_low", rest.low)
            yield (study, *key, "", "rest_high", rest.high)
        for key, p in zip(tested, holm(list(tested.values()))):
            yield (study, *key, "", "p_adjusted", p)
        if study != "phase_diagram":
            yield from laws(study, rows)
    for kept in (12, 20, 32):
        yield ("keep", "pruned", "0.5", kept, "n_rank", law(2, 256, 16, kept=kept)[0])
    yield ("tau", "pruned", "0.5", "256", "n_rank", law(2, 256, 16, tau=0.3)[0])
    yield ("noise", "pruned", "0.5", "256", "n_rank", law(2, 256, 16, noise=1.0)[0])


def laws(study, rows):
    cells = []
    for row in rows:
        alpha, d, s, k = float(row["alpha"]), int(row["d"]), int(row["s"]), int(row["k_star"])
        if row["learner"] != "pruned" or row["censored"] != "none" or alpha == 1:
            continue
        samples, u = law(k, d, s)
        yield (study, "pruned", row["alpha"], row["d"], "n_rank", samples)
        y = math.log(float(row["n_star"]))
        variance = float(row["se_ln"]) ** 2
        cells.append((alpha, k * math.log(s), y, variance, math.log(3 * samples), 2 * math.log(u)))
    for name, value in against_law(cells):
        yield (study, "pruned", "", "", name, value)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    folder = root / "tests/fixtures/rates"
    folder.mkdir(exist_ok=True)
    with open(folder / "expected.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["study", "learner", "alpha", "d", "column", "value"])
        writer.writerows((*place, repr(float(value))) for *place, value in expected(root))


if __name__ == "__main__":
    main()
