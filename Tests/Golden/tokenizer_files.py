"""Regenerates `Tokenizers` beside this file: small tokenizers as files, and the tokens that they make.

    pip install -r requirements.txt
    python tokenizer_files.py   # deterministic

Byte pairs of bytes and of characters, trained on the corpus, in the settings of published models; the texts are
the short strings of `tokens.json`.
"""
import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
STRINGS = json.loads((HERE / "tokens.json").read_text())["strings"]
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def bytes_of_words(pre_tokenizer, ignore_merges):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=["<|begin|>", "<|end|>"], show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    return tokenizer, trainer


def characters(normalizer, pre_tokenizer):
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    trainer = trainers.BpeTrainer(vocab_size=560, special_tokens=["<unk>", "<s>", "</s>"] + BYTES, show_progress=False, limit_alphabet=70)
    return tokenizer, trainer


def main():
    spaces = normalizers.Replace(" ", "▁")
    level = pre_tokenizers.ByteLevel
    ways = {
        "gpt2": bytes_of_words(level(add_prefix_space=False), False),
        "smollm": bytes_of_words(pre_tokenizers.Sequence([pre_tokenizers.Digits(True), level(add_prefix_space=False)]), False),
        "llama3": bytes_of_words(pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(LLAMA3), "isolated"), level(add_prefix_space=False, use_regex=False)]), True),
        "gemma": characters(spaces, pre_tokenizers.Split(" ", "merged_with_previous")),
        "llama2": characters(normalizers.Sequence([normalizers.Prepend("▁"), spaces]), None),
        "mistral": characters(None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False)),
    }
    # Sentences alone: tokens of whole lines would be slow to learn.
    corpus = (HERE.parent / "Corpus/persuasion.txt").read_text()[:60_000]
    lines = [sentence + "." for sentence in corpus.split(".")]
    for name, (tokenizer, trainer) in ways.items():
        tokenizer.train_from_iterator(lines, trainer)
        begin = "<|begin|>" if tokenizer.token_to_id("<|begin|>") is not None else "<s>"
        if name in ("llama3", "gemma", "llama2"):
            tokenizer.post_processor = processors.TemplateProcessing(f"{begin} $A", special_tokens=[(begin, tokenizer.token_to_id(begin))])
        tokenizer.add_tokens([AddedToken("<mark>", normalized=False)])
        folder = HERE / "Tokenizers" / name
        folder.mkdir(parents=True, exist_ok=True)
        content = json.loads(tokenizer.to_str())
        # As published files have it; the trainer does not write that bytes are plain tokens.
        content["added_tokens"] = [token for token in content["added_tokens"] if not token["content"].startswith("<0x")]
        (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        texts = STRINGS + ["a<mark>b", "<mark> <mark>", f"one{begin}two"]
        golden = {"texts": texts[-3:], "special": [" ".join(map(str, tokenizer.encode(text).ids)) for text in texts]}
        tokenizer.encode_special_tokens = True
        golden["plain"] = [" ".join(map(str, tokenizer.encode(text, add_special_tokens=False).ids)) for text in texts]
        (folder / "tokens.json").write_text(json.dumps(golden, ensure_ascii=True, indent=0) + "\n")
        print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes")


main()
