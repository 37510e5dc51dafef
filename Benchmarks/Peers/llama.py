"""Compares `affine` with llama.cpp (xllamacpp) on a GGUF file: perplexity, and a text that is continued greedily.

    pip install numpy xllamacpp
    python llama.py --model FILE.gguf --affine .build/release/affine [--bytes 20000] [--context 512]

Both read neighbouring windows of 512 tokens of the corpus, every token of a window but the first counted, with no
token before them, and keys and values in float16. Greedy texts must be equal up to the first place where
llama.cpp's two largest logits are nearer to each other than its logits to its own when it reads the tokens at once.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "Tests/Golden"))
import llama_library  # noqa: E402

PROMPTS = ["The capital of France is", "Once upon a time, in a small village by the sea,", "Water boils at", "1, 1, 2, 3, 5, 8, 13,"]
STEPS = 32


def perplexity(model, tokens, context):
    total, count = 0.0, 0
    for start in range(0, len(tokens), context):
        window = tokens[start:start + context]
        model.reset()
        rows = model.read(window)[:-1]
        top = rows.max(axis=1)
        sums = np.log(np.exp(rows - top[:, None]).sum(axis=1)) + top
        total += float((sums - rows[np.arange(len(rows)), window[1:]]).sum())
        count += len(rows)
    return float(np.exp(total / count))


def greedy(model, prompt):
    tokens = model.tokens(prompt, add=True)
    model.reset()
    rows = [model.read(tokens)[-1]]
    for _ in range(STEPS - 1):
        rows.append(model.read([int(rows[-1].argmax())])[0])
    chosen = [int(row.argmax()) for row in rows]
    model.reset()
    again = model.read(tokens + chosen[:-1])[len(tokens) - 1:]
    noise = float(np.abs(again - np.stack(rows)).max())
    gaps = [float(np.diff(np.partition(row, -2)[-2:])[0]) for row in rows]
    return chosen, gaps, noise


def run(arguments, *command):
    result = subprocess.run([arguments.affine, *command, "--model", arguments.model, "--format", "json"], capture_output=True, check=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--affine", required=True)
    parser.add_argument("--bytes", type=int, default=20_000)
    parser.add_argument("--context", type=int, default=512)
    arguments = parser.parse_args()
    text = (ROOT / "Tests/Corpus/persuasion.txt").read_bytes()[:arguments.bytes]
    model = llama_library.Model(arguments.model, context=max(arguments.context, 512))
    theirs = perplexity(model, model.tokens(text), arguments.context)
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        ours = run(arguments, "perplexity", "--text", file.name, "--context", str(arguments.context))
    print(f"perplexity {ours['perplexity']:.4f} and llama.cpp's {theirs:.4f}: {100 * (ours['perplexity'] / theirs - 1):+.3f} %")
    for prompt in PROMPTS:
        chosen, gaps, noise = greedy(model, prompt)
        found = run(arguments, "generate", "--prompt", prompt, "--tokens", str(STEPS), "--ignore-end")["tokenIds"]
        first = next((step for step in range(STEPS) if found[step] != chosen[step]), None)
        verdict = "equal" if first is None else f"differs at {first}: gap {gaps[first]:.4f}, noise {noise:.4f}"
        print(f"{prompt!r}: {verdict}")


main()
