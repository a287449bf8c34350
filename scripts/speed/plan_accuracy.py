#!/usr/bin/env python3
"""What `plan` says a study costs, beside what it costs: CPU seconds and the peak of memory.

    scripts/speed/plan_accuracy.py target/release/secateur alpha_sweep:quick alpha_sweep_k3:standard

Each STUDY:PROFILE is planned, then run into a temporary folder on all cores. Flags of `study` may
follow, separated by colons: alpha_sweep:quick:--set=samples.search=grid
"""
import json
import os
import subprocess
import sys
import tempfile


def measured(command):
    """CPU seconds and peak resident bytes of a command."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss


def main():
    program, cases = sys.argv[1], sys.argv[2:]
    if not cases:
        sys.exit(__doc__)
    print(f"{'study':<44} {'CPU s, plan':>12} {'measured':>9} {'ratio':>6} "
          f"{'MB, plan':>9} {'measured':>9} {'ratio':>6}")
    for case in cases:
        name, profile, *flags = case.split(":")
        with tempfile.TemporaryDirectory() as out:
            what = [name, "--profile", profile, "--out", out, *flags]
            plan = json.loads(subprocess.check_output([program, "plan", *what, "--format", "json"]))
            seconds, peak = measured([program, "study", *what, "--quiet", "--yes"])
        expected, memory = plan["cpu_seconds"], plan["memory_bytes"]
        print(f"{case:<44} {expected:>12.1f} {seconds:>9.1f} {expected / seconds:>6.2f} "
              f"{memory / 1e6:>9.0f} {peak / 1e6:>9.0f} {memory / peak:>6.2f}", flush=True)


main()
