"""Independent NumPy oracle for the default learners (docs/mathematics.md).

Plain explicit simulation, double precision, written from the specification alone: all d
coordinates of every sample are drawn, nothing is reduced in law, nothing is shared with the
Rust crate. Samples pass in blocks, so memory does not grow with n.
"""

from __future__ import annotations

import argparse
import ast
import csv
import itertools
import math
import re
import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar

BLOCK_ENTRIES = 1 << 20  # doubles per block of samples
TEST_SAMPLES = 4096
RIDGE = 1e-3
BIAS_RANGE = 3.0
TAU = 0.5
CHANNELS = ("even", "odd_no_linear", "linear")


# ---------------------------------------------------------------- Hermite and quadrature


def he(k: int, z):
    """Probabilists' Hermite polynomial He_k."""
    return hermeval(z, [0.0] * k + [1.0])


def gauss_rule(breaks=()):
    """Nodes and weights of E[f(z)], z ~ N(0,1): Gauss-Legendre panels on [-12, 12] whose ends
    include every break, so a piecewise smooth f is integrated to rounding error."""
    edges = np.unique(np.concatenate([np.linspace(-12, 12, 49), np.asarray(breaks, float)]))
    edges = edges[(edges >= -12) & (edges <= 12)]
    t, w = np.polynomial.legendre.leggauss(20)
    half = np.diff(edges) / 2
    z = ((edges[:-1] + edges[1:]) / 2)[:, None] + half[:, None] * t
    p = half[:, None] * w * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return z.ravel(), p.ravel()


# ---------------------------------------------------------------- links

FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0.0),
    "abs": np.abs,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "sign": np.sign,
}


def function_named(name):
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    match = re.fullmatch(r"He(\d+)", name)
    return (lambda z, k=int(match[1]): he(k, z)) if match else None


def evaluate(node, z, t):
    """Value of a link's syntax tree; z holds the r projections, t the current scalar variable."""
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = evaluate(node.operand, z, t)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        a, b = evaluate(node.left, z, t), evaluate(node.right, z, t)
        if isinstance(node.op, ast.Add):
            return a + b
        if isinstance(node.op, ast.Sub):
            return a - b
        if isinstance(node.op, ast.Mult):
            return a * b
        if isinstance(node.op, ast.Div):
            return a / b
        if isinstance(node.op, ast.Pow):
            return a**b
    if isinstance(node, ast.Name):
        if node.id in ("t", "z"):
            return t
        if re.fullmatch(r"z\d+", node.id):
            return z[int(node.id[1:]) - 1]
        if function_named(node.id):
            return function_named(node.id)(t)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        if node.func.id == "sum":
            return sum(evaluate(node.args[0], z, zj) for zj in z)
        if function_named(node.func.id):
            return function_named(node.func.id)(evaluate(node.args[0], z, t))
    raise ValueError(f"cannot read this part of the link: {ast.dump(node)}")


class Link:
    """A link normalised to mean 0 and variance 1 under N(0, I_r)."""

    def __init__(self, text: str, r: int | None = None):
        self.text = text
        self.tree = ast.parse(text.replace("^", "**"), mode="eval").body
        named = [int(k) for k in re.findall(r"\bz(\d+)", text)]
        self.r = max(named) if named else (r or 1)
        self.mean, self.scale = 0.0, 1.0
        if self.r == 1:
            z, self._p = gauss_rule((0.0,))
            self._z = z[None, :]
        else:  # tensor rule: exact for polynomials up to degree 63 per variable
            x, w = hermegauss(32 if self.r <= 3 else 12)
            grid = np.meshgrid(*[x] * self.r, indexing="ij")
            self._z = np.stack([g.ravel() for g in grid])
            self._p = np.prod(np.meshgrid(*[w] * self.r, indexing="ij"), axis=0).ravel()
            self._p /= self._p.sum()
        values = self(self._z)
        self.mean = float(self._p @ values)
        self.scale = float(math.sqrt(self._p @ (values - self.mean) ** 2))
        self.k_star = self._information_exponent()

    def __call__(self, z):
        raw = evaluate(self.tree, z, z[0]) * np.ones(z.shape[1])
        return (raw - self.mean) / self.scale

    def coefficient(self, orders):
        basis = np.prod([he(k, zj) / math.sqrt(math.factorial(k))
                         for k, zj in zip(orders, self._z)], axis=0)
        return float(self._p @ (self(self._z) * basis))

    def _information_exponent(self):
        for k in range(1, 13 if self.r == 1 else 9):
            for orders in itertools.product(range(k + 1), repeat=self.r):
                if sum(orders) == k and abs(self.coefficient(orders)) > 1e-8:
                    return k
        raise ValueError("no non-zero Hermite coefficient found")


