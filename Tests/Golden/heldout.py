"""Regenerates `heldout.safetensors` beside this file: embeddings of the texts of `heldout.txt`, a line a text.

    pip install -r requirements.txt    # sentence-transformers, safetensors
    python heldout.py FOLDER           # of all-MiniLM-L6-v2

No constant of the library was chosen on these texts: they were written afterwards, for the distributions that
`Docs.docc/Models.md` shows and the tests assert on. A line is a word, a question, a sentence, a review, code, another
language, or a paragraph: 3 to 256 tokens.

    embeddings  F16 [texts, 384], sentence-transformers' in float32 on the CPU, one text at a time, of length 1

Rounding to halves, by 2^-11 of each value at most, leaves a cosine of 1 - 2^-23 or more between each and itself. A rerun writes identical bytes.
"""
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer


def main(folder):
    path = Path(__file__).with_name("heldout.txt")
    texts = path.read_text(encoding="utf-8").split("\n")[:-1]
    assert len(set(texts)) == len(texts) >= 200 and all(texts)
    model = SentenceTransformer(folder, device="cpu")
    embeddings = np.stack([model.encode(text, batch_size=1, normalize_embeddings=True) for text in texts])
    halves = embeddings.astype(np.float16)
    wide = halves.astype(np.float64)
    cosines = (embeddings * wide).sum(1) / np.linalg.norm(wide, axis=1) / np.linalg.norm(embeddings, axis=1)
    assert cosines.min() > 1 - 2**-23, cosines.min()
    counts = [len(model.tokenizer(text, truncation=True).input_ids) for text in texts]
    save_file({"embeddings": halves}, path.with_suffix(".safetensors"))
    print(f"{len(texts)} texts of {min(counts)} to {max(counts)} tokens, half of them below {sorted(counts)[len(counts) // 2]}")


if __name__ == "__main__":
    main(sys.argv[1])
