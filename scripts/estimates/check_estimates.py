"""Recomputes the estimates of a results folder with NumPy and SciPy and compares them to 1e-9.

    python check_estimates.py FOLDER [--write expected.csv]

From thresholds.csv: exponents, scatter, log-corrected exponents, difference of AICc, leave-one-out
range and extrapolation, against exponents.csv and diagnostics.csv. From trials.csv, if it is there:
n* and the logistic threshold with its interval, against thresholds.csv. Formulas are those of
docs/statistics.md, solved by other means: least squares by SVD, likelihoods by general root finders.
The bootstrap itself is not repeated: its standard errors are read from thresholds.csv.
"""

import argparse
import csv
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy import optimize, stats

FLOOR = 0.02
KEY = ("learner", "link", "k_star", "r", "alpha", "q")


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def series(rows):
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[k] for k in KEY)].append(row)
    return groups


# From trials to thresholds.

def cell(rows, tau):
    """n*, censoring and logistic threshold of the trials of one cell."""
    ok = [(int(r["n"]), int(r["trial"]), float(r["risk"])) for r in rows if r["status"] == "ok"]
    sizes = sorted({n for n, _, _ in ok})
    risks = [[risk for m, _, risk in ok if m == n] for n in sizes]
    x = np.log(sizes)
    y = np.log(np.maximum([np.median(r) for r in risks], 1e-12))
    fit = optimize.isotonic_regression(y, weights=[len(r) for r in risks], increasing=False).x
    inside = np.nonzero(fit <= math.log(tau))[0]
    if len(inside) == 0:
        n_star, censored = sizes[-1], "above"
    elif inside[0] == 0:
        n_star, censored = sizes[0], "below"
    else:
        i = inside[0]
        n_star = math.exp(np.interp(-math.log(tau), -fit[[i - 1, i]], x[[i - 1, i]]))
        censored = "none"
    return n_star, censored, logistic(ok, tau)


def logistic(ok, tau):
    x = np.log([n for n, _, _ in ok])
    y = np.array([risk <= tau for _, _, risk in ok], float)
    design = np.column_stack([np.ones_like(x), x - x.mean()])

    def parts(at):
        p = 1 / (1 + np.exp(-design @ at))
        inverse = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
        return p, inverse

    def score(at):
        p, inverse = parts(at)
        leverage = p * (1 - p) * np.einsum("ij,jk,ik->i", design, inverse, design)
        return design.T @ (y - p + leverage * (0.5 - p))

    at = optimize.root(score, [0.0, 1.0], tol=1e-14).x
    half = x.mean() - at[0] / at[1]
    if at[1] <= 0 or not x.min() <= half <= x.max():
        return None
    p, inverse = parts(at)
    trials = sorted({t for _, t, _ in ok})
    scores = np.array([((np.array([t for _, t, _ in ok]) == t) * (y - p)) @ design for t in trials])
    count = len(trials)
    sandwich = inverse @ scores.T @ scores @ inverse * count / (count - 1)
    gradient = np.array([-1 / at[1], at[0] / at[1] ** 2])
    se = math.sqrt(max(gradient @ inverse @ gradient, gradient @ sandwich @ gradient))
    reach = stats.t.ppf(0.975, count - 1) * se
    return [math.exp(half + s * reach) for s in (0, -1, 1)]


# From thresholds to exponents.

