"""CPU-seconds of the product and of its peers, NumPy and JAX, on the same trials and the same core.

A round runs the product, then every peer, on every workload; ratios are taken within a round, and the table
shows their median and range over rounds. `--self-check` compares the laws of the trials instead.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from scipy.stats import ks_2samp

from protocol import NOISE, Cell

HERE = Path(__file__).resolve().parent
PEERS = ("numpy", "jax")
# One workload: a cell, and the simulations that the product is asked for.
WORKLOADS = [
    (Cell("pruned", d=1024, alpha=0.5, n=65536), ("auto",)),
    (Cell("unpruned", d=256, alpha=0.5, n=262144), ("explicit", "auto")),
]
# Where the risk moves most with the law; no sample size is a multiple of a peer's block.
CHECKS = [
    (Cell("pruned", d=256, alpha=0.5, n=4096), ("auto",)),
    (Cell("unpruned", d=100, alpha=0.5, n=11585), ("explicit", "reduced")),
]
PRODUCT_TRIALS, PEER_TRIALS = 12, 3  # measured trials of a round; each side warms up with one more
CHECK_LEVEL = 0.01  # chance that --self-check fails with all laws equal, shared by its tests

STUDY = """claim = "One cell for the comparison with peers"
[model]
link = "He2"
noise = {noise}
[samples]
search = "grid"
n_min = {n}
n_max = {n}
simulation = "{simulation}"
[[sweep]]
learner = "{learner}"
alpha = {alpha}
d = {d}
"""


def environment():
    """One thread each; OpenBLAS chooses its kernel by the processor alone."""
    chosen = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    return chosen | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    }


class Peer:
    """A process of its own that runs one trial at a time and reports its CPU-seconds."""

    def __init__(self, name):
        self.name = name
        self.process = subprocess.Popen([sys.executable, HERE / f"{name}_peer.py"], env=environment(),
                                        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def trial(self, cell, seed):
        try:
            print(json.dumps({"cell": asdict(cell), "seed": seed}), file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            sys.exit(f"peer {self.name} died; its message is above (pip install -r {HERE}/requirements.txt?)")


class Product:
    def __init__(self, binary):
        self.binary = binary.resolve()
        if not self.binary.is_file():
            sys.exit(f"no product at {binary}: cargo build --release, or --product PATH")
        self.version = None  # known from the manifest of the first run

    def trials(self, cell, simulation, count, seed):
        """Rows of trials.csv, and CPU-seconds of the whole process per trial."""
        with tempfile.TemporaryDirectory() as folder:
            study = Path(folder, "cell.toml")
            study.write_text(STUDY.format(noise=NOISE, simulation=simulation, **asdict(cell)))
            before = children_seconds()
            run = subprocess.run([self.binary, "study", study, "--out", folder, "--threads", "1", "--quiet",
                                  "--trials", str(count), "--seed", str(seed)],
                                 env=environment(), capture_output=True, text=True)
            spent = children_seconds() - before
            if run.returncode != 0:
                sys.exit(f"{self.binary} ended with {run.returncode}:\n{run.stderr}")
            with open(Path(folder, "cell", "trials.csv")) as file:
                rows = list(csv.DictReader(file))
            built = json.loads(Path(folder, "cell", "manifest.json").read_text())
        self.version = f"{built['version']} ({(built['commit'] or 'no commit')[:9]}{', dirty' * bool(built['dirty'])})"
        number = ("risk", "alignment", "seconds")
        return [row | {k: float(row[k]) for k in number} for row in rows], spent / count


def children_seconds():
    """CPU-seconds of all children that have ended: the peers live on and are not among them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(product, peers, rounds):
    """One record for each round, workload, simulation and peer."""
    records = []
    for k in range(rounds):
        for cell, simulations in WORKLOADS:
            ours = []
            for simulation in simulations:
                rows, process = product.trials(cell, simulation, PRODUCT_TRIALS + 1, seed=k)
                seconds = statistics.median(row["seconds"] for row in rows[1:])
                ours.append({"simulation": simulation, "simulated": rows[0]["simulation"],
                             "product": seconds, "process": process})
            for peer in peers:
                seeds = range(PEER_TRIALS * k, PEER_TRIALS * (k + 1))
                seconds = statistics.median(peer.trial(cell, seed)["seconds"] for seed in seeds)
                records += [asdict(cell) | own | {"round": k, "peer": peer.name, "seconds": seconds,
                                                  "ratio": seconds / own["product"],
                                                  "process_ratio": seconds / own["process"]} for own in ours]
        print(f"round {k + 1} of {rounds} done", file=sys.stderr)
    return records


