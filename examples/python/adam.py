"""A two-layer ReLU network trained by Adam in NumPy, with early stopping on a fifth of the samples;
`prune` as argument: the s input coordinates with the largest weights are kept (s is granted, as to
`pruned`), and it is trained again on them from a new start."""

import sys

import numpy as np

import secateur

STEPS, BATCH, RATE, DECAY = 2000, 128, 3e-3, 1e-2


def forward(p, x):
    hidden = np.maximum(x @ p["w"] + p["b"], 0)
    return hidden, hidden @ p["a"] + p["c"]


def gradient(p, x, y):
    """That of the mean square error."""
    hidden, out = forward(p, x)
    error = 2 * (out - y) / len(y)
    back = np.outer(error, p["a"]) * (hidden > 0)
    return {"w": x.T @ back, "b": back.sum(0), "a": hidden.T @ error, "c": error.sum()}


def train(x, y, width, rng):
    held, d = len(x) // 5, x.shape[1]
    p = {"w": rng.standard_normal((d, width)) * np.sqrt(2 / d), "b": np.zeros(width),
         "a": rng.standard_normal(width) / np.sqrt(width), "c": np.zeros(())}
    p = {k: q.astype(np.float32) for k, q in p.items()}
    m, v = ({k: np.zeros_like(q) for k, q in p.items()} for _ in range(2))
    best, least = p, np.inf
    for t in range(1, STEPS + 1):
        rows = rng.integers(held, len(x), size=BATCH)
        g = gradient(p, x[rows], y[rows])
        rate = RATE * 0.5 * (1 + np.cos(np.pi * t / STEPS))
        for k in p:
            m[k] = 0.9 * m[k] + 0.1 * g[k]
            v[k] = 0.999 * v[k] + 0.001 * g[k] ** 2
            step = m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
            p[k] = p[k] - rate * (step + (DECAY * p[k] if k in "wa" else 0))
        if t % 50 == 0:
            loss = np.mean((forward(p, x[:held])[1] - y[:held]) ** 2)
            if loss < least:
                best, least = dict(p), loss
    return best


@secateur.learner
def fit(x, y, x_test, info):
    rng, kept = info.rng(), np.arange(info.d)
    p = train(x, y, info.width, rng)
    scores = np.linalg.norm(p["w"] * p["a"], axis=1)
    if "prune" in sys.argv:
        kept = np.sort(np.argsort(-scores, kind="stable")[: info.s])
        p = train(x[:, kept], y, info.width, rng)
    predictions = forward(p, x_test[:, kept])[1]
    return {"predictions": predictions, "scores": scores, "kept": kept, "weights": p["w"]}
