#!/usr/bin/env python3
"""Where the time of a prompt and of a token goes: samples of `affine generate` by kind of work.

    apt-get install linux-perf
    python3 profile.py --model FILE.gguf --threads 1 .build/release/affine [OLDER/affine ...]

Milliseconds are of CPU, all threads together: for 256 tokens of a prompt, and for one token after them.
"""

import argparse
import collections
import json
import re
import subprocess
import tempfile

SENTENCE = "The history of the steam engine begins in the first century, when Hero of Alexandria described a device. "
PROMPT_TOKENS = 256
# The first that is found in a symbol says what its work is.
KINDS = {
    "products of codes": r"^(panels_|slices?_|whole_|source_|sum_long_slice|each_row|one_row|numbers_of_slices|aq_matmul_)",
    "products of attention": r"^aq_product",
    "softmax": r"^aq_attentionweights",
    "quantizing inputs": r"^aq_slices|LHSQuantizer|PackedLHS|LeftPanels|^aq_interleave|^aq_widen_i8",
    "norms, turns, gates, sums": r"^aq_(norm|rotate|swiglu|geglu|silu|gelu|accumulate|multiply|add)_|FloatFunctions|geglu",
    "keys and values": r"CacheWriter|^aq_(round|widen|halve)",
    "reference counts": r"retain|release|RefCount|isUniquelyReferenced",
    "allocation": r"malloc|calloc|^_int_|^c?free$|unlink_chunk|swift_(alloc|dealloc|slow)|memalign|memset",
    "waiting": r"aq_pause|aq_sleep|ThreadPool|SeenTickets|Region|4Spin|aq_nanoseconds|clock_gettime|nanosleep",
    "sampling": r"Sampler",
    "dictionaries and sets": r"RawDictionary|RawSet|Native(Dictionary|Set)|Hasher|SipHash",
    "types at run time": r"Metadata|conformsToProtocol|ConcreteType|getCache|GenericCache",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("affine", nargs="+", help="builds of the command")
    parser.add_argument("--model", required=True, help="a GGUF file")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=128)
    return parser.parse_args()


def kind(symbol):
    return next((name for name, pattern in KINDS.items() if re.search(pattern, symbol)), "other")


def samples(affine, options, frequency=1999):
    """Milliseconds by kind, of the prompt and of a token."""
    with tempfile.NamedTemporaryFile() as file:
        command = [
            "perf", "record", "-q", "-o", file.name, "-F", str(frequency), "-e", "cpu-clock", "--", affine, "generate",
            "--model", options.model, "--prompt", SENTENCE * 20, "--prompt-tokens", str(PROMPT_TOKENS), "--tokens",
            str(options.tokens), "--ignore-end", "--temperature", "0", "--threads", str(options.threads), "--format", "json"]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        lines = subprocess.run(
            ["perf", "script", "-i", file.name, "-F", "time,ip,sym"], check=True, capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in lines.splitlines()]
    rows = sorted((float(row[0].rstrip(":")), row[2] if len(row) > 2 else "?") for row in rows if row)
    # Loading multiplies nothing: the prompt begins with the first product and the tokens end with the last.
    products = [time for time, symbol in rows if kind(symbol) == "products of codes"]
    begin, end = products[0], products[-1]
    decode = end - options.tokens / found["decodeTokensPerSecond"]
    parts = (collections.Counter(), collections.Counter())
    for time, symbol in rows:
        if begin <= time <= end:
            parts[time >= decode][kind(symbol)] += 1000 / frequency / (options.tokens if time >= decode else 1)
    return parts


def main():
    options = arguments()
    builds = [samples(affine, options) for affine in options.affine]
    for part, title in enumerate((f"{PROMPT_TOKENS} tokens of a prompt", "a token")):
        print(f"| {title}, ms |" + "".join(f" {path} |" for path in options.affine))
        print("|---|" + "---|" * len(builds))
        for name in [*KINDS, "other"]:
            print(f"| {name} |" + "".join(f" {build[part][name]:.2f} |" for build in builds))
        print("| all |" + "".join(f" {build[part].total():.2f} |" for build in builds), end="\n\n")


if __name__ == "__main__":
    main()
