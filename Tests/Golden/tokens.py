"""Regenerates `mixed.txt` and `tokens.json` beside this file: what llama.cpp and tokenizers make of texts.

    pip install -r requirements.txt
    AFFINE_SMOLLM2=… AFFINE_MINILM=… python tokens.py   # deterministic

Three texts: the corpus, `mixed.txt`, and the latter backwards, scalar by scalar; together more than 1 MB. Of each
piece of 8000 scalars the golden file has the number of tokens and FNV-1a of their numbers, four bytes each; of short
strings it has all tokens. Ways to cut texts into words other than SmolLM2's are asked of llama.cpp with SmolLM2's
vocabulary under another name of a pre-tokenizer.
"""
import json
import os
import random
import tempfile
from pathlib import Path

import gguf
from tokenizers import Tokenizer

import llama_library

HERE = Path(__file__).parent
MODEL = os.environ["AFFINE_SMOLLM2"]
MINILM = Path(os.environ["AFFINE_MINILM"]) / "tokenizer.json"
PIECE = 8000

SENTENCES = """
Where shall we meet tomorrow?|Où nous retrouverons-nous demain, à l'heure du thé ?|¿Dónde nos veremos mañana, señor Núñez?
Wo treffen wir uns morgen? Straße, Größe, Übermäßigkeit.|Onde nos encontraremos amanhã? Coração e pão.|Dove ci vediamo?
Где мы встретимся завтра? Ёлка и йод.|Де ми зустрінемось завтра? Їжак і ґанок.|Πού θα συναντηθούμε αύριο; Ο Ὀδυσσεύς.
明天我们在哪里见面？北京大学，二〇二四年。|明日はどこで会いましょうか。カタカナとひらがな、ｶﾅ。|내일 어디에서 만날까요? 한국어.
אֵיפֹה נִפָּגֵשׁ מָחָר?|أين نلتقي غدًا؟ مُحَمَّد ١٢٣|फिर कल कहाँ मिलेंगे? क्षत्रिय १२३|আগামীকাল কোথায় দেখা হবে?|நாளை எங்கே சந்திப்போம்?
พรุ่งนี้เราจะพบกันที่ไหน ๔๕|ხვალ სად შევხვდებით?|Ո՞ւր կհանդիպենք վաղը|ነገ የት እንገናኝ?|ཞོགས་པ་བདེ་ལེགས|မနက်ဖြန် ဘယ်မှာ|ស្អែកជួបគ្នា
Ngày mai chúng ta gặp nhau ở đâu? Tiếng Việt.|Yarın nerede buluşalım? İstanbul ıslık.|Hvor mødes vi? Blåbærgrød.|Gdzie się spotkamy? Łódź.
👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇰🇯🇵 ☃️ 1️⃣ 🫠|e\u0301 = é, o\u0308\u0304 = ȫ, ﬁ ﬃ Ⅷ ½ ² ₂ ① ㎏ ℡ ﷺ|∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ ≠ ∞ ∮ ± × ÷
I'm, you're, he'd, we've, they'll, IT'S, DON'T, 'tis, rock'n'roll, ’s|3.14159 1,000,000 0xDEADBEEF 1e-9 2024-02-29 +45 12 34 56 78
""".strip("\n").replace("\n", "|").split("|")

CODE = [
    "def f(x: int) -> int:\n    return x ** 2 if x > 0 else -x  # TODO\n\n\n",
    "for (int i = 0; i < n; ++i) {\n\tsum += a[i] * b[i];\n\tif (!sum) break;\n}\n",
    "public func map<T>(_ body: (Element) throws -> T) rethrows -> [T] {\r\n  try map(body)\r\n}\r\n",
    "SELECT id, COUNT(*) FROM t WHERE a <> 'b' GROUP BY id HAVING COUNT(*) >= 10;\n",
    "<div class=\"a-b c_d\" id='x'>&nbsp;&amp;</div>\n<!-- no -->\n", "{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"\\u00e9\"}}\n",
    "$ grep -rn 'x' ./src | sed -e 's/a/b/g' > /dev/null 2>&1 && echo \"${HOME}\"\n", "#include <stdio.h>\n#define MAX(a,b) ((a)>(b)?(a):(b))\n",
]

ODD = ["\u0000", "\u0001", "\u001b[0m", "\u001c", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028", "\ufeff",
       "\ufffd", "\uffff", "\U000e0041", "\U0010ffff", "\ue000", "\u0301", "\u0327\u0301", "\u20dd", "\ufe0f", "\u3000", "\u1680", "\ua9bd"]


def scalars(generator, first, last, count):
    drawn = (generator.randrange(first, last) for _ in range(count))
    return "".join(chr(value) for value in drawn if not 0xD800 <= value < 0xE000)


