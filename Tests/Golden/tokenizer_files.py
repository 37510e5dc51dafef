"""Regenerates `Tokenizers` beside this file: small tokenizers as files, and the tokens that they make.

    pip install -r requirements.txt
    python tokenizer_files.py   # deterministic

Byte pairs of bytes and of characters, pieces with scores, and words, trained on the corpus, in the settings of
published models; the texts are the short strings of `tokens.json`, and of the later ones more than 1 MB in hashes.
"""
import base64
import json
import tempfile
from pathlib import Path

import sentencepiece

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


def summary(tokenizer, text):
    """Number and hash of the tokens of each piece of 8000 characters, as `tokens.py` has them."""
    lines = []
    for start in range(0, len(text), 8000):
        tokens = tokenizer.encode(text[start:start + 8000], add_special_tokens=False).ids
        value = 0xCBF29CE484222325
        for token in tokens:
            for byte in token.to_bytes(4, "little"):
                value = (value ^ byte) * 0x100000001B3 % 2**64
        lines.append(f"{len(tokens)} {value:016x}")
    return lines


def field(message, wanted):
    """The bytes of the first field of a number in a message of protocol buffers."""
    def number(place):
        value = shift = 0
        while True:
            value |= (message[place] & 127) << shift
            place, shift = place + 1, shift + 7
            if message[place - 1] < 128:
                return value, place
    place = 0
    while place < len(message):
        key, place = number(place)
        if key & 7 == 2:
            size, place = number(place)
            if key >> 3 == wanted:
                return message[place:place + size]
            place += size
        else:
            place = number(place)[1] if key & 7 == 0 else place + (4 if key & 7 == 5 else 8)


def character_map(lines):
    """A small map of characters as SentencePiece compiles it."""
    rules = {"\u00a0": " ", "\u3000": " ", "\t": " ", "\n": " ", "\ufb01": "fi", "\ufb02": "fl", "\u2026": "...", "\u2460": "1", "\u00ad": "",
             "\u00bd": "1/2", "\u2122": "TM", "\u00b5": "\u03bc", "\uac00": "\u1100\u1161"}
    rules |= {chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)}
    rules |= {"e\u0301": "\u00e9", "o\u0308": "\u00f6", "a\u0308": "\u00e4", "\u1100\u1161": "\uac00"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "rules.tsv").write_text("".join(
            " ".join(f"{ord(c):x}" for c in old) + "\t" + " ".join(f"{ord(c):x}" for c in new) + "\n" for old, new in rules.items()))
        (path / "text.txt").write_text("\n".join(lines))
        sentencepiece.SentencePieceTrainer.train(
            input=str(path / "text.txt"), model_prefix=str(path / "model"), vocab_size=1000, minloglevel=2,
            normalization_rule_tsv=str(path / "rules.tsv"))
        return base64.b64encode(field(field((path / "model.model").read_bytes(), 3), 2)).decode()


def save_others():
    """Normalization, added tokens with spaces, pieces with scores, and words."""
    corpus = (HERE.parent / "Corpus/persuasion.txt").read_text()
    mixed = (HERE / "mixed.txt").read_bytes().decode()
    lines = [sentence + "." for sentence in corpus[:60_000].split(".")] + mixed[:6_000].split("\n")
    level = pre_tokenizers.ByteLevel
    qwen = bytes_of_words(pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated"), level(add_prefix_space=False, use_regex=False)]), False)
    qwen[0].normalizer = normalizers.NFC()
    phi = characters(normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None)
    xlm, t5 = Tokenizer(models.Unigram()), Tokenizer(models.Unigram())
    xlm.normalizer = normalizers.Sequence([normalizers.Precompiled(base64.b64decode(character_map(lines))),
                                           normalizers.Replace(Regex(" {2,}"), " ")])
    xlm.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t5.normalizer = normalizers.Sequence([normalizers.Strip(left=False), normalizers.Replace(Regex(" {2,}"), "▁")])
    t5.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    pieces = dict(vocab_size=500, unk_token="<unk>", show_progress=False)
    bert = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    bert.normalizer = normalizers.BertNormalizer(lowercase=True)
    bert.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ways = {
        "qwen2": qwen, "phi3": phi,
        "xlm": (xlm, trainers.UnigramTrainer(special_tokens=["<s>", "<pad>", "</s>", "<unk>"], **pieces)),
        "t5": (t5, trainers.UnigramTrainer(special_tokens=["<pad>", "</s>", "<unk>"] + BYTES, **pieces | dict(vocab_size=700))),
        "bert": (bert, trainers.WordPieceTrainer(vocab_size=500, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
                                                 show_progress=False)),
    }
    for name, (tokenizer, trainer) in ways.items():
        tokenizer.train_from_iterator(lines, trainer)
        number = tokenizer.token_to_id
        around = {"xlm": ("<s> $A </s>", ["<s>", "</s>"]), "t5": ("$A </s>", ["</s>"]), "bert": ("[CLS] $A [SEP]", ["[CLS]", "[SEP]"])}
        if name in around:
            template, tokens = around[name]
            tokenizer.post_processor = processors.TemplateProcessing(template, special_tokens=[(token, number(token)) for token in tokens])
        marks = []
        if name == "phi3":
            marks = [AddedToken("<|user|>", rstrip=True, normalized=False, special=True), AddedToken("<|mark|>", lstrip=True, normalized=False),
                     AddedToken("whole", single_word=True, normalized=False), AddedToken("<|both|>", lstrip=True, rstrip=True, normalized=False)]
        elif name == "xlm":
            marks = [AddedToken("<mask>", lstrip=True, normalized=False, special=True)]
        elif name == "qwen2":
            marks = [AddedToken("<|im_end|>", normalized=False, special=True)]
        tokenizer.add_tokens(marks)
        content = json.loads(tokenizer.to_str())
        content["added_tokens"] = [token for token in content["added_tokens"] if not token["content"].startswith("<0x")]
        if name == "t5":
            content["model"]["byte_fallback"] = True
        folder = HERE / "Tokenizers" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        own = ["a <mask> b", "<mask><mask>", " <|user|> \n\t x", "<|mark|>", "a  \u3000<|mark|>b", "  <|both|>  <|both|> x",
               "whole", "the whole, wholesome whole.", "\u00e9whole whole\u0301", "a<|im_end|>\u0338b <|im_end|>", "\u212b A\u030a e\u0323\u0302",
               "\u1112\u1161\u11ab \ud55c", "  two  spaces   three ", "", " ", "\n", "\ufb01ne \uff21\u2026", "\u2603\u2603 \u2603", "<unk> </s><s>"]
        texts = STRINGS + own
        golden = {"texts": own, "special": [" ".join(map(str, tokenizer.encode(text).ids)) for text in texts]}
        tokenizer.encode_special_tokens = True
        golden["plain"] = [" ".join(map(str, tokenizer.encode(text, add_special_tokens=False).ids)) for text in texts]
        golden |= {"corpus": summary(tokenizer, corpus), "mixed": summary(tokenizer, mixed), "backwards": summary(tokenizer, mixed[::-1])}
        (folder / "tokens.json").write_text(json.dumps(golden, ensure_ascii=True, indent=0) + "\n")
        print(name, sum(file.stat().st_size for file in folder.iterdir()), "bytes")


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
    save_others()
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
