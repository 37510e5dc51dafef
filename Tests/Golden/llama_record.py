"""What llama.cpp computes with a model: the tokens that it chooses, how sure it is of them, how well it foresees a text.

For each prompt: its tokens, those that follow greedily, the gap between the two largest logits at each step, and by how
much the five largest logits differ at most when llama.cpp itself reads the same tokens at once instead of one by one:
rounding changes codes of inputs, and these what follows. By that a difference can be judged. For the beginning of the
corpus: the perplexity of neighbouring windows, each after the token that begins a text if the model has one (without it
Gemma foresees five times worse), every token of a window but the first counted.
"""
from pathlib import Path

import numpy as np

import llama_library

CORPUS = Path(__file__).parents[1] / "Corpus/persuasion.txt"
PROMPTS = [
    "The capital of France is",
    "Once upon a time, in a small village by the sea,",
    "Water boils at",
    "def fibonacci(n):\n",
    "The three primary colours are",
    "Dear Sir or Madam,\n\nI am writing to",
    "Photosynthesis is the process by which",
    "1, 1, 2, 3, 5, 8, 13,",
    "In 1815 the battle of Waterloo",
    "<|im_start|>user\nWhat is the largest planet?<|im_end|>\n<|im_start|>assistant\n",
]


def continued(model, prompt, steps):
    tokens = model.tokens(prompt, special=True, add=True)
    model.reset()
    rows = [model.read(tokens, last=True)[0]]
    while len(rows) < steps:
        rows.append(model.read([int(rows[-1].argmax())])[0])
    greedy = [int(row.argmax()) for row in rows]
    gaps = [round(float(np.diff(np.partition(row, -2)[-2:])[0]), 5) for row in rows]
    model.reset()
    again = model.read(tokens + greedy[:-1])[len(tokens) - 1:]
    tops = [np.argsort(row)[-5:] for row in rows]
    noise = max(float(np.abs(other[top] - row[top]).max()) for row, other, top in zip(rows, again, tops))
    return {"prompt": prompt, "tokens": tokens, "greedy": greedy, "gaps": gaps, "noise": round(noise, 5),
            "differently": sum(int(row.argmax()) != token for row, token in zip(again, greedy))}


def loss(row, token):
    top = row.max()
    return float(np.log(np.exp(row - top).sum()) + top - row[token])


def perplexity(model, size, context):
    tokens, begin = model.tokens(CORPUS.read_bytes()[:size]), model.tokens("", add=True)
    losses = []
    for start in range(0, len(tokens), context):
        window = begin + tokens[start:start + context]
        model.reset()
        losses += [loss(row, token) for row, token in zip(model.read(window), window[1:])]
    return {"bytes": size, "context": context, "tokens": len(tokens), "counted": len(losses), "value": float(np.exp(np.mean(losses)))}


def recorded(model, prompts, steps, size, context):
    return {
        "version": llama_library.VERSION,
        "continuations": [continued(model, prompt, steps) for prompt in prompts],
        "perplexity": perplexity(model, size, context),
    }
