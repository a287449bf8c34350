"""Reference values for the law of null scores, in 40 digits of mpmath.

    pip install mpmath gmpy2
    python scripts/null_tails.py tests/fixtures/null_tails.csv tests/fixtures/erfcx.csv

Tails P(S > x), S = Σ y_i g(Z_i)/‖y‖, g of variance 1, for label sets made of additions, products and
quotients alone, so that any language makes the same ones. The integral along a vertical line is
taken by Gauss and Legendre on panels, over all labels one by one: no power sums, no midpoint rule,
no series, and one line far from most saddles, which 40 digits bear.
"""

import csv
import sys

import numpy as np
from mpmath import mp, mpc, mpf

mp.dps = 40
PANEL = 24


def labels(name):
    n = {"he2": 200, "he3": 300, "heavy": 600}[name]
    u = (2.0 * np.arange(n) + 1.0) / (2.0 * n)
    w = 2.0 * u - 1.0
    z = w * (1.2 + 1.6 * w * w * w * w * w * w)
    y = {"he2": z * z - 1.0, "he3": z * z * z - 3.0 * z, "heavy": 1.0 / (1.02 - u)}[name]
    mean = 0.0
    for value in y:
        mean += value
    return (y - mean / n).astype(np.float32).astype(float)


def phi(a):
    return mp.exp(-a * a / 2) / mp.sqrt(2 * mp.pi)


def gaussian(a, b):
    """Integral of e^{bx} phi(x) above a."""
    return mp.exp(b * b / 2) * mp.erfc((a - b) / mp.sqrt(2)) / 2


def uniform(a, b):
    r = mp.sqrt(3)
    return (mp.exp(b * r) - mp.exp(b * a)) / b / (2 * r) if b else (r - a) / (2 * r)


def laplace(a, b):
    """Above a >= 0."""
    q = mp.sqrt(2)
    return mp.exp((b - q) * a) / (q * (q - b))


def pieces(above, total, knot, slopes):
    """E e^{uh} of h with the three slopes, from the integral above a >= 0 and the whole one."""
    left, middle, right = slopes

    def mgf(u):
        m = above(knot, -u * left) + above(knot, u * right)
        if knot:
            m += total(u * middle) - above(knot, u * middle) - above(knot, -u * middle)
        return m

    return mgf


TOTAL = {
    gaussian: lambda b: mp.exp(b * b / 2),
    uniform: lambda b: mp.sinh(b * mp.sqrt(3)) / (b * mp.sqrt(3)) if b else mpf(1),
    laplace: lambda b: 1 / (1 - b * b / 2),
}

DENSITY = {
    gaussian: (phi, mpf(16)),
    uniform: (lambda x: 1 / (2 * mp.sqrt(3)), mp.sqrt(3)),
    laplace: (lambda x: mp.exp(-mp.sqrt(2) * abs(x)) / mp.sqrt(2), mpf(70)),
}


def channel(name):
    """ln E e^{vg}, g of mean 0 and variance 1."""
    law, _, rest = name.partition("/")
    kind, _, shift = rest.partition("@")
    if kind == "square":
        return lambda v: -v / mp.sqrt(2) - mp.log(1 - mp.sqrt(2) * v) / 2
    above = {"gaussian": gaussian, "uniform": uniform, "laplace": laplace}[law]
    c = mpf(shift)
    half = mpf(1) / 2
    if kind == "even":
        slopes = (-half, mpf(0), half)
    elif kind == "raw":
        slopes = (mpf(0), mpf(1), mpf(1))
    else:
        # a1 of the Gaussian, whatever the law.
        a1 = 1 - (c * phi(c) + mp.erfc(c / mp.sqrt(2)) / 2)
        slopes = (half - a1, 1 - a1, half - a1)
    mgf = pieces(above, TOTAL[above], c, slopes)

    def moment(k):
        def h(x):
            return (slopes[0] if x < -c else slopes[2] if x > c else slopes[1]) * x

        density, end = DENSITY[above]
        return mp.quad(lambda x: h(x) ** k * density(x), [-end, -c, 0, c, end])

    m1, m2 = moment(1), moment(2)
    sd = mp.sqrt(m2 - m1 * m1)
    return lambda v: mp.log(mgf(v / sd)) - v / sd * m1


def tails(label_set, name, theta, xs, reach):
    kappa = channel(name)
    y = [mpf(float(v)) for v in labels(label_set)]
    norm = mp.sqrt(sum(v * v for v in y))
    y = [v / norm for v in y]
    nodes = [(mpf(float(a)), mpf(float(b))) for a, b in zip(*np.polynomial.legendre.leggauss(PANEL))]
    nodes = [refine(a) for a, _ in nodes]
    sums = [mpf(0)] * len(xs)
    for panel in range(reach):
        for node, weight in nodes:
            z = mpc(theta, panel + (1 + node) / 2)
            e = sum(kappa(v * z) for v in y)
            for i, x in enumerate(xs):
                sums[i] += weight / 2 * (mp.exp(e - z * x) / z).real
    return [s / mp.pi for s in sums]


def refine(x):
    """A node of the rule and its weight in full precision."""
    for _ in range(4):
        p, d = mp.legendre(PANEL, x), mp.diff(lambda t: mp.legendre(PANEL, t), x)
        x -= p / d
    return x, 2 / ((1 - x * x) * mp.diff(lambda t: mp.legendre(PANEL, t), x) ** 2)


XS = [0.5, 1.25, 2.5, 4.0, 5.5, 7.0, 8.0]
CASES = [
    # label set, channel, theta in standard deviations, reach of t
    ("he2", "gaussian/even@0", "2.9", 15),
    ("he2", "gaussian/square", "2.2", 30),
    ("he3", "gaussian/odd_no_linear@2.05", "3.1", 18),
    ("he3", "laplace/even@0", "2.5", 22),
    ("he3", "uniform/odd_no_linear@1", "3.1", 18),
    ("heavy", "gaussian/even@0", "2.5", 24),
    ("heavy", "gaussian/raw@0.5", "2.5", 24),
    ("heavy", "gaussian/even@2.05", "2.0", 40),
]

ERFCX = [
    (x, y)
    for x in ("0", "1e-9", "0.1", "0.7", "1.9", "3.3", "5.9", "6.3", "14", "200")
    for y in ("0", "1e-7", "0.2", "-0.25585", "0.5117", "-1.3", "2.047", "4.4", "-6.14", "30")
]


def main(tails_file, erfcx_file):
    with open(erfcx_file, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["x", "y", "re", "im"])
        for x, y in ERFCX:
            z = mpc(x, y)
            w = mp.exp(z * z) * mp.erfc(z) if abs(z) < 50 else asymptotic(z)
            out.writerow([x, y, mp.nstr(w.real, 20), mp.nstr(w.imag, 20)])
    with open(tails_file, "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["labels", "channel", "x", "tail"])
        for label_set, name, theta, reach in CASES:
            for x, tail in zip(XS, tails(label_set, name, mpf(theta), XS, reach)):
                out.writerow([label_set, name, x, mp.nstr(tail, 15)])
            f.flush()


def asymptotic(z):
    term = 1 / (mp.sqrt(mp.pi) * z)
    total = term
    for k in range(1, 12):
        term *= -(2 * k - 1) / (2 * z * z)
        total += term
    return total


if __name__ == "__main__":
    main(*sys.argv[1:])
