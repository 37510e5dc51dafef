"""Regenerates `checkpoints.safetensors` beside this file: small weights as other projects store them.

    pip install -r requirements.txt    # mlx, numpy, compressed-tensors, and what `packages.py` says
    python checkpoints.py              # deterministic: a rerun writes identical bytes

MLX cases are made by mlx itself: its words, its scales and biases, and the values that it dequantizes to.

In the others codes, zero points and scales are random and the expected values are (code - zero point) * scale in
float32. The words of the file are packed by the packages' own code:

    GPTQ                  `pack` of auto-gptq's QuantLinear. It writes version 1, of which zero points lose one; a file
                          of version 2, which gptqmodel introduced so as to write them as they are, is one of version 1
                          whose zero points are one more. A zero point of 0 is never drawn: the packer spoils its
                          neighbours then.
    AWQ                   `from_linear` of autoawq's WQLinear_GEMM
    compressed-tensors    `compress` of its own compressors; `pack_to_int32` where columns have an order

Only compressed-tensors' words with gaps, which it wrote before 2026, are packed here bit by bit, from the description
of that format; `words_of` is held to the package's words without gaps.

A case `c` is a module named `c`, with

    c.<part>       the tensors of the format
    c/expected     F32 [outputs, inputs], the values
    c/codes        U8 [outputs, inputs], the codes as our type has them, or their lowest 8 bits
    c/columns      I32 [inputs], if a reader must put the columns in another order: expected and codes are in it

and `__metadata__` maps `c` to its configuration and `type/c` to the name of our type.
"""
import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import torch
from compressed_tensors.compressors.naive_quantized.base import IntQuantizationCompressor
from compressed_tensors.compressors.pack_quantized import PackedQuantizationCompressor, pack_to_int32
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme

import packages

TYPES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16", "int8": "I8", "uint8": "U8", "int16": "I16",
         "int32": "I32", "uint32": "U32", "int64": "I64"}
random = np.random.RandomState(0)
tensors, metadata = {}, {}


def bfloat16(values):
    """The upper halves of float32 numbers that have nothing in the lower."""
    bits = values.astype(np.float32).view(np.uint32)
    assert not (bits & 0xFFFF).any()
    return (bits >> 16).astype(np.uint16)


def add(name, array, kind=None):
    tensors[name] = (kind or array.dtype.name, array.shape, np.ascontiguousarray(array).tobytes())


def add_case(name, configuration, our_type, parts, codes, expected, columns=None):
    for part, array in parts.items():
        kind = None
        if isinstance(array, tuple):
            array, kind = array
        add(f"{name}.{part}", array, kind)
    add(f"{name}/codes", codes.astype(np.uint8))
    add(f"{name}/expected", expected.astype(np.float32))
    if columns is not None:
        add(f"{name}/columns", columns.astype(np.int32))
    metadata[name], metadata[f"type/{name}"] = json.dumps(configuration), our_type


