"""By what do the weights after one dense step rank coordinates? For n far below d.

t_i² = Σ_j w_ij² over unit neurons, w_j the gradient at a random w_j. Prints the mean of t_i² over
relevant coordinates against that over others, the AUC of t, and 1 + E[y² He2(z)]/s, which needs no
overlap of w and v: docs/mathematics.md, section 10.10. The last line has labels of constant square.
"""

import numpy as np

RNG = np.random.default_rng(0)
LINKS = {
    "He2": (lambda z: (z**2 - 1) / 2**0.5, -0.612),
    "He3": (lambda z: (z**3 - 3 * z) / 6**0.5, 0.6),
    "sign(z^2 - 0.455)": (lambda z: np.sign(z**2 - 0.455), -0.612),
}


def trial(d, s, n, link, shift, width=64):
    v = np.zeros(d)
    v[:s] = RNG.choice([-1, 1], s) / np.sqrt(s)
    x = RNG.standard_normal((n, d))
    y = link(x @ v) + 0.1 * RNG.standard_normal(n)
    w = RNG.standard_normal((d, width))
    w /= np.linalg.norm(w, axis=0)
    g = x.T @ ((y - y.mean())[:, None] * (x @ w + shift > 0))
    t = ((g / np.linalg.norm(g, axis=0)) ** 2).sum(1)
    return t[:s].mean() / t[s:].mean(), (t[:s, None] > t[None, s:]).mean()


for name, d, s, n in [
    ("He2", 625, 5, 180),
    ("He2", 2500, 5, 180),
    ("He2", 625, 25, 720),
    ("He3", 96, 10, 500),
    ("He3", 1000, 10, 500),
    ("sign(z^2 - 0.455)", 625, 5, 180),
]:
    link, shift = LINKS[name]
    ratio, auc = np.mean([trial(d, s, n, link, shift) for _ in range(60)], axis=0)
    z = RNG.standard_normal(10**7)
    expected = 1 + np.mean(link(z) ** 2 * (z**2 - 1)) / s
    print(f"{name:18} d {d:5} s {s:3} n {n:4}: ratio {ratio:.2f}, expected {expected:.2f}, AUC {auc:.2f}")
