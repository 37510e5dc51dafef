#!/usr/bin/env python3
"""Checks that nothing has become slower, or writes the times that count as usual.

    thresholds.py check               fails if a benchmark is slower than its threshold allows; those in the repository
                                      are of an AMD Zen 4 core, and of no other
    thresholds.py update [--runs 5]   measures anew, for after a change that makes kernels faster

Wraps `swift package benchmark thresholds`, which fails for improvements too, and which writes the
times of one run where the median of several is steadier.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

PACKAGE = pathlib.Path(__file__).resolve().parent
THRESHOLDS = PACKAGE / "Thresholds"


def run_tool(*arguments, writes=()):
    """Runs the benchmark plugin; its messages are for the caller to show."""
    command = ["swift", "package", *writes, "benchmark", "thresholds", *arguments, "--no-progress"]
    return subprocess.run(
        command, cwd=PACKAGE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def check(_):
    """Passes if nothing is slower than its threshold allows; what is faster may be."""
    result = run_tool("check")
    # The plugin exits with 1 for everything that is not equal, and names the reason.
    is_faster = "error: benchmarkThresholdImprovement" in result.stdout
    if result.returncode == 0 or is_faster:
        print("faster than the thresholds: update them" if is_faster else "as the thresholds say")
        return 0
    print(result.stdout)
    return result.returncode


def measure_once():
    """The relative times of one run: {file name: {metric: value}}."""
    with tempfile.TemporaryDirectory() as folder:
        result = run_tool(
            "update", "--path", folder, writes=["--allow-writing-to-directory", folder])
        files = list(pathlib.Path(folder).glob("*.json"))
        if result.returncode != 0 or not files:
            sys.exit(result.stdout)
        return {file.name: json.loads(file.read_text()) for file in files}


def update(arguments):
    """Writes the median of several runs, and prints how far from it they lay.

    The spread is what tolerances in `Benchmarks/Regressions` are chosen by.
    """
    runs = []
    for number in range(arguments.runs):
        print(f"run {number + 1} of {arguments.runs}", file=sys.stderr, flush=True)
        runs.append(measure_once())
    THRESHOLDS.mkdir(exist_ok=True)
    for name in sorted(runs[0]):
        medians = {}
        for metric in runs[0][name]:
            values = [run[name][metric] for run in runs]
            median = medians[metric] = round(statistics.median(values))
            low, high = (100 * (limit / median - 1) for limit in (min(values), max(values)))
            spread = f"{low:+5.1f} .. {high:+5.1f} %"
            print(f"{name.removesuffix('.p90.json'):76s} {median / 1e6:9.4f}  {spread}")
        (THRESHOLDS / name).write_text(json.dumps(medians, indent=2) + "\n")
    return 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("check").set_defaults(run=check)
    updating = commands.add_parser("update")
    updating.add_argument("--runs", type=int, default=5)
    updating.set_defaults(run=update)
    arguments = parser.parse_args()
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