def summarise(records):
    """Rows of the table: medians over rounds, and the range of each ratio."""
    groups = {}
    for record in records:
        groups.setdefault((record["learner"], record["simulation"], record["peer"]), []).append(record)
    rows = []
    for (learner, simulation, peer), group in groups.items():
        middle = {k: statistics.median(g[k] for g in group) for k in ("seconds", "product", "process")}
        rows.append({"learner": learner, "d": group[0]["d"], "n": group[0]["n"],
                     "simulation": f"{simulation} ({group[0]['simulated']})", "peer": peer,
                     "peer CPU s": f"{middle['seconds']:.3f}",
                     "product s": f"{middle['product']:.4f}", "ratio": spread(group, "ratio"),
                     "process CPU s": f"{middle['process']:.4f}", "ratio to process": spread(group, "process_ratio")})
    return rows


def spread(group, key):
    values = [g[key] for g in group]
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def self_check(product, peers, count):
    """Rows of the table, and whether no law of a peer differs from the product's."""
    rows = []
    for cell, simulations in CHECKS:
        ours = {simulation: product.trials(cell, simulation, count, seed=1)[0] for simulation in simulations}
        for peer in peers:
            theirs = [peer.trial(cell, seed) for seed in range(count)]
            for simulation, own in ours.items():
                for metric in ("risk", "alignment"):
                    a, b = ([row[metric] for row in trials] for trials in (own, theirs))
                    rows.append({"learner": cell.learner, "d": cell.d, "n": cell.n, "trials": count,
                                 "simulation": f"{simulation} ({own[0]['simulation']})", "peer": peer.name,
                                 "metric": metric, "product median": f"{statistics.median(a):.4f}",
                                 "peer median": f"{statistics.median(b):.4f}",
                                 "KS p-value": f"{ks_2samp(a, b).pvalue:.4f}"})
    return rows, all(float(row["KS p-value"]) > CHECK_LEVEL / len(rows) for row in rows)


def about(product, core):
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"processor": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, core {core} used",
            "python": platform.python_version(), "numpy": version("numpy"), "jax": version("jax"),
            "secateur": product.version}


def show(header, rows, form):
    if form == "json":
        return json.dumps(header | {"rows": rows}, indent=1)
    width = {k: max(len(k), *(len(str(row[k])) for row in rows)) for k in rows[0]}
    lines = [[k.ljust(w) for k, w in width.items()]] + [[str(row[k]).ljust(width[k]) for k in width] for row in rows]
    title = ", ".join(f"{k} {v}" if k != "processor" else v for k, v in header.items())
    if form == "markdown":
        lines.insert(1, ["-" * w for w in width.values()])
        return f"{title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{title}\n\n" + "\n".join("  ".join(line).rstrip() for line in lines)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--product", type=Path, default=HERE.parents[1] / "target/release/secateur")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="core that everything runs on")
    p.add_argument("--self-check", action="store_true", help="compare risk and alignment in law; times nothing")
    p.add_argument("--trials", type=int, default=200, help="trials of a cell in the self-check")
    form = p.add_mutually_exclusive_group()
    form.add_argument("--markdown", dest="form", action="store_const", const="markdown", default="text")
    form.add_argument("--json", dest="form", action="store_const", const="json")
    args = p.parse_args()

    os.sched_setaffinity(0, {args.core})  # children inherit it
    product, peers = Product(args.product), [Peer(name) for name in PEERS]
    if args.self_check:
        rows, equal = self_check(product, peers, args.trials)
        print(show(about(product, args.core), rows, args.form))
        if not equal:
            sys.exit("self-check failed: a peer's law differs from the product's")
    else:
        records = measure(product, peers, args.rounds)
        rows = records if args.form == "json" else summarise(records)
        print(show(about(product, args.core), rows, args.form))


if __name__ == "__main__":
    main()
