"""The default learners in NumPy: float32 samples in blocks, all heavy work in BLAS, sums in float64."""

from __future__ import annotations

import math

import numpy as np

from protocol import (BIAS_RANGE, EVEN_SD, FEATURE_SHIFT, NOISE, RIDGE, TEST_SAMPLES, WIDTH, Cell,
                      rows_of_block, serve)

BLOCK_ENTRIES = 1 << 18  # 1 MiB of samples


def blocks(n, d, rng, v):
    """The n samples of a stage, a block of rows at a time: x, all d coordinates, and noiseless labels."""
    buffer = np.empty((min(n, rows_of_block(d, BLOCK_ENTRIES)), d), np.float32)
    for start in range(0, n, len(buffer)):
        x = rng.standard_normal(dtype=np.float32, out=buffer[: min(len(buffer), n - start)])
        z = x @ v
        yield x, (z * z - 1) / np.float32(math.sqrt(2))


def noise(y, rng):
    return y + np.float32(NOISE) * rng.standard_normal(len(y), dtype=np.float32)


def prune(n, cell, v, rng):
    """Indices of the s coordinates with the largest scores."""
    sums, sum_y = np.zeros((4, cell.d)), 0.0  # of y|x|, |x|, yx, x
    for x, y in blocks(n, cell.d, rng, v):
        y1 = np.stack([noise(y, rng), np.ones_like(y)])
        sums[2:] += y1 @ x
        sums[:2] += y1 @ np.abs(x, out=x)
        sum_y += y1[0].sum(dtype=float)
    centred = np.abs(sums[0::2] - sum_y / n * sums[1::2])
    score = np.maximum(centred[0] / EVEN_SD, centred[1])
    return np.sort(np.argpartition(-score, cell.s - 1)[: cell.s])


def feature_step(n, cell, v, kept, rng):
    """Unit weights on the kept coordinates after one large gradient step from the sphere."""
    w = rng.standard_normal((WIDTH, len(kept)), dtype=np.float32)
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    sums, sum_y = np.zeros((2 * WIDTH, len(kept))), 0.0  # of gate x, y gate x
    for x, y in blocks(n, cell.d, rng, v):
        y = noise(y, rng)
        x = x if len(kept) == cell.d else x[:, kept]
        gates = np.empty((len(y), 2 * WIDTH), np.float32)
        np.greater(x @ w.T, -FEATURE_SHIFT, out=gates[:, :WIDTH], casting="unsafe")
        np.multiply(gates[:, :WIDTH], y[:, None], out=gates[:, WIDTH:])
        sums += gates.T @ x
        sum_y += y.sum(dtype=float)
    g = sums[WIDTH:] - sum_y / n * sums[:WIDTH]
    g *= rng.choice([-1.0, 1.0], size=(WIDTH, 1))
    return (g / np.linalg.norm(g, axis=1, keepdims=True)).astype(np.float32)


def readout(n, cell, v, kept, w, b, rng):
    """Ridge for the second layer, intercept unpenalised."""
    gram = np.zeros((WIDTH + 2, WIDTH + 2))  # of features, 1, y
    for x, y in blocks(n, cell.d, rng, v):
        x = x if len(kept) == cell.d else x[:, kept]
        f = np.empty((len(y), WIDTH + 2), np.float32)
        f[:, :WIDTH] = x @ w.T
        f[:, :WIDTH] += b
        np.maximum(f[:, :WIDTH], 0, out=f[:, :WIDTH])
        f[:, WIDTH], f[:, WIDTH + 1] = 1, noise(y, rng)
        gram += f.T @ f
    gram /= n
    mean = gram[WIDTH]
    cov = gram - np.outer(mean, mean)
    a = np.linalg.solve(cov[:WIDTH, :WIDTH] + RIDGE * np.eye(WIDTH), cov[:WIDTH, -1])
    return a, mean[-1] - mean[:WIDTH] @ a


def run_trial(cell: Cell, seed: int) -> dict:
    rng = np.random.default_rng(seed)
    support = rng.choice(cell.d, cell.s, replace=False)
    v = np.zeros(cell.d, np.float32)
    v[support] = rng.choice([-1.0, 1.0], cell.s) / math.sqrt(cell.s)
    kept = prune(cell.stages[0], cell, v, rng) if cell.learner == "pruned" else np.arange(cell.d)
    w = feature_step(cell.stages[-2], cell, v, kept, rng)
    b = rng.uniform(-BIAS_RANGE, BIAS_RANGE, WIDTH).astype(np.float32)
    a, a0 = readout(cell.stages[-1], cell, v, kept, w, b, rng)
    error = 0.0
    for x, y in blocks(TEST_SAMPLES, cell.d, rng, v):
        f = np.maximum(x[:, kept] @ w.T + b, 0) @ a + a0
        error += np.sum((f - y) ** 2)
    return {"risk": float(error / TEST_SAMPLES), "alignment": float(np.abs(w @ v[kept]).mean())}


if __name__ == "__main__":
    serve(run_trial)
