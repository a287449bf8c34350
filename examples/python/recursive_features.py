"""Recursive feature machine (Radhakrishnan et al. 2024): kernel ridge with the average gradient
outer product M, here its diagonal, as the metric of the kernel."""

import numpy as np

import secateur

ROUNDS = 5
LAMBDA = 1e-3


def kernel(a, b, metric, width):
    """exp(−√(a − b)ᵀ M (a − b)/width), and the distances."""
    a, b = a * np.sqrt(metric), b * np.sqrt(metric)
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    distance = np.sqrt(np.maximum(square, 1e-12))
    return np.exp(-distance / width), distance


@secateur.learner
def fit(x, y, x_test, info):
    x, y, x_test = (np.asarray(a, dtype=np.float64) for a in (x, y, x_test))
    centre, metric, width = y.mean(), np.ones(info.d), np.sqrt(2.0 * info.d)
    for _ in range(ROUNDS):
        k, distance = kernel(x, x, metric, width)
        alpha = np.linalg.solve(k + LAMBDA * np.eye(len(x)), y - centre)
        # ∇f(x_i) = −Σ_j α_j k_ij M (x_i − x_j)/(width · distance_ij)
        np.fill_diagonal(distance, np.inf)
        c = k / distance * alpha
        gradients = (c.sum(1)[:, None] * x - c @ x) * metric / width
        metric = (gradients**2).mean(0)
        metric *= info.d / metric.sum()
    k, _ = kernel(x, x, metric, width)
    alpha = np.linalg.solve(k + LAMBDA * np.eye(len(x)), y - centre)
    cross, _ = kernel(x_test, x, metric, width)
    kept = np.sort(np.argsort(-metric, kind="stable")[: info.s])
    return {"predictions": cross @ alpha + centre, "scores": metric, "kept": kept}
