#!/usr/bin/env python3
"""Runs peers and `affine bench` in turn on the same work and prints the ratio of their times.

A ratio is the peer's time by ours: above 1 we are faster. Each round times our command and every
peer of the row once; the ratio is the median of the rounds' ratios, so that what slows the machine
for a while slows both sides of most of them.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import sys

import measure
import report
import tiles
from work import WORK, setting


def options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--affine", required=True, help="the command, as `.build/release/affine`")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of one median")
    parser.add_argument("--only", default="", help="rows whose work and size contain this")
    parser.add_argument("--isa", choices=sorted(measure.ISA_ENVIRONMENT),
                        help="hold ours, and the peers that can be, to an instruction set")
    parser.add_argument("--no-tiles", action="store_true", help="keep everyone off the tile unit of AMX")
    parser.add_argument("--json", type=pathlib.Path, help="write all results to this file")
    parser.add_argument("--markdown", type=pathlib.Path,
                        help=f"write the table between {report.BEGIN} and {report.END} of a file")
    parser.add_argument("--short", type=pathlib.Path,
                        help="write some rows of it so, as the README has them; alone it runs no others")
    arguments = parser.parse_args()
    if not shutil.which(arguments.affine):
        parser.error(f"there is no command {arguments.affine}")
    return arguments


def timers(work, size, affine, modules):
    """What times each peer of a row, by peer, and why some cannot be."""
    ready, failures = {}, []
    for peer in work.peers:
        if size.m > peer.maximum_rows or (peer.module and peer.module not in modules):
            continue
        try:
            ready[peer] = affine.timer(peer, size, modules)
            ready[peer]()  # what a peer refuses, it refuses when it first runs
        except Exception as error:  # peers raise whatever they like; the row goes on without
            ready.pop(peer, None)
            failures.append(f"{peer.name} failed: {str(error).splitlines()[0]}")
    return ready, failures


def measured(work, size, target, affine, modules, rounds):
    """One row: our reports and the peers' times of some rounds, in turn."""
    row = {"work": work.name, "size": str(size), "target": target, "met": False}
    ready, failures = timers(work, size, affine, modules)
    counted = counting(ready, affine.isa)
    if not counted:
        return row | {"error": "; ".join(failures) or "no peer is installed"}
    ours, theirs = [], {peer: [] for peer in ready}
    try:
        for _ in range(rounds):
            ours.append(affine.bench(work.call, size))
            for peer, timer in ready.items():
                theirs[peer].append(timer())
    except RuntimeError as error:
        return row | {"error": str(error)}
    peers = [summarized(peer, times, ours, peer in counted) for peer, times in theirs.items()]
    peers.sort(key=lambda peer: (not peer["counts"], peer["ratio"]))
    fractions = [one["fractionOfPeak"] for one in ours if one.get("fractionOfPeak")]
    parts = [one["gops"] / measure.roof(one) for one in ours if measure.roof(one)]
    return row | {
        "threads": ours[0]["threads"], "kernel": ours[0]["kernel"], "best": peers[0]["name"],
        "met": peers[0]["ratio"] >= target, "peers": peers, "failures": failures,
        "ourMilliseconds": statistics.median(one["medianSeconds"] for one in ours) * 1e3,
        "gops": statistics.median(one["gops"] for one in ours),
        "fractionOfPeak": statistics.median(fractions) if fractions else None,
        "fractionOfRoof": statistics.median(parts) if parts else None}


def counting(peers, isa):
    """The peers that a target is measured against: of those that do the same work, the ones held to
    the instruction set that was asked for; where there is none, all."""
    same = [peer for peer in peers if not peer.is_reference]
    return [peer for peer in same if not (isa and peer.ignores_isa)] or same


def summarized(peer, times, ours, counts):
    """A peer's part of a row; of our own also the ratio that the roofs of both allow."""
    ratios = [time / one["medianSeconds"] for (time, _), one in zip(times, ours)]
    allowed = [measure.roof(one) / roof for (_, roof), one in zip(times, ours) if roof and measure.roof(one)]
    return {"name": peer.name, "counts": counts, "ignoresISA": peer.ignores_isa,
            "ratio": statistics.median(ratios), "low": min(ratios), "high": max(ratios),
            "allowed": statistics.median(allowed) if allowed else None,
            "milliseconds": statistics.median(time for time, _ in times) * 1e3}


def main():
    arguments = options()
    measure.prepare_environment(arguments.threads, arguments.isa)
    if arguments.no_tiles:
        tiles.refuse()
    alone = arguments.short and not (arguments.markdown or arguments.json)
    features = report.features(arguments.no_tiles)
    here = setting(arguments.threads, features, arguments.isa)
    chosen = [(work, size, target) for work in WORK for size in work.sizes
              if (target := work.target_at(size, here)) is not None
              and arguments.only in f"{work.name} {size}"
              and (not alone or report.is_short(work.name, size))]
    if not chosen:
        sys.exit(f"no row contains '{arguments.only}'")
    modules, missing = measure.load_modules([work for work, _, _ in chosen], arguments.threads)
    for name, reason in missing.items():
        print(f"left out: {name.removesuffix('_peers')} ({reason})", file=sys.stderr)
    affine = measure.Affine(arguments.affine, arguments.threads, arguments.seconds, arguments.isa)
    rows = []
    for work, size, target in chosen:
        rows.append(measured(work, size, target, affine, modules, arguments.rounds))
        print("\n".join(report.lines(rows[-1], arguments.isa)), flush=True)
    print(report.summary(rows))
    about = report.machine(modules, features, arguments.threads, arguments.isa)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")
    if arguments.markdown:
        report.write_between_markers(arguments.markdown, report.markdown(rows, about))
    if arguments.short:
        report.write_between_markers(arguments.short, report.markdown(rows, about, short=True))


if __name__ == "__main__":
    main()