class Points:
    """The thresholds of one series as a fit sees them."""

    def __init__(self, rows):
        rows = [r for r in rows if float(r["n_star"]) > 0]
        self.x = np.log([float(r["d"]) for r in rows])
        self.y = np.log([float(r["n_star"]) for r in rows])
        self.kind = np.array([{"none": 0, "above": 1, "below": -1}[r["censored"]] for r in rows])
        self.own = np.array([float(r["se_ln"] or 0) ** 2 for r in rows])
        self.trials = np.maximum([int(r["trials"]) for r in rows], 1)
        self.values = self.kind == 0

    def pick(self, mask):
        chosen = object.__new__(Points)
        for name, value in vars(self).items():
            setattr(chosen, name, value[mask])
        return chosen

    def noise(self):
        freedom = np.sqrt(2 * self.trials)
        v = self.values
        pooled = np.sum((freedom * self.own * self.trials)[v]) / freedom[v].sum() / self.trials
        shrunk = (freedom * self.own + 4 * pooled) / (freedom + 4)
        return np.maximum(np.where(v, shrunk, pooled), FLOOR**2)


def least_squares(columns, y, weights):
    """Coefficients, their derivative in y, and the weighted sum of squared residuals."""
    root = np.sqrt(weights)
    inverse = np.linalg.pinv(np.column_stack(columns) * root[:, None])
    at = inverse @ (root * y)
    rest = y - np.column_stack(columns) @ at
    return at, inverse * root, np.sum(weights * rest**2)


def scatter(columns, y, noise):
    freedom = len(y) - len(columns)
    if freedom < 1:
        return 0.0
    ninth = 2 / (9 * freedom)
    target = freedom * (1 - ninth + stats.norm.ppf(0.4) * math.sqrt(ninth)) ** 3

    def excess(square):
        return least_squares(columns, y, 1 / (noise + square))[2] - target

    return optimize.brentq(excess, 0, 1e3, xtol=1e-18, rtol=1e-15) if excess(0) > 0 else 0.0


def fit(points, log=False):
    """Slope, and variance of the scatter; None if two values are missing."""
    x, y = points.x, points.y - (np.log(points.x) if log else 0)
    v, noise = points.values, points.noise()
    if len(set(x[v])) < 2:
        return None
    columns = [np.ones(v.sum()), x[v]]
    square = scatter(columns, y[v], noise[v])
    weights = 1 / (noise + square)
    start = least_squares(columns, y[v], weights[v])[0]
    if v.all():
        return start[1], square
    root, centre = np.sqrt(weights), x.mean()

    def score(at):
        z = root * (at[0] + at[1] * (x - centre) - y)
        signed = np.where(v, 0, points.kind) * z
        ratio = np.exp(stats.norm.logpdf(signed) - stats.norm.logcdf(signed))
        force = root * np.where(v, -z, points.kind * ratio)
        return [force.sum(), (force * (x - centre)).sum()]

    found = optimize.root(score, [start[0] + start[1] * centre, start[1]], tol=1e-14)
    return found.x[1], square


def delta_aicc(points):
    p = points.pick(points.values)
    if len(p.x) < 4:
        return None
    square = min(fit(p)[1], fit(p, log=True)[1])
    columns, weights = [np.ones_like(p.x), p.x], 1 / (p.noise() + square)
    chi2 = [least_squares(columns, y, weights)[2] for y in (p.y, p.y - np.log(p.x))]
    return chi2[1] - chi2[0]


def extrapolated(points):
    p = points.pick(points.values)
    if len(p.x) < 4:
        return None
    run = np.diff(p.x)
    middle = (p.x[1:] + p.x[:-1]) / 2
    difference = (np.eye(len(p.x), k=1) - np.eye(len(p.x)))[:-1] / run[:, None]
    noise, own = p.noise(), np.maximum(p.own, FLOOR**2)
    design = np.column_stack([np.ones_like(middle), 1 / middle])
    freedom = len(p.x) - 3

    def gls(square):
        covariance = difference @ np.diag(noise + square) @ difference.T
        whiten = np.linalg.inv(np.linalg.cholesky(covariance))
        inverse = np.linalg.pinv(whiten @ design)
        at = inverse @ whiten @ difference @ p.y
        rest = whiten @ (difference @ p.y - design @ at)
        return at[0], (inverse @ whiten @ difference)[0], rest @ rest

    ninth = 2 / (9 * freedom)
    target = freedom * (1 - ninth + stats.norm.ppf(0.4) * math.sqrt(ninth)) ** 3
    square = 0.0
    if gls(0)[2] > target:
        square = optimize.brentq(lambda t: gls(t)[2] - target, 0, 1e3, xtol=1e-18, rtol=1e-15)
    slope, pulls, _ = gls(square)
    extra = stats.t.ppf(0.975, freedom) ** 2 * square if square > 0 else 0
    half = math.sqrt(np.sum(pulls**2 * (stats.norm.ppf(0.975) ** 2 * 0.9 * own + extra)))
    return slope, slope - half, slope + half


