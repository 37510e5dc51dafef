"""Prints pairs of neighbouring sentences of a text as JSON lines, for an encoder to learn from.

usage: pairs.py TEXT > pairs.jsonl
"""

import json
import pathlib
import re
import sys

text = re.sub(r"\s+", " ", pathlib.Path(sys.argv[1]).read_text())
sentences = [sentence for sentence in re.split(r"(?<=[.!?]) ", text) if 30 < len(sentence) < 300]
for first, second in zip(sentences[::2], sentences[1::2]):
    print(json.dumps({"anchor": first, "positive": second}))
