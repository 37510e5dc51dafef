#!/usr/bin/env python3
"""Speed of one GGUF model in llama.cpp and `affine generate`, in turn, and how far their greedy texts agree.

A prompt of 256 tokens is read at once; then 64 tokens are chosen one by one, each by the largest logit.
A ratio above 1: we are faster; the median of the rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import time

SENTENCE = (
    "The history of the steam engine begins in the first century, when Hero of Alexandria described a device "
    "known as the aeolipile. "
)
PROMPT_TOKENS, TOKENS = 256, 64


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--affine", required=True, help="the command, built for release")
    parser.add_argument("--model", required=True, help="a GGUF file")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--isa", help="instruction set of our side, as avx2; llama.cpp has what it was built for")
    return parser.parse_args()


class Theirs:
    def __init__(self, model, threads):
        from llama_cpp import Llama

        self.llama = Llama(model, n_threads=threads, n_threads_batch=threads, n_ctx=1024, verbose=False)
        self.prompt = self.llama.tokenize((SENTENCE * 12).encode(), add_bos=False)[:PROMPT_TOKENS]

    def run(self):
        self.llama.reset()
        start = time.perf_counter()
        self.llama.eval(self.prompt)
        prefill = len(self.prompt) / (time.perf_counter() - start)
        seconds, chosen = 0, []
        for _ in range(TOKENS):
            chosen.append(int(self.llama.sample(temp=0)))
            start = time.perf_counter()
            self.llama.eval(chosen[-1:])
            seconds += time.perf_counter() - start
        return prefill, TOKENS / seconds, chosen


def ours(options):
    command = [
        options.affine, "generate", "--model", options.model, "--prompt", SENTENCE * 12, "--prompt-tokens",
        str(PROMPT_TOKENS), "--tokens", str(TOKENS), "--ignore-end", "--temperature", "0", "--threads",
        str(options.threads), "--format", "json",
    ] + (["--isa", options.isa] if options.isa else [])
    run = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    rates = run["prefillTokensPerSecond"], run["decodeTokensPerSecond"]
    return *rates, run["tokenIds"], run["peakResidentBytes"]


def main():
    options = arguments()
    peer = Theirs(options.model, options.threads)
    rounds = [(peer.run(), ours(options)) for _ in range(options.rounds)]
    for index, part in enumerate(("prefill", "decode")):
        ratio = statistics.median(mine[index] / theirs[index] for theirs, mine in rounds)
        rates = [statistics.median(side[index] for side in sides) for sides in zip(*rounds)]
        print(f"{part}: ratio {ratio:.2f}  ours {rates[1]:.0f} tokens/s  llama.cpp {rates[0]:.0f} tokens/s")
    theirs, mine = rounds[0]
    same = next((i for i, (a, b) in enumerate(zip(theirs[2], mine[2])) if a != b), TOKENS)
    print(f"the same first {same} of {TOKENS} tokens")
    size = os.path.getsize(options.model)
    print(f"peak memory {mine[3] / 1e6:.1f} MB, {mine[3] / size:.3f} of the file")


if __name__ == "__main__":
    main()
