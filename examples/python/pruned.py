"""The default `pruned` of secateur at k* = 2, in NumPy, from docs/mathematics.md alone."""

import math

import numpy as np

import secateur


def feature_shift():
    """The c that maximises |E z φ'(z + c)| / √E φ'(z + c)² = φ(c)/√Φ(c) for ReLU."""
    c = np.linspace(-3, 3, 60_001)
    cdf = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in c])
    return c[np.argmax(np.exp(-c * c / 2) / np.sqrt(cdf))]


def scores(x, y):
    """Gradient comparison at shift 0: |Σ ỹ h(x)| over its deviation at a null coordinate, of the
    even channel h = x (1{x > 0} − 1{−x > 0})/2 = |x|/2 and of the linear one."""
    y = y - y.mean()
    channels = [(np.abs(x) / 2, math.sqrt(1 / 4 - 1 / (2 * math.pi))), (x / 2, 1 / 2)]
    return np.max([np.abs(y @ h) / sd for h, sd in channels], axis=0) / np.linalg.norm(y)


@secateur.learner
def fit(x, y, x_test, info):
    x, y, x_test = (np.asarray(a, dtype=np.float64) for a in (x, y, x_test))
    prune, feature, readout = (info.stage(name) for name in ("prune", "feature", "readout"))
    score = scores(x[prune], y[prune])
    kept = np.sort(np.argsort(-score, kind="stable")[: info.s])
    x, x_test = x[:, kept], x_test[:, kept]

    rng = info.rng()
    w = rng.standard_normal((info.width, len(kept)))
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    gate = x[feature] @ w.T + feature_shift() > 0
    step = (gate * (y[feature] - y[feature].mean())[:, None]).T @ x[feature]
    step *= rng.choice([-1.0, 1.0], size=(info.width, 1))
    w = step / np.linalg.norm(step, axis=1, keepdims=True)

    bias = rng.uniform(-3, 3, size=info.width)
    hidden = np.maximum(x[readout] @ w.T + bias, 0)
    mean, centre = hidden.mean(0), y[readout].mean()
    gram = hidden.T @ hidden / len(hidden) - np.outer(mean, mean) + 1e-3 * np.eye(info.width)
    a = np.linalg.solve(gram, hidden.T @ y[readout] / len(hidden) - mean * centre)
    predictions = np.maximum(x_test @ w.T + bias, 0) @ a + centre - mean @ a
    return {"predictions": predictions, "scores": score, "kept": kept, "weights": w.T}
