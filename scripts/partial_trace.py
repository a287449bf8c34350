"""What stops the tensor power method after the partial trace at k* = 3: docs/mathematics.md, 10.7.

He3, s = sqrt(d) rows, noise 0.1. Start u = sum y x (|x|^2 - d - 2), then ten times
u = sum y x (<x, u>^2 - 1) - 2 u sum y <x, u>, on n2 samples each: the same ones every time, fresh
ones, or the same with labels cut at +-4. Prints medians over trials of the squared overlap with v
before and after, and of the overlap with the sample that the last vector is closest to.

    python scripts/partial_trace.py [d [n2 [trials]]]        needs NumPy; 256, 16384 and 8: a minute
"""

import sys

import numpy as np

ITERATIONS = 10


def samples(rng, v, n, cut):
    x = rng.standard_normal((n, len(v)), dtype=np.float32)
    z = (x @ v).astype(float)
    y = (z**3 - 3 * z) / np.sqrt(6) + 0.1 * rng.standard_normal(n)
    if cut:
        y = np.clip(y, -4, 4)
    return x, (y - y.mean()).astype(np.float32)


def trial(rng, d, n2, mode):
    s = round(d**0.5)
    v = np.zeros(d, dtype=np.float32)
    v[:s] = 1 / np.sqrt(s)
    x, y = samples(rng, v, n2, mode == "cut")
    u = x.T @ (y * ((x * x).sum(1) - d - 2))
    u /= np.linalg.norm(u)
    start = (u @ v) ** 2
    x, y = samples(rng, v, n2, mode == "cut")
    for _ in range(ITERATIONS):
        if mode == "fresh":
            x, y = samples(rng, v, n2, False)
        p = x @ u
        u = x.T @ (y * (p * p - 1)) - 2 * (y @ p) * u
        u /= np.linalg.norm(u)
    nearest = x[np.argmax(abs(x @ u))]
    return start, (u @ v) ** 2, abs(u @ nearest) / np.linalg.norm(nearest)


if __name__ == "__main__":
    d, n2, trials = (int(a) for a in (sys.argv[1:] + ["256", "16384", "8"][len(sys.argv) - 1 :]))
    rng = np.random.default_rng(0)
    for mode in ("same", "fresh", "cut"):
        found = np.median([trial(rng, d, n2, mode) for _ in range(trials)], axis=0)
        print(f"{mode:<6} start {found[0]:.2f}  end {found[1]:.2f}  one sample {found[2]:.2f}", flush=True)
