"""What the peers share: a cell, the constants of the default protocol at link He2, and the loop
that serves trials to compare.py. Equations: docs/mathematics.md, sections 4 to 6."""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import dataclass

WIDTH = 64
NOISE = 0.1
RIDGE = 1e-3
BIAS_RANGE = 3.0
TEST_SAMPLES = 4096
# Best shifts for ReLU at k* = 2: pruning compares gradients at c = 0, where the coordinate statistics are
# |z|/2 (even) and z/2 (linear); the feature step maximises phi(c)/sqrt(Phi(c)), so c = -phi(c)/(2 Phi(c)).
FEATURE_SHIFT = -0.6120031
EVEN_SD = math.sqrt(1 - 2 / math.pi)  # standard deviation of |z|


@dataclass(frozen=True)
class Cell:
    learner: str  # "pruned" or "unpruned"
    d: int
    alpha: float
    n: int

    @property
    def s(self) -> int:
        return round(self.d**self.alpha)

    @property
    def stages(self) -> list[int]:
        """Samples of each stage: equal shares, the remainder to the last."""
        count = 3 if self.learner == "pruned" else 2
        share = self.n // count
        return [share] * (count - 1) + [self.n - share * (count - 1)]


def rows_of_block(d: int, entries: int) -> int:
    return max(64, entries // d)


def serve(run_trial) -> None:
    """Reads {"cell": ..., "seed": ...} lines, answers with the metrics of run_trial(cell, seed) and its CPU
    seconds. A cell's first trial runs once before, unmeasured: it compiles and warms what it needs."""
    warm = set()
    for line in sys.stdin:
        request = json.loads(line)
        cell, seed = Cell(**request["cell"]), request["seed"]
        if cell not in warm:
            run_trial(cell, seed)
            warm.add(cell)
        began = time.process_time()
        metrics = run_trial(cell, seed)
        metrics["seconds"] = time.process_time() - began
        print(json.dumps(metrics), flush=True)
