"""Time and memory of `secateur fit` on a table of a million trials.

    python scripts/speed/million_trials.py target/release/secateur [--rows 1000000]

Writes a made-up trials.csv (n*(d) = 3 d^1.5, log-normal risks) into a temporary folder, lets
the program fit it, and prints wall-clock seconds, processor seconds and the peak of resident
memory. Needs Python alone, on Unix.
"""

import argparse
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLUMNS = (
    "study,cell,learner,link,k_star,r,d,alpha,q,s,kept,width,n,trial,seed,status,risk,"
    "alignment,subspace,recall,precision,mass,simulation,seconds"
)
DIMENSIONS = [64, 96, 128, 192, 256, 384, 512, 768]
ALPHAS = [0.25, 0.375, 0.5, 0.625, 0.75, 1.0]
STEPS = range(-4, 6)


def rows(count):
    """Rows of 12 series with 8 dimensions and 10 sample sizes; as many trials as it takes."""
    rng = random.Random(1)
    trials = math.ceil(count / (2 * len(ALPHAS) * len(DIMENSIONS) * len(STEPS)))
    made = 0
    series = [(learner, alpha) for learner in ("pruned", "unpruned") for alpha in ALPHAS]
    for trial in range(trials):
        for number, (learner, alpha) in enumerate(series):
            for d in DIMENSIONS:
                cell = f"{number:08x}{d:08x}"
                star = 3 * d**1.5
                for step in STEPS:
                    if made == count:
                        return
                    made += 1
                    n = round(64 * 2 ** ((round(2 * math.log2(star / 64)) + step) / 2))
                    risk = 0.5 * (n / star) ** -0.8 * math.exp(rng.gauss(0, 0.15))
                    seed = rng.getrandbits(64)
                    s = round(d**alpha)
                    yield (
                        f"speed,{cell},{learner},He2,2,1,{d},{alpha},0.0,{s},{s},64,{n},"
                        f"{trial},{seed},ok,{risk!r},{rng.random()!r},{rng.random()!r},"
                        f"{rng.random()!r},{rng.random()!r},{rng.random()!r},reduced,0.125\n"
                    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="write the table here and keep it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        table = folder / "trials.csv"
        with table.open("w") as file:
            file.write(COLUMNS + "\n")
            file.writelines(rows(arguments.rows))
        start = time.monotonic()
        command = [arguments.program.resolve(), "fit", folder]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        wall = time.monotonic() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{arguments.rows} rows, {table.stat().st_size / 1e6:.0f} MB")
        print(f"{wall:.2f} s wall clock, {used.ru_utime + used.ru_stime:.2f} s of processor")
        print(f"{used.ru_maxrss / 1024:.0f} MiB at most")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
