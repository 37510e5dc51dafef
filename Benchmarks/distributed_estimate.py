#!/usr/bin/env python3
"""What machines on a network give for data-parallel training, from constants measured on one machine.

    Benchmarks/distributed_estimate.sh AFFINE AFFINE_RANKS TEXT FOLDER

measures them here and prints the tables of Docs.docc/Distributed.md.

A step of N machines takes

    compute = 6 · parameters · tokens a machine / rate             the rate of --run, in operations a second
    coding  = parameters · seconds a value                         of --alone: rounding, sums and copies
    wire    = 2 · (N - 1) / N · parameters · bytes a value · 8 / bits a second
    calls   = 2 · buckets · (N - 1) · seconds a message            of --ranks, over TCP
    travel  = wire + calls
    step    = compute + coding + travel - min(overlap · travel, 2/3 · compute)

where compute and coding, measured on one core, divide among --cores, and two thirds of compute are the backward pass, in
which gradients travel. The overlap is the part of the travel that a run of --waits did not wait for, in the backward pass or
after it, where the travel alone takes its bytes by the rate that --ranks says. Of the ranks of a run that one counts that
waited least: the others waited for it and not for the network alone. Of several files of a kind constants are
medians. "Of linear" is compute / step. Memory is of weights, gradients and two moments, 4 bytes each; with sharded moments a
machine has weights whole, and of the rest its part.

With sharded weights (ZeRO-3) blocks are computed once more, parameters travel twice and gradients once, in the same format,
and nothing is hidden:

    step = 4/3 · compute + coding + 3 · (N - 1) / N · parameters · bytes a value · 8 / bits a second
           + (2 · --blocks · N · log2 N + buckets · (N - 1)) · seconds a message

and a machine has its part and one block.
"""

import argparse
import json
import math
import statistics


def read(paths):
    return [json.load(open(path)) for path in paths]


def median(reports, key):
    return statistics.median(report[key] for report in reports)


def overlaps(waits, ranks):
    """The parts of the travel that are hidden, by exchange."""
    found = {}
    for report in read(waits):
        run = report["runs"][0]
        name = run["ranks"]["exchange"]
        parts = found.setdefault(name, [])
        travel = run["parameters"] * median(ranks, name + "BytesPerValue") / median(ranks, "bytesPerSecond")
        parts.append(max(0, 1 - min(run["ranks"]["waiting"]) / travel))
    return {name: statistics.median(parts) for name, parts in found.items()}


def bucket(machines):
    """As ExchangeOptions has it."""
    return max(1 << 18, machines << 14)


def table(options):
    runs = [report["runs"][0] for report in read(options.run)]
    alone, ranks = read(options.alone), read(options.ranks)
    rate = 6 * runs[0]["parameters"] * median(runs, "tokensPerSecond") * options.cores
    message = median(ranks, "secondsOfSmallExchange") / (ranks[0]["ranks"] - 1)
    overlap = overlaps(options.waits, ranks)
    print(f"A machine of {options.cores} cores computes {rate / 1e9:.0f} GFLOP/s; a message costs {message * 1e6:.0f} µs; hidden: "
          + ", ".join(f"{part:.2f} of {name}" for name, part in overlap.items())
          + ";\ncoding a value on a core: "
          + ", ".join(f"{median(alone, name + 'SecondsPerValue') * 1e9:.1f} ns in {name}" for name in overlap)
          + f". {options.tokens} tokens a machine and step.\n")
    print("| machines | parameters | exchange | compute, s | coding, s | travel, s | step, s | of linear | "
          "tokens/s | memory a machine | with sharded moments | with sharded weights | step then, s |")
    print("| --- " * 13 + "|")
    for machines in options.machines:
        for billions in options.billions:
            parameters = billions * 1e9
            for name in overlap:
                buckets = -(-parameters // bucket(machines))
                compute = 6 * parameters * options.tokens / rate
                coding = parameters * median(alone, name + "SecondsPerValue") / options.cores
                travel = 2 * (machines - 1) / machines * parameters * median(ranks, name + "BytesPerValue") * 8 / options.bits
                travel += 2 * buckets * (machines - 1) * message
                step = compute + coding + travel - min(overlap[name] * travel, 2 / 3 * compute)
                memory, sharded = 16 * parameters, (4 + 12 / machines) * parameters
                least = (16 / machines + 4 / options.blocks) * parameters
                once = parameters * median(ranks, name + "BytesPerValue") * 8 / options.bits * (machines - 1) / machines
                messages = 2 * options.blocks * machines * math.log2(machines) + buckets * (machines - 1)
                longest = 4 / 3 * compute + coding + 3 * once + messages * message
                print(f"| {machines} | {billions:g} · 10⁹ | {name} | {compute:.1f} | {coding:.1f} | {travel:.1f} | "
                      f"{step:.1f} | {compute / step:.3f} | {machines * options.tokens / step:.0f} | "
                      f"{memory / 1e9:.0f} GB | {sharded / 1e9:.0f} GB | {least / 1e9:.1f} GB | {longest:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True, nargs="+", help="affine train of one process, as JSON")
    parser.add_argument("--waits", required=True, nargs="+", help="affine train of ranks, as JSON")
    parser.add_argument("--alone", required=True, nargs="+", help="affine-ranks --measure of one process")
    parser.add_argument("--ranks", required=True, nargs="+", help="affine-ranks --measure of two ranks or more")
    parser.add_argument("--bits", type=float, default=25e9, help="of the network, a second and machine")
    parser.add_argument("--machines", type=int, nargs="+", default=[64, 1024])
    parser.add_argument("--billions", type=float, nargs="+", default=[1, 8, 70], help="parameters")
    parser.add_argument("--blocks", type=int, default=32, help="of the model")
    parser.add_argument("--cores", type=int, default=16, help="of a machine, each as the one that was measured")
    parser.add_argument("--tokens", type=int, default=2048, help="of a machine and step")
    table(parser.parse_args())


if __name__ == "__main__":
    main()
