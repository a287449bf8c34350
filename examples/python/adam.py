"""A two-layer ReLU network trained by Adam in NumPy; `prune` as argument: then the input
coordinates with the largest weights are kept, and it is trained again from a new start."""

import sys

import numpy as np

import secateur

STEPS, BATCH, RATE, DECAY = 2000, 128, 3e-3, 1e-4


def forward(p, x):
    hidden = np.maximum(x @ p["w"] + p["b"], 0)
    return hidden, hidden @ p["a"] + p["c"]


def train(x, y, width, rng):
    d = x.shape[1]
    p = {"w": rng.standard_normal((d, width)) * np.sqrt(2 / d), "b": np.zeros(width),
         "a": rng.standard_normal(width) / np.sqrt(width), "c": np.zeros(())}
    m, v = ({k: np.zeros_like(q) for k, q in p.items()} for _ in range(2))
    for t in range(1, STEPS + 1):
        rows = rng.integers(len(x), size=min(BATCH, len(x)))
        hidden, out = forward(p, x[rows])
        error = 2 * (out - y[rows]) / len(rows)
        back = np.outer(error, p["a"]) * (hidden > 0)
        g = {"w": x[rows].T @ back, "b": back.sum(0), "a": hidden.T @ error, "c": error.sum()}
        rate = RATE * 0.5 * (1 + np.cos(np.pi * t / STEPS))
        for k in p:
            m[k] = 0.9 * m[k] + 0.1 * g[k]
            v[k] = 0.999 * v[k] + 0.001 * g[k] ** 2
            step = m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
            p[k] = p[k] - rate * (step + (DECAY * p[k] if k in "wa" else 0))
    return p


@secateur.learner
def fit(x, y, x_test, info):
    x, y, x_test = (np.asarray(a, dtype=np.float64) for a in (x, y, x_test))
    rng, kept = info.rng(), np.arange(info.d)
    p = train(x, y, info.width, rng)
    scores = np.linalg.norm(p["w"] * p["a"], axis=1)
    if "prune" in sys.argv:
        kept = np.sort(np.argsort(-scores, kind="stable")[: info.s])
        p = train(x[:, kept], y, info.width, rng)
    predictions = forward(p, x_test[:, kept])[1]
    return {"predictions": predictions, "scores": scores, "kept": kept, "weights": p["w"]}