# ---------------------------------------------------------------- ReLU and its channels


def relu(z):
    return np.maximum(z, 0.0)


def relu_prime(z):
    return (z > 0).astype(float)


def channel_functions(c, z):
    """h(z) of each channel at shift c, centred, from h+(z) = phi'(z+c) z, h-(z) = phi'(-z+c) z."""
    nodes, p = gauss_rule((-c, c))

    def parts(u):
        plus, minus = relu_prime(u + c) * u, relu_prime(-u + c) * u
        return (plus - minus) / 2, (plus + minus) / 2

    even_nodes, odd_nodes = parts(nodes)
    a1 = float(p @ (odd_nodes * nodes))
    even, odd = parts(z)
    return {"even": even - p @ even_nodes, "odd": odd, "odd_no_linear": odd - a1 * z,
            "linear": a1 * z}, a1


@dataclass
class Comparison:
    """Constants of the gradient comparison at one shift."""

    c: float
    a1: float
    sd: dict

    def rho(self, k, channel):
        nodes, p = gauss_rule((-self.c, self.c))
        h, _ = channel_functions(self.c, nodes)
        if self.sd[channel] < 1e-9:
            return 0.0
        return float(p @ (h[channel] * he(k, nodes))) / math.sqrt(math.factorial(k)) / self.sd[channel]


def comparison(c):
    nodes, p = gauss_rule((-c, c))
    h, a1 = channel_functions(c, nodes)
    return Comparison(c, a1, {name: math.sqrt(max(0.0, float(p @ v**2))) for name, v in h.items()})


def parity_channel(k):
    return "even" if k % 2 == 0 else ("linear" if k == 1 else "odd_no_linear")


def maximise(f, low, high, step=0.02):
    grid = np.arange(low, high + step / 2, step)
    best = grid[int(np.argmax([f(c) for c in grid]))]
    fine = minimize_scalar(lambda c: -f(c), method="bounded", options={"xatol": 1e-7},
                           bounds=(max(low, best - step), min(high, best + step)))
    return float(fine.x) if -fine.fun > f(best) else float(best)


def auto_shift(k_star):
    if k_star == 1:
        return 0.0
    return maximise(lambda c: abs(comparison(c).rho(k_star, parity_channel(k_star))), 0.0, 6.0)


def feature_gain(k_star, c):
    """|E[He_{k-1}(z) phi'(z+c)]| / sqrt(E phi'(z+c)^2) / sqrt((k-1)!)."""
    z, p = gauss_rule((-c,))
    d = relu_prime(z + c)
    return abs(float(p @ (he(k_star - 1, z) * d))) / math.sqrt(float(p @ d**2) * math.factorial(k_star - 1))


def auto_feature_shift(k_star):
    return maximise(lambda c: feature_gain(k_star, c), -6.0, 6.0)


# ---------------------------------------------------------------- one trial


@dataclass
class Setup:
    learner: str
    link: Link
    d: int
    alpha: float
    width: int
    noise: float
    shift: float
    feature_shift: float
    channel: str = "auto"

    @property
    def s(self):
        return min(self.d, max(self.link.r, math.floor(self.d**self.alpha + 0.5)))

    @property
    def stages(self):
        return 3 if self.learner == "pruned" else 2


def draw_directions(setup, rng):
    """V (d x r) with s non-zero rows, and the sorted support."""
    s, r = setup.s, setup.link.r
    support = np.sort(rng.choice(setup.d, size=s, replace=False))
    v = np.zeros((setup.d, r))
    if r == 1:
        v[support, 0] = rng.choice([-1.0, 1.0], size=s) / math.sqrt(s)
    else:
        q, upper = np.linalg.qr(rng.standard_normal((s, r)))
        v[support] = q * np.sign(np.diag(upper))
    return v, support