def part(generator, corpus):
    """A few words of one kind."""
    kind = generator.randrange(15)
    if kind < 3:
        return generator.choice(SENTENCES) + generator.choice([" ", "\n", ""])
    if kind < 5:
        return generator.choice(CODE)
    if kind < 7:
        start = generator.randrange(len(corpus) - 90)
        return corpus[start:start + generator.randrange(90)]
    if kind == 7:
        return generator.choice([" ", "\n", "\r\n", "\t", "\n\n", " \n", "\u00a0"]) * generator.randrange(1, 30)
    if kind == 8:
        return str(generator.randrange(10 ** generator.randrange(1, 20)))
    if kind == 9:
        block = generator.randrange(0x80, 0x3100, 0x40)
        return scalars(generator, block, block + 0x40, 8) + generator.choice(["", " "])
    if kind == 10:
        return scalars(generator, *generator.choice([(0x4E00, 0xA000), (0xAC00, 0xD7A4), (0x1F300, 0x1FB00), (0xA000, 0xAC00),
                                                     (0xF900, 0xFFFE), (0x10000, 0x12000), (0x1D100, 0x1D800), (0, 0x110000)]), 5)
    if kind == 11:
        return "".join(generator.choice("{}[]()<>=+-*/&|^%$#@!~`;:,.?\\\"'_ ") for _ in range(generator.randrange(1, 14)))
    if kind == 12:
        return generator.choice(ODD) * generator.randrange(1, 3)
    if kind == 13:
        return "".join(generator.choice("abcXYZ0189 éÉßçñ½²Ⅷ٣'s\u0301") for _ in range(generator.randrange(1, 20)))
    return generator.choice("aW=-.é字 ") * generator.randrange(1, 120)


def mixed(generator, corpus, size):
    parts, count = [], 0
    while count < size:
        parts.append(part(generator, corpus))
        count += len(parts[-1].encode())
    return "".join(parts)


def strings(generator, corpus):
    short = ["", " ", "  ", "\n", "a", " a", "a ", "'", "''s", "'S", " 's", "1", "12", " 1", "a1b2", "é", "e\u0301", "\r\n", "\u3000", "[CLS] [SEP][MASK]",
             "<|im_start|>user\nHi<|im_end|>", "<|im_start", "<|im_start|><|im_end|><|endoftext|>", "[ CLS]", "a" * 100, "b" * 101, "x" * 3000, "\n" * 50]
    return short + SENTENCES + ODD + [mixed(generator, corpus, 30) for _ in range(150)]


def fnv(tokens):
    value = 0xCBF29CE484222325
    for token in tokens:
        for byte in token.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def summary(tokens, text):
    pieces = [tokens(text[start:start + PIECE]) for start in range(0, len(text), PIECE)]
    return [f"{len(piece)} {fnv(piece)}" for piece in pieces]


def renamed(name, folder):
    """SmolLM2's vocabulary with another way to cut texts into words."""
    fields = gguf.GGUFReader(MODEL).fields
    path = Path(folder) / f"{name}.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(name)
    writer.add_token_list(fields["tokenizer.ggml.tokens"].contents())
    writer.add_token_types(fields["tokenizer.ggml.token_type"].contents())
    writer.add_token_merges(fields["tokenizer.ggml.merges"].contents())
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    for key in ("context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count"):
        writer.add_uint32(f"llama.{key}", fields[f"llama.{key}"].contents())
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return str(path)


def llama(path, special=False):
    vocabulary = llama_library.Vocabulary(path)
    return lambda text: vocabulary.tokens(text, special)


def bert(special=False):
    tokenizer = Tokenizer.from_file(str(MINILM))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = not special
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


corpus = (HERE.parent / "Corpus/persuasion.txt").read_text()
generator = random.Random(2)
text = mixed(generator, corpus, 450_000)
(HERE / "mixed.txt").write_bytes(text.encode())
texts = {"corpus": corpus, "mixed": text, "backwards": text[::-1]}
short = strings(generator, corpus)
golden = {"strings": short, "tokenizers": {}}
with tempfile.TemporaryDirectory() as folder:
    ways = {"smollm": llama(MODEL), "minilm": bert()}
    ways |= {name: llama(renamed(name, folder)) for name in ("default", "gpt-2", "llama-bpe", "qwen2")}
    for name, tokens in ways.items():
        golden["tokenizers"][name] = {key: summary(tokens, value) for key, value in texts.items()}
    for name, tokens in (("smollm", ways["smollm"]), ("minilm", ways["minilm"]),
                         ("smollm-special", llama(MODEL, special=True)), ("minilm-special", bert(special=True))):
        golden["tokenizers"].setdefault(name, {})["strings"] = [" ".join(map(str, tokens(value))) for value in short]
(HERE / "tokens.json").write_text(json.dumps(golden, ensure_ascii=True, indent=0) + "\n")
print(sum(len(value.encode()) for value in texts.values()), "bytes,", len(short), "strings")
