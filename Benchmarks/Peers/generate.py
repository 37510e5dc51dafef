#!/usr/bin/env python3
"""Speed and memory of GGUF models in `affine generate`, llama.cpp and ik_llama.cpp, in turn.

    pip install numpy xllamacpp
    python3 generate.py --affine .build/release/affine --model FILE.gguf [FILE.gguf ...] [--ik llama-bench]

A prompt of 256 tokens is read at once; then 64 tokens are chosen one by one, each by the largest logit, so that all decode
at the same depth. The table has medians of the rounds, and the median of our rate over that of the faster peer in a round. Of peak memory
it has the largest of the rounds too: what loading leaves in the heap for a moment differs from process to process.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = (
    "The history of the steam engine begins in the first century, when Hero of Alexandria described a device "
    "known as the aeolipile. "
)
PROMPT_TOKENS, TOKENS = 256, 64


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--affine", required=True, help="the command, built for release")
    parser.add_argument("--model", required=True, nargs="+", help="GGUF files")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", help="another build of the command, measured as well")
    parser.add_argument("--ik", help="llama-bench of ik_llama.cpp (cmake -DCMAKE_BUILD_TYPE=Release; target llama-bench)")
    parser.add_argument("--isa", help="instruction set of our side, as avx2; the peers have what they were built for")
    return parser.parse_args()


def run(command):
    """What a command prints, and the most memory that it had."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return output, usage.ru_maxrss * 1024


class LlamaCpp:
    """In a process of its own: a process that this one starts begins with this one's peak of memory."""

    def __init__(self, model, threads):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", model, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def rates(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return *json.loads(self.process.stdout.readline()), None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def serve(path, threads):
    sys.path.insert(0, str(ROOT / "Tests/Golden"))
    import llama_library

    model = llama_library.Model(path, context=512, threads=int(threads), fuses=True)
    prompt = model.tokens(SENTENCE * 12)[:PROMPT_TOKENS]
    for _ in sys.stdin:
        model.reset()
        start = time.perf_counter()
        logits = model.read(prompt, last=True)
        prefill = PROMPT_TOKENS / (time.perf_counter() - start)
        seconds = 0
        for _ in range(TOKENS):
            token = int(logits[-1].argmax())
            start = time.perf_counter()
            logits = model.read([token], last=True)
            seconds += time.perf_counter() - start
        print(json.dumps([prefill, TOKENS / seconds]), flush=True)


def ik(options, model, threads):
    command = [options.ik, "-m", model, "-t", str(threads), "-r", "1", "-p", str(PROMPT_TOKENS), "-n", "0",
               "-gp", f"{PROMPT_TOKENS},{TOKENS}", "-o", "json"]
    output, memory = run(command)
    rates = {bool(test["n_gen"]): test["avg_ts"] for test in json.loads(output)}
    return rates[False], rates[True], memory


def affine(command, options, model, threads):
    output, memory = run(
        [command, "generate", "--model", model, "--prompt", SENTENCE * 12, "--prompt-tokens", str(PROMPT_TOKENS), "--tokens",
         str(TOKENS), "--ignore-end", "--temperature", "0", "--threads", str(threads), "--format", "json"]
        + (["--isa", options.isa] if options.isa else []))
    found = json.loads(output)
    return found["prefillTokensPerSecond"], found["decodeTokensPerSecond"], memory


def main():
    options = arguments()
    print("| model | threads | engine | prefill, tokens/s | decode, tokens/s | peak memory / file: median, largest |")
    print("|---|---|---|---|---|---|")
    for model in options.model:
        for threads in options.threads:
            peer = LlamaCpp(model, threads)
            peer.rates()
            engines = {"llama.cpp": peer.rates}
            if options.ik:
                engines["ik_llama.cpp"] = lambda: ik(options, model, threads)
            peers = list(engines)
            if options.before:
                engines["before"] = lambda: affine(options.before, options, model, threads)
            engines["affine"] = lambda: affine(options.affine, options, model, threads)
            rounds = [{name: measure() for name, measure in engines.items()} for _ in range(options.rounds)]
            peer.close()
            size = os.path.getsize(model)
            for name in engines:
                rates = [statistics.median(each[name][part] for each in rounds) for part in (0, 1)]
                peaks = [each[name][2] / size for each in rounds if each[name][2]]
                memory = f"{statistics.median(peaks):.2f}, {max(peaks):.2f}" if peaks else ""
                print(f"| {Path(model).stem} | {threads} | {name} | {rates[0]:.0f} | {rates[1]:.0f} | {memory} |")
            ratios = [
                statistics.median(
                    each["affine"][part] / max(each[name][part] for name in peers) for each in rounds) for part in (0, 1)]
            print(f"| {Path(model).stem} | {threads} | ratio | {ratios[0]:.2f} | {ratios[1]:.2f} | |", flush=True)


if __name__ == "__main__":
    serve(*sys.argv[2:]) if sys.argv[1:2] == ["--serve"] else main()