def blocks(n, d, rng, setup, v, noisy=True):
    """Fresh samples of one stage, a block of rows at a time: x (all d coordinates) and y."""
    rows = max(1, BLOCK_ENTRIES // d)
    for start in range(0, n, rows):
        b = min(rows, n - start)
        x = rng.standard_normal((b, d))
        y = setup.link((x @ v).T)
        yield x, y + setup.noise * rng.standard_normal(b) if noisy else y


def prune(n, setup, v, rng):
    """Gradient comparison: the M = s coordinates with the largest scores."""
    cmp = comparison(setup.shift)
    c, d = setup.shift, setup.d
    # sums of y h and of h, so that y is centred by its sample mean at the end
    yh, sh, sy = np.zeros((3, d)), np.zeros((3, d)), 0.0
    for x, y in blocks(n, d, rng, setup, v):
        for i, h in enumerate((x * (x + c > 0), x * (-x + c > 0), x)):
            yh[i] += y @ h
            sh[i] += h.sum(0)
        sy += y.sum()
    plus, minus, lin = (yh - (sy / n) * sh) / n
    g = {"even": (plus - minus) / 2, "odd": (plus + minus) / 2,
         "odd_no_linear": (plus + minus) / 2 - cmp.a1 * lin, "linear": cmp.a1 * lin}
    used = CHANNELS if setup.channel == "auto" else (setup.channel,)
    live = [np.abs(g[k]) / cmp.sd[k] for k in used if cmp.sd[k] > 1e-9]
    score = np.max(live, axis=0)
    return np.sort(np.argsort(-score, kind="stable")[: setup.s])


def feature_step(n, setup, v, kept, rng):
    """Spherical initialisation on the kept coordinates, one large gradient step, unit rows."""
    w = rng.standard_normal((setup.width, len(kept)))
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    yg, sg, sy = np.zeros_like(w), np.zeros_like(w), 0.0
    for x, y in blocks(n, setup.d, rng, setup, v):
        x = x[:, kept]
        gate = relu_prime(x @ w.T + setup.feature_shift)
        yg += (gate * y[:, None]).T @ x
        sg += gate.T @ x
        sy += y.sum()
    g = (yg - (sy / n) * sg) / n
    g *= rng.choice([-1.0, 1.0], size=(setup.width, 1))
    norm = np.linalg.norm(g, axis=1, keepdims=True)
    full = np.zeros((setup.width, setup.d))
    full[:, kept] = g / np.where(norm > 0, norm, 1.0)
    return full


def ridge(n, setup, v, w, b, rng):
    """Second layer: minimise (1/n)|y - F a - a0|^2 + RIDGE |a|^2, a0 unpenalised."""
    m = setup.width
    ff, fy, sf, sy = np.zeros((m, m)), np.zeros(m), np.zeros(m), 0.0
    for x, y in blocks(n, setup.d, rng, setup, v):
        f = relu(x @ w.T + b)
        ff += f.T @ f
        fy += f.T @ y
        sf += f.sum(0)
        sy += y.sum()
    mean_f, mean_y = sf / n, sy / n
    gram = ff / n - np.outer(mean_f, mean_f) + RIDGE * np.eye(m)
    a = cho_solve(cho_factor(gram), fy / n - mean_f * mean_y)
    return a, mean_y - mean_f @ a


def run_trial(setup, n, trial, seed):
    began = time.perf_counter()
    rng = np.random.default_rng(np.random.SeedSequence([seed, setup.d, n, trial]))
    v, support = draw_directions(setup, rng)
    share = n // setup.stages
    sizes = [share] * (setup.stages - 1) + [n - share * (setup.stages - 1)]
    if setup.learner == "pruned":
        kept = prune(sizes[0], setup, v, rng)
    else:
        kept = np.arange(setup.d)
    w = feature_step(sizes[-2], setup, v, kept, rng)
    b = rng.uniform(-BIAS_RANGE, BIAS_RANGE, size=setup.width)
    a, a0 = ridge(sizes[-1], setup, v, w, b, rng)

    error, target = [], []
    for x, y in blocks(TEST_SAMPLES, setup.d, rng, setup, v, noisy=False):
        error.append((relu(x @ w.T + b) @ a + a0 - y) ** 2)
        target.append(y)
    mse = float(np.concatenate(error).mean())
    r = setup.link.r
    top = np.linalg.svd(w, full_matrices=False)[2][:r]
    hit = len(np.intersect1d(kept, support))
    return {
        "risk": mse,  # population variance of the normalised target is 1
        "alignment": float(np.linalg.norm(w @ v, axis=1).mean()),
        "subspace": float((top @ v).ravel() @ (top @ v).ravel()) / r,
        "recall": hit / len(support),
        "precision": hit / len(kept),
        "mass": float((v[kept] ** 2).sum()) / r,
        "kept": len(kept),
        "risk_sample_var": mse / float(np.concatenate(target).var()),
        "seconds": time.perf_counter() - began,
    }


# ---------------------------------------------------------------- thresholds


def isotonic_decreasing(values):
    """Pool adjacent violators, equal weights."""
    pools = []
    for value in values:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (a, k), (b, l) = pools[-2:]
            pools[-2:] = [[(a * k + b * l) / (k + l), k + l]]
    return np.concatenate([[value] * count for value, count in pools])


def threshold(ns, medians, tau=TAU):
    """n at which the monotone log-median curve crosses tau; None when it does not."""
    order = np.argsort(ns)
    x = np.log(np.asarray(ns, float)[order])
    y = isotonic_decreasing(np.log(np.asarray(medians)[order]))
    target = math.log(tau)
    for i in range(len(x) - 1):
        if y[i] > target >= y[i + 1]:
            return math.exp(x[i] + (x[i + 1] - x[i]) * (y[i] - target) / (y[i] - y[i + 1]))
    return None


# ---------------------------------------------------------------- checks


def self_check():
    """Constants against the table of docs/mathematics.md, and each stage against a naive rewrite."""
    print("k   c       rho(no linear)  rho(linear in)   table")
    for k, c, a, b in ((2, 0, .936, .936), (3, 1.0, .495, .156), (3, 2.05, .803, .190), (4, 2.9, .659, .659)):
        q = comparison(c)
        left_in = q.rho(k, "even" if k % 2 == 0 else "odd")
        print(f"{k}  {c:5.2f}  {q.rho(k, parity_channel(k)):12.4f} {left_in:12.4f}       {a} {b}")
    for k in (1, 2, 3, 4):
        c, f = auto_shift(k), auto_feature_shift(k)
        rhos = {name: [round(comparison(c).rho(j, name), 4) for j in (1, 2, 3, 4)] for name in CHANNELS}
        print(f"k*={k}: shift {c:.4f} rho_1..4 {rhos} a1 {comparison(c).a1:.4f}; "
              f"feature shift {f:.4f} gain {feature_gain(k, f):.4f} (at 0: {feature_gain(k, 0.0):.4f})")

    setup = Setup("pruned", Link("He3"), 12, 0.5, 5, 0.1, 1.3, -0.7)
    v, _ = draw_directions(setup, np.random.default_rng(1))
    (x, y), = blocks(500, 12, np.random.default_rng(2), setup, v)
    yc, q, scores = y - y.mean(), comparison(1.3), []
    for j in range(12):
        u, per = x[:, j], []
        h, _ = channel_functions(1.3, u)
        for name in CHANNELS:
            per.append(abs(np.mean(yc * h[name])) / q.sd[name])
        scores.append(max(per))
    assert set(np.argsort(scores)[-setup.s:]) == set(prune(500, setup, v, np.random.default_rng(2)))

    rng = np.random.default_rng(3)
    w = feature_step(500, setup, v, np.arange(12), rng)
    rng = np.random.default_rng(3)
    w0 = rng.standard_normal((5, 12))
    w0 /= np.linalg.norm(w0, axis=1, keepdims=True)
    (x, y), = blocks(500, 12, rng, setup, v)
    for j in range(5):
        g = sum((y[i] - y.mean()) * (x[i] @ w0[j] - 0.7 > 0) * x[i] for i in range(500))
        assert abs(abs(g @ w[j]) / np.linalg.norm(g) - 1) < 1e-12

    b = np.linspace(-2, 2, 5)
    a, a0 = ridge(500, setup, v, w, b, np.random.default_rng(4))
    (x, y), = blocks(500, 12, np.random.default_rng(4), setup, v)
    design = np.hstack([relu(x @ w.T + b), np.ones((500, 1))]) / math.sqrt(500)
    design = np.vstack([design, math.sqrt(RIDGE) * np.eye(5, 6)])
    naive = np.linalg.lstsq(design, np.append(y / math.sqrt(500), np.zeros(5)), rcond=None)[0]
    assert np.allclose(naive, np.append(a, a0), atol=1e-9)
    assert abs(Link("He2").scale - math.sqrt(2)) < 1e-12 and Link("t^2 + t^4").k_star == 2
    assert Link("z1*z2").k_star == 2 and Link("He2(z1) - He2(z2)").r == 2 and Link("relu").k_star == 1
    assert Link("sum(He2)", 3).k_star == 2 and Link("He3 + 0.5*He1").k_star == 1
    print("self-check passed")


# ---------------------------------------------------------------- command line

COLUMNS = ("study cell learner link k_star r d alpha q s kept width n trial seed status risk alignment "
           "subspace recall precision mass simulation seconds shift feature_shift noise risk_sample_var").split()


def main(argv=None):
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--learner", choices=("pruned", "unpruned"), default="pruned")
    p.add_argument("--link", default="He2")
    p.add_argument("--r", type=int, help="for links such as sum(He2) that do not name z1..zr")
    p.add_argument("--d", type=int, default=64)
    p.add_argument("--alpha", type=float, default=0.5)
    p.add_argument("--n", default="1024", help="comma-separated total sample sizes")
    p.add_argument("--trials", type=int, default=20)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--width", type=int, default=64)
    p.add_argument("--shift", default="auto")
    p.add_argument("--feature-shift", default="auto")
    p.add_argument("--channel", default="auto", choices=("auto", "even", "odd", "odd_no_linear", "linear"))
    p.add_argument("--noise", type=float, default=0.1)
    p.add_argument("--csv")
    p.add_argument("--self-check", action="store_true")
    args = p.parse_args(argv)
    if args.self_check:
        return self_check()

    link = Link(args.link, args.r)
    shift = auto_shift(link.k_star) if args.shift == "auto" else float(args.shift)
    feature = auto_feature_shift(link.k_star) if args.feature_shift == "auto" else float(args.feature_shift)
    setup = Setup(args.learner, link, args.d, args.alpha, args.width, args.noise, shift, feature, args.channel)
    print(f"# {args.learner} {args.link} k*={link.k_star} r={link.r} d={args.d} alpha={args.alpha} s={setup.s} "
          f"width={args.width} shift={shift:.4f} feature_shift={feature:.4f} trials={args.trials} seed={args.seed}")
    print("       n   risk q25     median        q75  alignment   subspace     recall    seconds")
    rows, ns, medians = [], [int(float(k)) for k in args.n.split(",")], []
    for n in ns:
        cell = []
        for trial in range(args.trials):
            row = run_trial(setup, n, trial, args.seed)
            row.update(study="oracle", cell=f"{args.learner}-{args.link}-d{args.d}-a{args.alpha}",
                       learner=args.learner, link=args.link, k_star=link.k_star, r=link.r, d=args.d,
                       alpha=args.alpha, q=0, s=setup.s, width=args.width, n=n, trial=trial, seed=args.seed,
                       status="ok", simulation="explicit", shift=shift, feature_shift=feature, noise=args.noise)
            cell.append(row)
        rows += cell
        low, mid, high = np.quantile([k["risk"] for k in cell], (0.25, 0.5, 0.75))
        medians.append(mid)
        typical = [np.median([k[m] for k in cell]) for m in ("alignment", "subspace", "recall")]
        print(f"{n:8d} {low:10.4f} {mid:10.4f} {high:10.4f} " + " ".join(f"{t:10.4f}" for t in typical)
              + f" {sum(k['seconds'] for k in cell):10.1f}", flush=True)
    n_star = threshold(ns, medians)
    print(f"n* (tau = {TAU}) = " + (f"{n_star:.0f}" if n_star else "not crossed in this range"))
    if args.csv:
        with open(args.csv, "w", newline="") as handle:
            out = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
            out.writeheader()
            out.writerows({k: (f"{x:.8g}" if isinstance(x, float) else x) for k, x in row.items()} for row in rows)


if __name__ == "__main__":
    sys.exit(main())
