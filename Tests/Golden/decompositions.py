"""Regenerates Sources/AffineModels/Tokenizers/WordPieces/Decompositions+Table.swift.

    pip install -r requirements.txt
    python decompositions.py

What stays of a character when it is decomposed (normalization form D) and its accents are taken away, asked
of the tokenizers library itself, character by character. Hangul syllables follow a rule and are left out.
"""
from pathlib import Path

from tokenizers.normalizers import BertNormalizer

strip = BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)

runs, last = [], None
for value in range(0x110000):
    if 0xD800 <= value < 0xE000 or 0xAC00 <= value < 0xD7A4:
        continue
    rest = strip.normalize_str(chr(value))
    if rest in ("", chr(value)):
        continue
    if last == (value - 1, rest):
        runs[-1][2] += 1
    else:
        runs.append([value, rest, 1])
    last = (value, rest)

words, following = [], None
for value, rest, count in runs:
    word = "" if value == following else f"{value:x}="
    word += "+".join(f"{ord(character):x}" for character in rest)
    words.append(word + (f"*{count:x}" if count > 1 else ""))
    following = value + count

lines = [""]
for word in words:
    if len(lines[-1]) + len(word) > 95:
        lines.append("")
    lines[-1] += ("    " if not lines[-1] else " ") + word

target = Path(__file__).parents[2] / "Sources/AffineModels/Tokenizers/WordPieces/Decompositions+Table.swift"
target.write_text('''extension Decompositions {
  /// Made by `Tests/Golden/decompositions.py`, in hexadecimal: `first=base`, then the bases of the
  /// characters that follow; `*n` says that a base serves n of them, `+` joins two of one character.
  static let text = """
''' + "\n".join(lines) + '''
    """
}
''')
print(len(runs), "runs,", len(lines), "lines")
