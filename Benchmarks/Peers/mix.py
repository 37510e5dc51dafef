"""Puts blocks of llama.cpp's quantizer where `affine quantize` put its own, so that both are judged in the same places.

    pip install numpy gguf xllamacpp
    affine quantize MODEL.gguf ours.gguf --weights q4_k_m
    python mix.py MODEL.gguf ours.gguf theirs.gguf
    affine perplexity --model theirs.gguf --activations float32 --text Tests/Golden/heldout.txt

xllamacpp offers llama.cpp's function for blocks, which rounds without an importance matrix, but not the one for whole
files. Tensors whose type is that of the model stay as they are in both files.
"""
import argparse
import ctypes
import shutil
import sys
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests/Golden"))
import llama_library  # noqa: E402

chunk = llama_library.declare(
    "ggml_quantize_chunk", ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64,
    ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("ours")
    parser.add_argument("theirs")
    arguments = parser.parse_args()
    model = {tensor.name: tensor for tensor in GGUFReader(arguments.model).tensors}
    shutil.copyfile(arguments.ours, arguments.theirs)
    counts = {}
    with open(arguments.theirs, "r+b") as file:
        for tensor in GGUFReader(arguments.ours).tensors:
            source = model[tensor.name]
            if tensor.tensor_type == source.tensor_type:
                continue
            values = np.ascontiguousarray(dequantize(source.data, source.tensor_type), np.float32)
            rows, columns = values.shape
            blocks = np.empty(tensor.n_bytes, np.uint8)
            size = chunk(tensor.tensor_type, values.ctypes.data, blocks.ctypes.data, 0, rows, columns, None)
            assert size == tensor.n_bytes, (tensor.name, size, tensor.n_bytes)
            # Both stand for the same rows.
            ours, theirs = (dequantize(data, tensor.tensor_type) for data in (tensor.data, blocks.reshape(rows, -1)))
            errors = [float(np.square(found - values).mean() / np.square(values).mean()) for found in (ours, theirs)]
            assert max(errors) < 0.1, (tensor.name, errors)
            file.seek(tensor.data_offset)
            file.write(blocks.tobytes())
            count = counts.setdefault(tensor.tensor_type.name, [0, 0.0, 0.0])
            for place, number in enumerate([1, *errors]):
                count[place] += number
    for name, (count, ours, theirs) in sorted(counts.items()):
        print(f"{name}: {count} tensors, error {ours / count:.3e} of ours and {theirs / count:.3e} of llama.cpp's")


if __name__ == "__main__":
    main()
