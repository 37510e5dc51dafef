"""Regenerates `gemma3.json`: the tokens that llama.cpp makes of the texts of `tokens.json` with Gemma 3's vocabulary,
and what it computes with Gemma 3 270M in Q4_K_M (`llama_record.py` says what).

    pip install -r requirements.txt
    python gemma3.py gemma-3-270m-q4_k_m.gguf   # deterministic
"""
import json
import sys
from pathlib import Path

import llama_library
import llama_record

HERE = Path(__file__).parent
PIECE = 8000


def fnv(tokens):
    value = 0xCBF29CE484222325
    for token in tokens:
        for byte in token.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


model = llama_library.Model(sys.argv[1])
mixed = (HERE / "mixed.txt").read_bytes().decode()
texts = {"corpus": (HERE.parent / "Corpus/persuasion.txt").read_text(), "mixed": mixed, "backwards": mixed[::-1]}
golden = {}
for name, text in texts.items():
    pieces = [model.tokens(text[start:start + PIECE]) for start in range(0, len(text), PIECE)]
    golden[name] = [f"{len(piece)} {fnv(piece)}" for piece in pieces]
golden["strings"] = [" ".join(map(str, model.tokens(text, special=True, add=True)))
                     for text in json.loads((HERE / "tokens.json").read_text())["strings"]]
# Fewer than of SmolLM2: its vocabulary makes each logit row five times as long. The last prompt is another's chat.
golden |= llama_record.recorded(model, llama_record.PROMPTS[:-1], steps=32, size=4_000, context=255)
(HERE / "gemma3.json").write_text(json.dumps(golden, indent=0) + "\n")