def words_of(codes, bits, straddle=True):
    """Words of 32 bits from one row of codes, a bit at a time, low bits first.

    With `straddle` a code may begin in one word and end in the next; without, it starts a new word instead.
    """
    words, position = [0], 0
    for code in codes:
        if not straddle and position % 32 + bits > 32:
            position += 32 - position % 32
        for bit in range(bits):
            while position // 32 >= len(words):
                words.append(0)
            words[position // 32] |= (int(code) >> bit & 1) << position % 32
            position += 1
    return np.array(words, np.uint32).view(np.int32)


def packed_rows(codes, bits, straddle=True):
    return np.stack([words_of(row, bits, straddle) for row in codes])


def packed_columns(codes, bits, straddle=True):
    return np.stack([words_of(column, bits, straddle) for column in codes.T], axis=1)


def some_scales(shape, kind):
    """Scales of about 0.01 that the type holds, of either sign."""
    values = random.uniform(0.005, 0.02, shape) * random.choice([-1, 1], shape)
    if kind == "bfloat16":
        return (values.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)
    return values.astype(kind).astype(np.float32)


def stored(scales, kind):
    return (bfloat16(scales), "bfloat16") if kind == "bfloat16" else scales.astype(kind)


def values(codes, zeros, scales, group):
    """(code - zero point) * scale, with one of each for `group` columns."""
    repeat = lambda grid: np.repeat(grid, group, axis=1)[:, :codes.shape[1]]
    return (codes - repeat(zeros)).astype(np.float32) * repeat(scales)


# MLX

def mlx_case(mode, bits, group, kind):
    name = f"mlx-{mode}-{bits}-{group}-{kind}"
    weight = mx.array(random.standard_normal((3, 128)).astype(np.float32)).astype(getattr(mx, kind))
    words, scales, *biases = mx.quantize(weight, group, bits, mode)
    if mode == "affine":
        floats = [scales.astype(mx.float32), biases[0].astype(mx.float32)]
        expected = mx.dequantize(words, *floats, group_size=group, bits=bits)
        raw = lambda array: (np.array(array.view(mx.uint16 if kind != "float32" else mx.uint32)), kind)
        parts = {"scales": raw(scales), "biases": raw(biases[0])}
        ours = f"uint{bits}-group{group}-biased" + ("" if kind == "float32" else f"-{kind}")
    else:
        expected = mx.dequantize(words, scales, group_size=group, bits=bits, mode=mode, dtype=mx.float32)
        parts = {"scales": np.array(scales)}
        ours = {"mxfp4": "float4e2m1", "mxfp8": "float8e4m3"}[mode] + f"-group{group}-e8m0"
    words = np.array(words)
    codes = [[sum((int(row[(c * bits + bit) // 32]) >> (c * bits + bit) % 32 & 1) << bit for bit in range(bits))
              for c in range(128)] for row in words]
    quantization = {"group_size": group, "bits": bits} | ({} if mode == "affine" else {"mode": mode})
    add_case(name, {"model_type": "llama", "quantization": quantization, "quantization_config": quantization}, ours,
             parts | {"weight": words}, np.array(codes), np.array(expected))


for index, (bits, group) in enumerate([(b, g) for b in [2, 3, 4, 5, 6, 8] for g in [32, 128]] + [(4, 64)]):
    mlx_case("affine", bits, group, ["float32", "float16", "bfloat16"][index % 3])
mlx_case("mxfp4", 4, 32, "float32")
mlx_case("mxfp8", 8, 32, "float32")


# GPTQ

def linear_of(codes, zeros, scales, group_index, kind):
    """A layer of torch with such values, rounded to the type of the scales: to pack it finds the codes again."""
    layer = torch.nn.Linear(codes.shape[1], codes.shape[0], bias=False, dtype=getattr(torch, kind))
    values = (codes - zeros[:, group_index]) * scales[:, group_index]
    layer.weight.data = torch.tensor(values).to(layer.weight.dtype)
    return layer


def gptq_packed(bits, group, codes, zeros, scales, group_index, kind):
    layer = linear_of(codes, zeros, scales, group_index, kind)
    packed = packages.gptq_linear.QuantLinear(
        bits, group, codes.shape[1], codes.shape[0], False, weight_dtype=layer.weight.dtype)
    # numpy, which the packer asks for zero points as words, has no bfloat16.
    zeros = torch.tensor(zeros, dtype=torch.float32)
    packed.pack(layer, torch.tensor(scales, dtype=layer.weight.dtype), zeros, torch.tensor(group_index))
    assert (packed.scales.float().numpy() == scales.T.astype(np.float32)).all()
    return packed


def gptq_case(bits, version, symmetric, group, shape=(32, 32), order=False, kind="float16"):
    outputs, inputs = shape
    size = inputs if group == -1 else group
    groups = inputs // size
    half = 2 ** (bits - 1)
    codes = random.randint(0, 2 ** bits, shape)
    zeros = np.full((outputs, groups), half) if symmetric else random.randint(1, 2 ** bits, (outputs, groups))
    scales = some_scales((outputs, groups), kind)
    group_index = np.arange(inputs) // size
    columns = None
    in_file = codes
    if order:
        # Column i of the file belongs to group_index[i]; ours are sorted by group.
        group_index = random.permutation(group_index)
        columns = np.argsort(group_index, kind="stable")
        in_file = np.empty_like(codes)
        in_file[:, columns] = codes
    packed = gptq_packed(bits, size, in_file, zeros + version - 1, scales, group_index, kind)
    configuration = {"quant_method": "gptq", "bits": bits, "group_size": group, "sym": symmetric, "desc_act": order,
                     "checkpoint_format": "gptq" if version == 1 else "gptq_v2"}
    storage, mapping = (f"int{bits}", "") if symmetric else (f"uint{bits}", "")
    granularity = "row" if group == -1 else f"group{group}"
    scale = "" if kind == "float32" else f"-{kind}"
    add_case(f"gptq-{bits}-v{version}-{'sym' if symmetric else 'asym'}-{granularity}{'-order' if order else ''}",
             {"quantization_config": configuration}, f"{storage}-{granularity}{mapping}{scale}",
             {"qweight": packed.qweight.numpy(), "qzeros": packed.qzeros.numpy(), "scales": stored(scales.T, kind),
              "g_idx": packed.g_idx.int().numpy()},
             codes - (half if symmetric else 0), values(codes, zeros, scales, size), columns)


for bits in [2, 3, 4, 8]:
    for version in [1, 2]:
        for symmetric in [False, True]:
            gptq_case(bits, version, symmetric, 16)
gptq_case(4, 1, False, -1, kind="bfloat16")
gptq_case(4, 1, False, 16, (32, 64), order=True)
gptq_case(3, 2, True, 8, order=True)


# AWQ

def awq_case(group):
    outputs, inputs = 32, 48
    size = inputs if group == -1 else group
    codes = random.randint(0, 16, (outputs, inputs))
    zeros = random.randint(0, 16, (outputs, inputs // size))
    scales = some_scales(zeros.shape, "float16")
    packed = packages.awq_linear.WQLinear_GEMM.from_linear(
        linear_of(codes, zeros, scales, np.arange(inputs) // size, "float32"), 4, size,
        scales=torch.tensor(scales.T.copy()), zeros=torch.tensor(zeros.T.copy()))
    granularity = "row" if group == -1 else f"group{group}"
    configuration = {"quant_method": "awq", "bits": 4, "group_size": group, "zero_point": True, "version": "gemm"}
    add_case(f"awq-{granularity}", {"quantization_config": configuration}, f"uint4-{granularity}-float16",
             {"qweight": packed.qweight.numpy(), "qzeros": packed.qzeros.numpy(), "scales": packed.scales.numpy()},
             codes, values(codes, zeros, scales, size))


awq_case(16)
awq_case(-1)


# compressed-tensors

def compressed_case(layout, bits, strategy, symmetric, straddle=True, group=16, order=False, shape=(16, 32),
                    kind="bfloat16"):
    outputs, inputs = shape
    half = 2 ** (bits - 1)
    grid = {"tensor": (1, 1), "channel": (outputs, 1), "group": (outputs, inputs // group)}[strategy]
    codes = random.randint(-half, half, shape)
    zeros = np.zeros(grid, int) if symmetric else random.randint(-half, half, grid)
    scales = some_scales(grid, kind)
    every = lambda array: np.broadcast_to(array, (outputs, array.shape[1]))
    expected = values(codes, every(zeros), every(scales), group if strategy == "group" else inputs)
    columns, in_file = None, codes
    parts = {"weight_scale": stored(scales.reshape(1) if strategy == "tensor" else scales, kind)}
    small = lambda numbers: torch.tensor(numbers, dtype=torch.int8)
    if order:
        group_index = random.permutation(np.arange(inputs) // group)
        columns = np.argsort(group_index, kind="stable")
        in_file = np.empty_like(codes)
        in_file[:, columns] = codes
        parts["weight_g_idx"] = group_index.astype(np.int32)
    weights = {"num_bits": bits, "type": "int", "symmetric": symmetric, "strategy": strategy, "dynamic": False,
               "group_size": group if strategy == "group" else None, "block_structure": None, "actorder": None}
    if order or not straddle:
        words = pack_to_int32(small(in_file), bits).numpy()
        assert (words == packed_rows(in_file + half, bits)).all()
        parts["weight_packed"] = words if straddle else packed_rows(in_file + half, bits, False)
        parts["weight_shape"] = np.array(shape, np.int64)
        if not symmetric:
            parts["weight_zero_point"] = packed_columns(zeros + half, bits, straddle)
    else:
        given = {"weight": torch.tensor(expected), "weight_scale": torch.tensor(scales.reshape(parts["weight_scale"][0].shape
                 if isinstance(parts["weight_scale"], tuple) else parts["weight_scale"].shape)),
                 "weight_zero_point": small(zeros)}
        compressor = PackedQuantizationCompressor if layout == "pack-quantized" else IntQuantizationCompressor
        arguments = {name: value for name, value in weights.items() if name not in ("block_structure", "actorder")}
        scheme = QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**arguments))
        found = compressor.compress(given, scheme)
        parts |= {name: value.numpy() for name, value in found.items() if name != "weight_scale"}
    configuration = {"quant_method": "compressed-tensors", "format": layout, "quantization_status": "compressed",
                     "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights,
                                                   "input_activations": None, "output_activations": None}},
                     "ignore": ["lm_head"], "kv_cache_scheme": None}
    storage = f"int{bits if layout == 'pack-quantized' else 8}"
    granularity = {"tensor": "tensor", "channel": "row", "group": f"group{group}"}[strategy]
    mapping = "" if symmetric else "-asymmetric"
    scale = "" if kind == "float32" else f"-{kind}"
    details = ("" if symmetric else "-asym") + ("" if straddle else "-gaps") + ("-order" if order else "")
    add_case(f"{layout}-{bits}-{strategy}{details}", {"quantization_config": configuration},
             f"{storage}-{granularity}{mapping}{scale}", parts, codes, expected, columns)


compressed_case("pack-quantized", 4, "group", True)
compressed_case("pack-quantized", 4, "group", False, kind="float16")
compressed_case("pack-quantized", 4, "channel", False)
compressed_case("pack-quantized", 4, "tensor", False, shape=(8, 20))
compressed_case("pack-quantized", 8, "channel", True, kind="float32")
compressed_case("pack-quantized", 8, "group", False)
compressed_case("pack-quantized", 2, "tensor", True)
compressed_case("pack-quantized", 4, "group", True, order=True)
for bits in [3, 5, 6, 7]:
    for straddle in [True, False]:
        compressed_case("pack-quantized", bits, "group", False, straddle, shape=(32, 32))
compressed_case("int-quantized", 8, "channel", True, kind="float32")
compressed_case("int-quantized", 8, "tensor", True)
compressed_case("int-quantized", 8, "group", False)


# The file

def write(path):
    """The widest types first, so that every tensor is aligned, then by name."""
    header, data = {"__metadata__": dict(sorted(metadata.items()))}, b""
    width = lambda kind: {"F32": 4, "I32": 4, "U32": 4, "I64": 8, "I8": 1, "U8": 1}.get(TYPES[kind], 2)
    for name, (kind, shape, content) in sorted(tensors.items(), key=lambda item: (-width(item[1][0]), item[0])):
        header[name] = {"dtype": TYPES[kind], "shape": list(shape), "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


if __name__ == "__main__":
    write(Path(__file__).parent / "checkpoints.safetensors")
