#!/usr/bin/env python3
"""Runs the same trials as on several processors, on one, and counts what differs.

    scripts/drill/paths.py [--binary FILE] [--study FILE] [--emulate]

`SECATEUR_SIMD` chooses the instruction set of the program's own loops. The linear algebra looks at
the processor itself, so that is disguised: by `cpu.c`, where CPUID can be made to fault (Intel
since Ivy Bridge), at full speed; with `--emulate` also by qemu-user (Debian package of that name),
a hundred times slower.

With AVX2, whether there is AVX-512 or not and whatever the program is told, all bits have to
agree: exit code 1 if not. Without AVX2 the linear algebra rounds in another order; what that
changes is shown, and is no failure.
"""

import argparse
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
UNSTEADY = {"seconds", "manifest", "check"}
# Hides AVX2 and FMA from the C library too, which looks before any program can interfere.
OLD = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA"}


def ways(disguise, emulate):
    """Name, whether its bits have to agree, environment, and what the program is run by."""
    for simd in ("avx2", "native", "portable"):
        yield f"this processor, {simd}", True, {"SECATEUR_SIMD": simd}, []
    if disguise:
        preload = {"LD_PRELOAD": str(disguise)}
        yield "without AVX-512", True, preload | {"HIDE": "avx512"}, []
        yield "without AVX-512, portable", True, preload | {"HIDE": "avx512", "SECATEUR_SIMD": "portable"}, []
        yield "without AVX2 and FMA", False, preload | {"HIDE": "avx2"} | OLD, []
    if emulate:
        yield "emulated Haswell (AVX2)", True, {}, ["qemu-x86_64", "-cpu", "Haswell"]
        yield "emulated EPYC-Rome (AVX2)", True, {}, ["qemu-x86_64", "-cpu", "EPYC-Rome"]
        yield "emulated Nehalem (no AVX)", False, {}, ["qemu-x86_64", "-cpu", "Nehalem"]


def trials(binary, study, root, name, environment, runner):
    """The rows of a run by (cell, n, trial), or None if it did not start."""
    out = root / name.replace(" ", "-")
    command = [*runner, binary, "study", study, "--quiet", "--progress", "none", "--out", out]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"  {name}: skipped, {' '.join(done.stderr.split())[:120]}")
        return None
    (table,) = out.glob("*/trials.csv")
    with open(table, newline="") as file:
        return {(row["cell"], row["n"], row["trial"]): row for row in csv.DictReader(file)}


def difference(a, b):
    """Rows that differ, risks among them, and the largest difference of a risk."""
    if a.keys() != b.keys():
        sys.exit("the runs have different trials")
    differ = [k for k in a if any(a[k][c] != b[k][c] for c in a[k].keys() - UNSTEADY)]
    risks = [abs(float(a[k]["risk"]) - float(b[k]["risk"])) for k in differ if a[k]["risk"] != b[k]["risk"]]
    return len(differ), len(risks), max(risks, default=0.0)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--binary", default=HERE.parents[1] / "target/release/secateur", type=pathlib.Path)
    options.add_argument("--study", default=HERE / "paths.toml", type=pathlib.Path)
    options.add_argument("--emulate", action="store_true")
    options = options.parse_args()
    binary, study = options.binary.resolve(), options.study.resolve()
    root = pathlib.Path(tempfile.mkdtemp(prefix="paths-"))
    disguise = root / "cpu.so"
    cc = ["cc", "-O2", "-shared", "-fPIC", "-o", disguise, HERE / "cpu.c"]
    if not shutil.which("cc") or subprocess.run(cc).returncode != 0:
        disguise = None
    reference, wrong = None, 0
    for name, must, environment, runner in ways(disguise, options.emulate):
        found = trials(binary, study, root, name, environment, runner)
        if found is None:
            continue
        if reference is None:
            reference = found
            print(f"{len(found)} trials; against them on {name}:")
            continue
        rows, risks, largest = difference(reference, found)
        wrong += must and rows
        print(f"  {name}: {rows} rows differ, {risks} in the risk, by up to {largest:.1e}", flush=True)
    shutil.rmtree(root)
    return 1 if wrong or reference is None else 0


if __name__ == "__main__":
    sys.exit(main())
