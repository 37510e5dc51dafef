#!/usr/bin/env python3
"""Tokens a second of 1, 2, 4, … ranks of one thread: `affine train` over MPI, and torch's
DistributedDataParallel over gloo on the same model, in turn.

Every rank has as many windows at any number of ranks, so that rates of a machine with enough cores would grow
linearly; "of linear" is what they grow to. Cores that share memory and heat give less than that to any programs: "of
alone" is beside as many processes at once that exchange nothing. Ranks wait for the slowest of them in every step, so "as the
slowest" is what as many processes alone would give if all were as slow as that one. The model has 10.7 million parameters unless options
say otherwise. Every run is a line on standard error as it ends.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--affine", required=True, help="the command, built for release with the trait MPI")
    parser.add_argument("--text", required=True, help="a UTF-8 text")
    parser.add_argument("--ranks", default="1,2,4,8,16")
    parser.add_argument("--exchanges", default="float32,bfloat16,int8")
    parser.add_argument("--ranks-options", default="", help="more options of our side, as '--shard-weights'")
    parser.add_argument("--recipe", default="float32")
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--context", type=int, default=128)
    parser.add_argument("--windows", type=int, default=8, help="of a rank and a step")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--isa", help="instruction set of our side, as avx2")
    parser.add_argument("--no-torch", action="store_true", help="leave torch out")
    parser.add_argument("--json", help="write every figure here")
    return parser.parse_args()


def training(options, ranks):
    return [
        options.affine, "train", "--text", options.text, "--width",
        str(options.width), "--layers", str(options.layers), "--heads", str(options.heads), "--context",
        str(options.context), "--batch", str(options.windows * ranks), "--tied", "--positions", "rotary",
        "--learning-rate", "6e-4", "--steps", str(options.steps), "--validation-windows", "1", "--threads", "1",
        "--recipe", options.recipe, "--format", "json",
    ] + (["--isa", options.isa] if options.isa else [])


def alone(options, count):
    processes = [subprocess.Popen(training(options, 1), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                 for _ in range(count)]
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit("a process alone failed")
    runs = [json.loads(output)["runs"][0] for output in outputs]
    rates = [run["tokensPerSecond"] for run in runs]
    return {"rate": sum(rates), "slowest": count * min(rates), "parameters": runs[0]["parameters"]}


def ours(options, ranks, exchange):
    command = [os.path.join(HERE, "../../.ci/ranks"), str(ranks), *training(options, ranks), "--exchange", exchange,
               *options.ranks_options.split()]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    run = json.loads(done.stdout)["runs"][0]
    return {"rate": run["tokensPerSecond"], "parameters": run["parameters"], **(run.get("ranks") or {})}


def torch(options, ranks):
    command = [sys.executable, os.path.join(HERE, "ddp.py"), "--warm-up", "2"]
    for name in "width", "layers", "heads", "context", "windows", "steps":
        command += ["--" + name, str(getattr(options, name))]
    shared = {"WORLD_SIZE": str(ranks), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29517", "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(command, env=os.environ | shared | {"RANK": str(rank)}, stdout=subprocess.PIPE, text=True)
        for rank in range(ranks)
    ]
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit("torch failed")
    run = json.loads(outputs[0].splitlines()[-1])
    # Float32 both ways, as in a ring.
    sent = 2 * (ranks - 1) * 4 * run["parameters"] // ranks
    return {"rate": run["tokensPerSecond"], "parameters": run["parameters"], "gradientBytes": sent}


def main():
    options = arguments()
    ranks = [int(count) for count in options.ranks.split(",")]
    sides = {exchange: lambda count, exchange=exchange: ours(options, count, exchange)
             for exchange in options.exchanges.split(",")}
    if not options.no_torch:
        sides["torch DDP, gloo"] = lambda count: torch(options, count)
    sides = {"alone": lambda count: alone(options, count)} | sides
    found = {(count, side): [] for count in ranks for side in sides}
    for _ in range(options.rounds):
        for count in ranks:
            for side, run in sides.items():
                found[count, side].append(run(count))
                print(count, side, json.dumps(found[count, side][-1]), file=sys.stderr, flush=True)
    rate = {key: statistics.median(run["rate"] for run in runs) for key, runs in found.items()}
    rest = [side for side in sides if side != "alone"]
    print("| ranks | as many alone, tokens/s | of linear | as the slowest | " + " | ".join(
        f"{side}, tokens/s | of linear | of alone | sent a rank and step" for side in rest) + " |")
    print("| --- " * (4 + 4 * len(rest)) + "|")
    for count in ranks:
        cells = []
        for side in sides:
            linear = rate[count, side] / (rate[ranks[0], side] / ranks[0] * count)
            sent = found[count, side][0].get("gradientBytes", 0) / 1e6
            cells += [f"{rate[count, side]:.0f}", f"{linear:.3f}"]
            if side == "alone":
                cells.append(f"{statistics.median(run['slowest'] for run in found[count, side]):.0f}")
            else:
                # What exchanging takes, each side beside one process of its own.
                beside = linear / (rate[count, "alone"] / (rate[ranks[0], "alone"] / ranks[0] * count))
                cells += [f"{beside:.3f}", f"{sent:.2f} MB"]
        print(f"| {count} | " + " | ".join(cells) + " |")
    print(f"\nMedians of {options.rounds}; {found[ranks[0], next(iter(sides))][0]['parameters']} parameters, "
          f"{options.windows} windows of {options.context} bytes a rank.")
    if options.json:
        with open(options.json, "w") as file:
            json.dump([{"ranks": count, "side": side, "runs": runs} for (count, side), runs in found.items()], file)


if __name__ == "__main__":
    main()
