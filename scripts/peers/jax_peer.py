"""The default learners in JAX: a whole trial is one compiled function, loops over blocks included."""

from __future__ import annotations

import math
from functools import partial

import jax
import jax.numpy as jnp

from protocol import (BIAS_RANGE, EVEN_SD, FEATURE_SHIFT, NOISE, RIDGE, TEST_SAMPLES, WIDTH, Cell,
                      rows_of_block, serve)

BLOCK_ENTRIES = 1 << 18  # 1 MiB of samples
jax.config.update("jax_threefry_partitionable", False)  # half the work a number on one device


def stream(key, n, d, v, add, total):
    """Folds add(total, x, y, key) over the n samples of a stage, a block of rows at a time: x, all d
    coordinates, and noiseless labels y."""
    rows = min(n, rows_of_block(d, BLOCK_ENTRIES))

    def block(i, total, rows=rows):
        x_key, noise_key = jax.random.split(jax.random.fold_in(key, i))
        x = jax.random.normal(x_key, (rows, d))
        return add(total, x, (jnp.square(x @ v) - 1) / math.sqrt(2), noise_key)

    total = jax.lax.fori_loop(0, n // rows, block, total)
    return block(n // rows, total, n % rows) if n % rows else total


def noise(y, key):
    return y + NOISE * jax.random.normal(key, y.shape)


def prune(n, cell, v, key):
    """Indices of the s coordinates with the largest scores."""
    def add(total, x, y, key):
        y1 = jnp.stack([noise(y, key), jnp.ones_like(y)])
        return total[0] + y1 @ jnp.abs(x), total[1] + y1 @ x, total[2] + y1[0].sum()

    zero = jnp.zeros((2, cell.d))
    even, linear, sum_y = stream(key, n, cell.d, v, add, (zero, zero, 0.0))
    even, linear = (jnp.abs(g[0] - sum_y / n * g[1]) for g in (even, linear))
    return jnp.sort(jax.lax.top_k(jnp.maximum(even / EVEN_SD, linear), cell.s)[1])


def feature_step(n, cell, v, keep, m, key):
    """Unit weights on the kept coordinates after one large gradient step from the sphere."""
    key, w_key, sign_key = jax.random.split(key, 3)
    w = jax.random.normal(w_key, (WIDTH, m))
    w /= jnp.linalg.norm(w, axis=1, keepdims=True)

    def add(total, x, y, key):
        x, y = keep(x), noise(y, key)
        gate = (x @ w.T > -FEATURE_SHIFT).astype(x.dtype)
        return total[0] + jnp.hstack([gate, gate * y[:, None]]).T @ x, total[1] + y.sum()

    sums, sum_y = stream(key, n, cell.d, v, add, (jnp.zeros((2 * WIDTH, m)), 0.0))
    g = (sums[WIDTH:] - sum_y / n * sums[:WIDTH]) * jax.random.rademacher(sign_key, (WIDTH, 1))
    return g / jnp.linalg.norm(g, axis=1, keepdims=True)


def readout(n, cell, v, features, key):
    """Ridge for the second layer, intercept unpenalised."""
    def add(gram, x, y, key):
        f = jnp.hstack([features(x), jnp.ones((len(y), 1)), noise(y, key)[:, None]])
        return gram + f.T @ f

    gram = stream(key, n, cell.d, v, add, jnp.zeros((WIDTH + 2, WIDTH + 2))) / n
    mean = gram[WIDTH]
    cov = gram - jnp.outer(mean, mean)
    a = jnp.linalg.solve(cov[:WIDTH, :WIDTH] + RIDGE * jnp.eye(WIDTH), cov[:WIDTH, -1])
    return a, mean[-1] - mean[:WIDTH] @ a


@partial(jax.jit, static_argnums=0)
def trial(cell: Cell, key):
    keys = jax.random.split(key, 7)
    support = jax.random.choice(keys[0], cell.d, (cell.s,), replace=False)
    v = jnp.zeros(cell.d).at[support].set(jax.random.rademacher(keys[1], (cell.s,)) / math.sqrt(cell.s))
    if cell.learner == "pruned":
        kept = prune(cell.stages[0], cell, v, keys[2])
        keep, m = (lambda x: x[:, kept]), cell.s
    else:
        keep, m = (lambda x: x), cell.d
    w = feature_step(cell.stages[-2], cell, v, keep, m, keys[3])
    b = jax.random.uniform(keys[4], (WIDTH,), minval=-BIAS_RANGE, maxval=BIAS_RANGE)

    def features(x):
        return jax.nn.relu(keep(x) @ w.T + b)

    a, a0 = readout(cell.stages[-1], cell, v, features, keys[5])

    def add(error, x, y, _):
        return error + jnp.square(features(x) @ a + a0 - y).sum()

    error = stream(keys[6], TEST_SAMPLES, cell.d, v, add, 0.0)
    return {"risk": error / TEST_SAMPLES, "alignment": jnp.abs(w @ keep(v[None])[0]).mean()}


def run_trial(cell: Cell, seed: int) -> dict:
    return {name: float(value) for name, value in trial(cell, jax.random.key(seed)).items()}


if __name__ == "__main__":
    serve(run_trial)