def estimates(rows):
    """(column, value) of a series."""
    points = Points(rows)
    power = fit(points) if points.values.any() else None
    if power is None:
        return
    yield "exponent", power[0]
    yield "scatter", math.sqrt(power[1])
    if (points.x > 0).all():
        yield "log_corrected", fit(points, log=True)[0]
    if points.values.sum() >= 4:
        yield "delta_aicc", delta_aicc(points)
        names = ("extrapolated", "extrapolated_low", "extrapolated_high")
        yield from zip(names, extrapolated(points))
    without = [np.arange(len(points.x)) != i for i in np.nonzero(points.values)[0]]
    slopes = [fit(points.pick(mask)) for mask in without]
    if None not in slopes:
        yield "leave_one_out_low", min(s for s, _ in slopes)
        yield "leave_one_out_high", max(s for s, _ in slopes)


def recompute(folder):
    """(file, series, d or empty, column, value) of everything that can be recomputed."""
    thresholds = table(folder / "thresholds.csv")
    tau = {tuple(r[k] for k in KEY): float(r["threshold"]) for r in thresholds}
    if (folder / "trials.csv").exists():
        cells = defaultdict(list)
        wanted = {tuple(map(number, r.values())) for r in [{k: r[k] for k in (*KEY, "d")} for r in thresholds]}
        names = {tuple(map(number, k)): k for k in tau}
        for row in table(folder / "trials.csv"):
            key = tuple(number(row[k]) for k in (*KEY, "d"))
            if key in wanted:
                cells[names[key[:-1]], row["d"]].append(row)
        for (key, d), rows in cells.items():
            n_star, censored, second = cell(rows, tau[key])
            yield "thresholds", key, d, "n_star", n_star
            yield "thresholds", key, d, "censored", censored
            for name, value in zip(("n_logistic", "n_logistic_low", "n_logistic_high"), second or []):
                yield "thresholds", key, d, name, value
    for key, rows in series(thresholds).items():
        for name, value in estimates(rows):
            file = "exponents" if name in ("exponent", "log_corrected") else "diagnostics"
            yield file, key, "", name, value


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=Path, help="also write the recomputed values")
    arguments = parser.parse_args()
    found = {}
    for file in ("thresholds", "exponents", "diagnostics"):
        for row in table(arguments.folder / f"{file}.csv"):
            d = row["d"] if file == "thresholds" else ""
            found[file, tuple(row[k] for k in KEY), d] = row
    expected = list(recompute(arguments.folder))
    worst, bad = 0.0, 0
    for file, key, d, name, value in expected:
        text = found[file, key, d][name]
        if isinstance(value, str):
            error = 0.0 if text == value else math.inf
        else:
            error = abs(float(text) - value) / max(1.0, abs(value)) if text else math.inf
        worst = max(worst, error)
        if error > 1e-9:
            bad += 1
            print(f"{file} {key} {d} {name}: {text} here, {value} recomputed")
    print(f"{len(expected)} values, largest relative difference {worst:.1e}, {bad} above 1e-9")
    if arguments.write:
        with open(arguments.write, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["file", "learner", "d", "column", "value"])
            writer.writerows([f, key[0], d, name, value] for f, key, d, name, value in expected)
    raise SystemExit(bad > 0)


if __name__ == "__main__":
    main()
