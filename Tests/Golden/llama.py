"""Writes smollm2.json: what llama.cpp computes with SmolLM2-135M-Instruct in Q4_1.

    pip install llama-cpp-python==0.3.36 numpy
    python llama.py SmolLM2-135M-Instruct.Q4_1.gguf

For each prompt: its tokens, the 48 tokens that follow greedily, the gap between the two largest logits
at each step, and by how much the five largest logits differ at most when llama.cpp itself reads the
same tokens at once instead of one by one: rounding changes codes of inputs, and these what follows. By that a
difference can be judged. For the beginning of the corpus: the perplexity of
neighbouring windows, every token of a window but the first counted. Keys and values are kept as float16,
and attention is computed without fusing its steps. One thread.
"""

import json
import pathlib
import sys

import llama_cpp
import numpy as np

HERE = pathlib.Path(__file__).parent
PROMPTS = [
    "The capital of France is",
    "Once upon a time, in a small village by the sea,",
    "Water boils at",
    "def fibonacci(n):\n",
    "The three primary colours are",
    "Dear Sir or Madam,\n\nI am writing to",
    "Photosynthesis is the process by which",
    "<|im_start|>user\nWhat is the largest planet?<|im_end|>\n<|im_start|>assistant\n",
    "1, 1, 2, 3, 5, 8, 13,",
    "In 1815 the battle of Waterloo",
]
STEPS = 48
CONTEXT = 512
BYTES = 20_000


def logits(model):
    row = llama_cpp.llama_get_logits_ith(model.ctx, -1)
    return np.ctypeslib.as_array(row, (model.n_vocab(),)).astype(np.float64)


def noise(whole, tokens, start, rows):
    """How far reading at once is from `rows`, the logits that came one by one."""
    whole.reset()
    whole.eval(tokens)
    largest = 0.0
    for place, row in enumerate(rows):
        top = np.argsort(row)[-5:]
        largest = max(largest, float(np.abs(whole.scores[start + place][top] - row[top]).max()))
    return round(largest, 5)


def continued(model, whole, prompt):
    tokens = model.tokenize(prompt.encode(), add_bos=False, special=True)
    model.reset()
    model.eval(tokens)
    greedy, gaps, rows = [], [], []
    for _ in range(STEPS):
        values = logits(model)
        token = int(values.argmax())
        second, first = np.partition(values, -2)[-2:]
        rows.append(values)
        greedy.append(token)
        gaps.append(round(float(first - second), 5))
        model.eval([token])
    distance = noise(whole, tokens + greedy[:-1], len(tokens) - 1, rows)
    return {"prompt": prompt, "tokens": tokens, "greedy": greedy, "gaps": gaps, "noise": distance}


def perplexity(model):
    text = (HERE.parent / "Corpus" / "persuasion.txt").read_bytes()[:BYTES]
    tokens = model.tokenize(text, add_bos=False, special=False)
    total, count = 0.0, 0
    for start in range(0, len(tokens), CONTEXT):
        window = tokens[start : start + CONTEXT]
        model.reset()
        model.eval(window)
        values = model.scores[: len(window) - 1].astype(np.float64)
        top = values.max(axis=1)
        sums = np.log(np.exp(values - top[:, None]).sum(axis=1)) + top
        total += float((sums - values[np.arange(len(window) - 1), window[1:]]).sum())
        count += len(window) - 1
    value = float(np.exp(total / count))
    return {"bytes": BYTES, "context": CONTEXT, "tokens": len(tokens), "counted": count, "value": value}


def opened(path, **options):
    return llama_cpp.Llama(
        path, n_ctx=CONTEXT, n_batch=CONTEXT, n_threads=1, n_threads_batch=1, verbose=False, **options)


def main():
    path = sys.argv[1]
    model, whole = opened(path), opened(path, logits_all=True)
    found = {
        "version": llama_cpp.__version__,
        "continuations": [continued(model, whole, prompt) for prompt in PROMPTS],
        "perplexity": perplexity(whole),
    }
    (HERE / "smollm2.json").write_text(json.dumps(found, indent=1) + "\n")


main()
