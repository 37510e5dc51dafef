"""Regenerates Sources/AffineModels/Tokenizers/Normalization/Decompositions+Table.swift.

    pip install -r requirements.txt
    python decompositions.py

What a character becomes in normalization form D, and whether form C makes it of that again, asked of the
tokenizers library itself, character by character. Hangul syllables follow a rule and are left out.
"""
from pathlib import Path

from tokenizers.normalizers import NFC, NFD

entries = []
for value in range(0x110000):
    if 0xD800 <= value < 0xE000 or 0xAC00 <= value < 0xD7A4:
        continue
    parts = NFD().normalize_str(chr(value))
    if parts != chr(value):
        entries.append((value, parts, NFC().normalize_str(parts) == chr(value)))

words, following = [], None
for value, parts, is_composed in entries:
    word = "" if value == following else f"{value:x}="
    word += "+".join(f"{ord(character):x}" for character in parts)
    words.append(word + ("" if is_composed else "!"))
    following = value + 1

lines = [""]
for word in words:
    if len(lines[-1]) + len(word) > 95:
        lines.append("")
    lines[-1] += ("    " if not lines[-1] else " ") + word

target = Path(__file__).parents[2] / "Sources/AffineModels/Tokenizers/Normalization/Decompositions+Table.swift"
target.write_text('''extension Decompositions {
  /// Made by `Tests/Golden/decompositions.py`, in hexadecimal: `first=parts`, then the parts of the characters
  /// that follow, joined by `+`; before `!` are those of characters never made of their parts again.
  static let text = """
''' + "\n".join(lines) + '''
    """
}
''')
print(len(entries), "characters,", len(lines), "lines")
