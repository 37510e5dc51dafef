"""Regenerates the golden file `gguf.gguf` beside this file.

    pip install -r requirements.txt    # gguf 0.19.0, numpy 2.4.6
    python generate_gguf.py            # deterministic: a rerun writes identical bytes

Blocks and their values come from the reference library itself. The tensors are

    blocks/<type>   blocks of a type: random bytes with scales of every kind, then quantized values where the
                    library quantizes to the type
    values/<type>   F32, what the library reads them as

and the metadata have a key of every type, arrays, and arrays in arrays.
"""
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type, GGUFReader, GGUFValueType as Value, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

# Where the binary16 numbers of a block lie.
HALVES = {Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0], Type.Q2_K: [80, 82],
          Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208], Type.MXFP4: [], Type.NVFP4: [],
          Type.TQ1_0: [52], Type.TQ2_0: [64]}
QUANTIZED = [Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.MXFP4]
# Zeros, subnormal numbers, the largest, ordinary ones; of either sign.
EXTREME_HALVES = np.array([0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x83ff, 0x0400, 0x7bff, 0xfbff, 0x3c00, 0xb800],
                          np.uint16)
# Subnormal powers of two, one, the largest, and what stands for no number.
EXTREME_EXPONENTS = np.array([0, 1, 2, 127, 253, 254, 255], np.uint8)
ROWS = 4


def finite(halves):
    """Takes a bit of the exponent away from what would be infinite or NaN."""
    return np.where(halves & 0x7c00 == 0x7c00, halves & 0xbfff, halves).astype(np.uint16)


def random_blocks(random, kind):
    values, size = GGML_QUANT_SIZES[kind]
    columns = 96 if values == 32 else 512
    count = ROWS * columns // values
    blocks = random.randint(0, 256, (count, size)).astype(np.uint8)
    for place, offset in enumerate(HALVES[kind]):
        halves = finite(random.randint(0, 1 << 16, count).astype(np.uint16))
        # The second number of a block runs through the extremes at another pace than the first.
        extremes = np.resize(np.roll(EXTREME_HALVES, place), count)
        halves = np.where(np.arange(count) % 4 < 3, extremes, halves)
        blocks[:, offset:offset + 2] = halves.astype(np.uint16).view(np.uint8).reshape(count, 2)
    if kind == Type.MXFP4:
        blocks[:len(EXTREME_EXPONENTS), 0] = EXTREME_EXPONENTS
    if kind == Type.TQ2_0:
        # What no quantizer writes: the fourth code, of both bits.
        blocks[:, :64] &= ~((blocks[:, :64] & blocks[:, :64] >> 1 & 0x55) << 1)
    if kind == Type.NVFP4:
        blocks[:, :4] &= 0x7f
        blocks[:4, 0] = [0x00, 0x01, 0x7e, 0x7f]
    return blocks.reshape(ROWS, -1)


def quantized_blocks(random, kind):
    columns = max(GGML_QUANT_SIZES[kind][0], 96)
    values = random.standard_normal((ROWS, columns)) * 10.0 ** random.randint(-3, 3, (ROWS, 1))
    values[1, 32:64] = 0
    return quantize(values.astype(np.float32), kind)


def float_bytes(random, kind):
    bits = random.randint(0, 1 << 16, (ROWS, 64)).astype(np.uint16)
    bits[0, :len(EXTREME_HALVES)] = EXTREME_HALVES
    if kind == Type.F16:
        return finite(bits).view(np.float16)
    if kind == Type.BF16:
        return bits.view(np.uint8)
    return (random.standard_normal((ROWS, 64)) * 10.0 ** random.randint(-30, 30, (ROWS, 1))).astype(np.float32)


def add_metadata(writer):
    for value, kind in [(250, Value.UINT8), (-5, Value.INT8), (65000, Value.UINT16), (-300, Value.INT16),
                        (4000000000, Value.UINT32), (-70000, Value.INT32), (0.1, Value.FLOAT32), (True, Value.BOOL),
                        ("grün ☃", Value.STRING), (1 << 63, Value.UINT64), (-(1 << 40), Value.INT64),
                        (0.1, Value.FLOAT64)]:
        writer.add_key_value(f"value.{kind.name.lower()}", value, kind)
        writer.add_key_value(f"array.{kind.name.lower()}", [value] * 3, Value.ARRAY, sub_type=kind)
    writer.add_key_value("array.array", [["a", "", "ü"], [1, -2], [[True], [False]]], Value.ARRAY)


def main():
    path = Path(__file__).with_name("gguf.gguf")
    writer = GGUFWriter(path, "golden")
    add_metadata(writer)
    random = np.random.RandomState(0)
    tensors = {}
    for kind in [Type.F32, Type.F16, Type.BF16]:
        tensors[kind.name] = kind, float_bytes(random, kind)
    for kind in HALVES:
        if kind not in [Type.NVFP4, Type.TQ1_0, Type.TQ2_0]:
            tensors[kind.name] = kind, random_blocks(random, kind)
    for kind in QUANTIZED:
        tensors[f"{kind.name}/quantized"] = kind, quantized_blocks(random, kind)
    # Added later: what came before it keeps its random bytes.
    tensors["NVFP4"] = Type.NVFP4, random_blocks(random, Type.NVFP4)
    tensors["TQ1_0"] = Type.TQ1_0, random_blocks(random, Type.TQ1_0)
    tensors["TQ2_0"] = Type.TQ2_0, random_blocks(random, Type.TQ2_0)
    tensors["TQ1_0/quantized"] = Type.TQ1_0, quantized_blocks(random, Type.TQ1_0)
    with np.errstate(over="ignore"):
        for name, (kind, data) in tensors.items():
            raw = kind if data.dtype == np.uint8 else None
            writer.add_tensor(f"blocks/{name}", data, raw_dtype=raw)
            writer.add_tensor(f"values/{name}", np.ascontiguousarray(dequantize(data, kind), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{path.name}: {len(GGUFReader(path).tensors)} tensors, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
