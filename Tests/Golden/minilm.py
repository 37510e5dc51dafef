"""Regenerates the golden vectors `minilm.safetensors` beside this file: embeddings of all-MiniLM-L6-v2.

    pip install -r requirements.txt    # torch, transformers, tokenizers, safetensors
    python minilm.py FOLDER            # the model's: config.json, model.safetensors, tokenizer.json

A rerun writes identical bytes.

Every number comes from torch in float32, on the CPU, one text at a time. The tensors of the file are

    tokens      I32, the tokens of all texts one after the other, with [CLS] and [SEP]
    lengths     I32, how many tokens each text has
    embeddings  F32 [texts, 384], the mean over tokens, of length 1

`golden` in `__metadata__` is a JSON object of the `texts`, and the `versions` of the libraries used.
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer

MAXIMUM = 256  # sentence_bert_config.json
PARAGRAPH = (
    "A matrix that is stored in few bits is read from memory in less time than one that is stored in "
    "many, and a processor that waits for memory is a processor that does nothing. What is lost is "
    "precision: every value becomes the nearest of a few that a code and a scale can name. ")
TEXTS = [
    "Cat",
    "A cat sleeps on the warm roof.",
    "The quick brown fox jumps over the lazy dog.",
    "How do I reset my password?",
    "Where can I change the password of my account?",
    "Zürich liegt am nördlichen Ende des Zürichsees, und im Winter weht die Bise.",
    "La bibliothèque ferme à dix-huit heures, sauf le dimanche où elle reste ouverte.",
    "El niño comió una manzana y después salió a jugar al fútbol.",
    "Мороз и солнце; день чудесный!",
    "東京は日本の首都です。",
    "func dequantize(_ code: Int8, scale: Float) -> Float { Float(code) * scale }",
    "3.14159, 2.71828 & 1,000,000 - 50% = ???",
    "I would rather be ashes than dust! 🔥🔥",
    PARAGRAPH,
    2 * PARAGRAPH,
    12 * PARAGRAPH,  # longer than a text may be
]


def main(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAXIMUM)
    tokenizer.no_padding()
    model = transformers.BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    sequences = [tokenizer.encode(text).ids for text in TEXTS]
    embeddings = []
    with torch.no_grad():
        for tokens in sequences:
            states = model(torch.tensor([tokens])).last_hidden_state[0]
            embeddings.append(torch.nn.functional.normalize(states.mean(0), dim=0))
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    # One entry: the order of several changes from run to run.
    metadata = {"golden": json.dumps({"texts": TEXTS, "versions": versions})}
    tensors = {
        "tokens": torch.tensor(sum(sequences, []), dtype=torch.int32),
        "lengths": torch.tensor([len(tokens) for tokens in sequences], dtype=torch.int32),
        "embeddings": torch.stack(embeddings),
    }
    path = Path(__file__).with_name("minilm.safetensors")
    save_file(tensors, path, metadata)
    print(f"{path.name}: {len(TEXTS)} texts of {tensors['lengths'].tolist()} tokens")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
