"""One gradient step on reused data (Damian, Lee and Soltanolkotabi 2022), in plain NumPy.

A second, independent implementation of the learner `one_step_reuse` (docs/mathematics.md,
section 10): double precision, random numbers of its own. Compare laws, never single trials.

    OMP_NUM_THREADS=1 python one_step_reuse.py --csv out.csv
"""

import argparse
import csv

import numpy as np

GRID = np.logspace(-10, 15, 100)


def he2(z):
    return (z**2 - 1) / np.sqrt(2)


def he3(z):
    return (z**3 - 3 * z) / np.sqrt(6)


def trial(rng, n, d, m, noise, link, validation=10_000, test=10_000):
    """Risk E(f - f*)^2 / Var f* of one run; the direction is e_1, as all laws are isotropic."""

    def draw(count):
        x = rng.standard_normal((count, d))
        clean = link(x[:, 0])
        return x, clean + noise * rng.standard_normal(count), clean

    x, y, _ = draw(n)
    mean = y.mean()
    beta = x.T @ (y - mean) / n
    r = y - mean - x @ beta
    half = m // 2
    w0 = rng.standard_normal((half, d)) / np.sqrt(d)
    sign = rng.choice([-1.0, 1.0], half)
    w0, sign = np.vstack([w0, w0]), np.concatenate([sign, -sign])
    g = sign[:, None] * ((x @ w0.T > 0) * r[:, None]).T @ x / n
    w = g / np.sqrt(np.mean(np.sum(g**2, axis=1)))
    b = rng.standard_normal(m)

    def features(x):
        return np.maximum(x @ w.T + b, 0)

    f = features(x)
    centre, level = f.mean(0), r.mean()
    # Singular values once, then every penalty of the grid at the cost of a product.
    u, s, vt = np.linalg.svd(f - centre, full_matrices=False)
    target = u.T @ (r - level)
    a = vt.T @ (s[:, None] / (s[:, None] ** 2 + GRID) * target[:, None])
    xv, yv, _ = draw(validation)
    fit = (features(xv) - centre) @ a + level
    error = np.mean((fit - (yv - mean - xv @ beta)[:, None]) ** 2, axis=0)
    a = a[:, np.argmin(error)]
    xt, _, clean = draw(test)
    fit = (features(xt) - centre) @ a + level + mean + xt @ beta
    return float(np.mean((fit - clean) ** 2))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--d", type=int, default=64)
    p.add_argument("--width", type=int, default=256)
    p.add_argument("--noise", type=float, default=0.5, help="standard deviation of the label noise")
    p.add_argument("--link", choices=("He2", "He3"), default="He2")
    p.add_argument("--n", default="512,1024,2048,4096,8192,16384")
    p.add_argument("--trials", type=int, default=20)
    p.add_argument("--seed", type=int, default=20240608)
    p.add_argument("--csv")
    args = p.parse_args()
    link, rows = {"He2": he2, "He3": he3}[args.link], []
    for n in map(int, args.n.split(",")):
        risks = []
        for seed in range(args.trials):
            rng = np.random.default_rng(np.random.SeedSequence([args.seed, args.d, n, seed]))
            risks.append(trial(rng, n, args.d, args.width, args.noise, link))
        rows += [(n, seed, f"{risk:.8g}") for seed, risk in enumerate(risks)]
        low, mid, high = np.quantile(risks, (0.25, 0.5, 0.75))
        print(f"n = {n:6d}   median {mid:.4f}   quartiles {low:.4f} {high:.4f}", flush=True)
    if args.csv:
        with open(args.csv, "w", newline="") as handle:
            out = csv.writer(handle, lineterminator="\n")
            out.writerow(("n", "trial", "risk"))
            out.writerows(rows)


if __name__ == "__main__":
    main()
