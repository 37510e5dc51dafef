"""Writes smollm2.json: what llama.cpp computes with SmolLM2-135M-Instruct in Q4_1 (`llama_record.py` says what).

    pip install -r requirements.txt
    python llama.py SmolLM2-135M-Instruct.Q4_1.gguf
"""
import json
import sys
from pathlib import Path

import llama_library
import llama_record

found = llama_record.recorded(llama_library.Model(sys.argv[1]), llama_record.PROMPTS, steps=48, size=20_000, context=512)
Path(__file__).with_name("smollm2.json").write_text(json.dumps(found, indent=1) + "\n")
