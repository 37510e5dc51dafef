"""Regenerates the golden vectors `torchao.safetensors`, `torchao_odd.safetensors` and `mlx.safetensors` beside this file.

    pip install -r requirements.txt    # mlx 0.32.4, mlx-cpu 0.32.4, numpy 2.4.6, torch 2.7.1, torchao 0.12.0
    python generate.py                 # deterministic: a rerun writes identical bytes

Every number comes from the reference library itself, on the CPU. The tensors of a file are

    input/<type>/<name>        float32, bfloat16 or float16 matrix, shared by many cases
    case/<number>/codes        I8 (signed) or U8 (unsigned), one unpacked code an element
    case/<number>/scales       grid of blocks [block rows, block columns]; U8 exponents for mxfp4 and mxfp8
    case/<number>/zero_points  I32 grid, for symmetric, symmetricNoClipping and asymmetric
    case/<number>/biases       float grid: the tinygemm zero, or the MLX bias
    case/<number>/words        U32 rows as MLX packs them
    case/<number>/dequantized  the reference's dequantized codes, in the type of the input

`__metadata__` maps `case/<number>` to a JSON description of the case, and `versions` to the libraries used.
"""
import json
from functools import partial
from itertools import combinations, product
from pathlib import Path

import mlx.core as mx
import numpy as np
import torch
import torchao
from torchao.quantization import quant_primitives as ao

FLOATS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
ROWS = 8

# Inputs: a ties matrix devotes each row to one code width and one order of magnitude.
ROW_BITS = np.array([2, 3, 4, 5, 6, 7, 8, 4])[:, None]
ROW_EXPONENTS = np.array([0, -3, 4, -10, 2, -6, 3, -1])[:, None]


def one_sided(random, columns):
    """Wholly positive and wholly negative rows, away from zero."""
    row = np.arange(ROWS)[:, None]
    return (-1.0) ** row * random.uniform(0.5, 4.0, (ROWS, columns)) * 10.0 ** (row - 4.0)


def zeros_and_tiny(random, columns):
    """Zero rows, columns and blocks, and tiny values beside large ones."""
    values = 100 * random.standard_normal((ROWS, columns))
    values[2] *= 1e-11
    values[3, :32] *= 1e-11
    values[5] *= 1e-9
    values[0] = values[1, :32] = values[4:, 16:32] = values[:, 5:6] = 0
    return values


def ties(random, columns, offset):
    """Halves of a power-of-two scale; every 16 columns hold both ends of the row's range (offset 0.5 centers it)."""
    low, high = offset - 2.0 ** (ROW_BITS - 1), 2.0 ** (ROW_BITS - 1) - 1 + offset
    values = np.round(random.uniform(2 * low, 2 * high, (ROWS, columns))) / 2
    values[:, 0::16], values[:, 1::16] = low, high
    values[-1] *= -1
    return values * 2.0 ** ROW_EXPONENTS


def float_ties(random, columns):
    """Midpoints of neighbouring e2m1 values (even rows) and of neighbouring e4m3 values (odd rows)."""
    fp4 = random.randint(-24, 25, (ROWS, columns)) / 4
    fp8 = random.randint(-31, 32, (ROWS, columns)) * 2.0 ** random.randint(-10, 4, (ROWS, columns))
    fp4[:, ::32], fp8[:, ::32] = 6, 448  # make the scale a power of two
    return np.where(np.arange(ROWS)[:, None] % 2 == 0, fp4, fp8) * 2.0 ** ROW_EXPONENTS


COMMON_INPUTS = {"normal": lambda random, columns: random.standard_normal((ROWS, columns)), "oneSided": one_sided,
                 "zerosAndTiny": zeros_and_tiny, "offsetTies": partial(ties, offset=0)}
TORCHAO_INPUTS = COMMON_INPUTS | {"centeredTies": partial(ties, offset=0.5)}
MLX_INPUTS = COMMON_INPUTS | {"floatTies": float_ties}


def make_inputs(generators, columns):
    return {f"input/{kind}/{name}": torch.from_numpy(make(np.random.RandomState(seed), columns)).to(dtype)
            for seed, (name, make) in enumerate(generators.items()) for kind, dtype in FLOATS.items()}


def odd_inputs():
    """Shapes that no vector or pack divides, in the type that files of weights are widened to."""
    return {f"input/float32/{rows}x{columns}": torch.from_numpy(
                np.random.RandomState(seed).standard_normal((rows, columns)) * 10.0 ** (2 * seed - 3)).float()
            for seed, (rows, columns) in enumerate(ODD_SHAPES)}


# torchao
BLOCKS = {"tensor": (ROWS, 64), "row": (1, 64), "column": (ROWS, 1), "group16": (1, 16), "group32": (1, 32),
          "block4x16": (4, 16), "block2x8": (2, 8)}
MAPPINGS = {"symmetric": ao.MappingType.SYMMETRIC, "symmetricNoClipping": ao.MappingType.SYMMETRIC_NO_CLIPPING_ERR,
            "asymmetric": ao.MappingType.ASYMMETRIC, "tinygemm": ao.MappingType.ASYMMETRIC}
INTEGER_ZERO = ao.choose_qparams_affine, ao.quantize_affine, ao.dequantize_affine
FLOAT_ZERO = ao._choose_qparams_affine_tinygemm, ao._quantize_affine_tinygemm, ao._dequantize_affine_tinygemm
ODD_SHAPES = [(7, 33), (1, 37), (13, 5), (3, 129), (9, 77)]
TYPES = [(kind, kind) for kind in FLOATS] + [
    ("bfloat16", "float32"), ("float16", "float32"), ("float32", "bfloat16"), ("float32", "float16")]


def torchao_plan(count):
    """Every code range with every granularity, some twice, each with the condition that adds the most new pairs."""
    signed = [(bits, True, -2 ** (bits - 1), 2 ** (bits - 1) - 1) for bits in range(2, 9)]
    unsigned = [(bits, False, 0, 2 ** bits - 1) for bits in range(1, 9)]
    restricted = [(8, True, -127, 127)]
    ranges = {"symmetric": signed + restricted + unsigned, "symmetricNoClipping": signed + restricted,
              "asymmetric": signed + unsigned, "tinygemm": unsigned}
    cells = [(method, codes, block) for method in ranges for codes in ranges[method] for block in BLOCKS]
    order = np.concatenate([np.random.RandomState(seed).permutation(len(cells)) for seed in range(2)])
    uses = dict.fromkeys(product(TORCHAO_INPUTS, TYPES, ["machineEpsilon", "smallestNormal"]), 0)
    plan, covered = [], set()
    for cell in [cells[index] for index in order[:count]]:
        pairs = {condition: set(combinations(cell + condition, 2)) for condition in uses}
        best = max(uses, key=lambda condition: (len(pairs[condition] - covered), -uses[condition]))
        # The plain types, where scales have the type of the input, come up twice as often as the mixed ones.
        uses[best] += 1 if best[1][0] == best[1][1] else 2
        covered |= pairs[best]
        plan.append(cell + best)
    return plan


def odd_plan():
    """Each method with five kinds of blocks, each with another shape and another width of codes."""
    signed = [(bits, True, -2 ** (bits - 1), 2 ** (bits - 1) - 1) for bits in (2, 3, 4, 6, 8)]
    unsigned = [(bits, False, 0, 2 ** bits - 1) for bits in (2, 3, 4, 5, 8)]
    ranges = {"symmetric": signed, "symmetricNoClipping": signed, "asymmetric": signed[:3] + unsigned[3:],
              "tinygemm": unsigned}
    plan = []
    for turn, method in enumerate(ranges):
        for place, codes in enumerate(ranges[method]):
            rows, columns = shape = ODD_SHAPES[(turn + place) % len(ODD_SHAPES)]
            group = next((part for part in (11, 43, 37, 5) if columns % part == 0))
            block = [("tensor", shape), ("row", (1, columns)), ("column", (rows, 1)), (f"group{group}", (1, group)),
                     (f"block{rows}x{group}", (rows, group))][place]
            epsilon = ["machineEpsilon", "smallestNormal"][(turn + place) % 2]
            plan.append((method, codes, block[0], f"{rows}x{columns}", ("float32", "float32"), epsilon, block[1]))
    return plan


def torchao_case(inputs, method, codes, granularity, name, types, epsilon, block=None):
    (bits, signed, low, high), (input_type, scale_type) = codes, types
    values, block = inputs[f"input/{input_type}/{name}"], block or BLOCKS[granularity]
    codes_type, scales_type, zeros_type = torch.int8 if signed else torch.uint8, FLOATS[scale_type], torch.int32
    choose, quantize, dequantize = INTEGER_ZERO
    if method == "tinygemm":
        (choose, quantize, dequantize), zeros_type = FLOAT_ZERO, scales_type
    least = torch.finfo(values.dtype).smallest_normal if epsilon == "smallestNormal" else None
    scales, zeros = choose(values, MAPPINGS[method], block, codes_type, low, high, least, scales_type, zeros_type)
    if not (torch.isfinite(scales) & torch.isfinite(1 / scales)).all():
        return None  # the scale overflowed or vanished in its type
    codes = quantize(values, block, scales, zeros, codes_type, low, high)
    dequantized = dequantize(codes, block, scales, zeros, codes_type, low, high, output_dtype=values.dtype)
    grid = [extent // step for extent, step in zip(values.shape, block)]
    tensors = {"codes": codes, "scales": scales.reshape(grid), "dequantized": dequantized,
               "zero_points" if zeros_type == torch.int32 else "biases": zeros.reshape(grid)}
    return tensors, dict(source="torchao", method=method, granularity=granularity, bits=bits, signed=signed,
                         codeMinimum=low, codeMaximum=high, input=f"input/{input_type}/{name}", inputType=input_type,
                         scaleType=scale_type, epsilon=epsilon)


# MLX
MLX_TYPES = {"float32": mx.float32, "bfloat16": mx.bfloat16, "float16": mx.float16}
TORCH_TYPES = {MLX_TYPES[name]: FLOATS[name] for name in FLOATS} | {mx.uint8: torch.uint8, mx.uint32: torch.uint32}


def mlx_plan():
    """Two inputs for each affine format, in turn, and three for each micro-scaled one."""
    affine = product([("affine", bits) for bits in [2, 3, 4, 5, 6, 8]], [32, 64, 128], FLOATS)
    turns = ["normal", "zerosAndTiny"], ["oneSided", "offsetTies"]
    plan = [(*axes, name) for index, axes in enumerate(affine) for name in turns[index % 2]]
    return plan + list(product([("mxfp4", 4), ("mxfp8", 8)], [32], FLOATS, ["normal", "zerosAndTiny", "floatTies"]))


def unpack(words, bits):
    """One code a byte from the little-endian bit stream of each row."""
    stream = np.unpackbits(words.view(torch.uint8).numpy(), axis=1, bitorder="little")
    return torch.from_numpy(np.packbits(stream.reshape(len(words), -1, bits), axis=2, bitorder="little")[:, :, 0])


def mlx_case(inputs, mode_and_bits, group, kind, name):
    mode, bits = mode_and_bits
    method, scale_type = ("mlx", kind) if mode == "affine" else (mode, "e8m0")
    values = mx.array(inputs[f"input/{kind}/{name}"].view(torch.uint8).numpy()).view(MLX_TYPES[kind])
    words, scales, *biases = mx.quantize(values, group, bits, mode)
    dequantized = mx.dequantize(words, scales, *biases, group_size=group, bits=bits, mode=mode, dtype=MLX_TYPES[kind])
    arrays = {"words": words, "scales": scales, "dequantized": dequantized} | {"biases": bias for bias in biases}
    tensors = {key: torch.from_numpy(np.array(array.view(mx.uint8))).view(TORCH_TYPES[array.dtype])
               for key, array in arrays.items()}
    tensors["codes"] = unpack(tensors["words"], bits)
    return tensors, dict(source="mlx", method=method, granularity=f"group{group}", bits=bits, signed=False,
                         codeMinimum=0, codeMaximum=2 ** bits - 1, input=f"input/{kind}/{name}", inputType=kind,
                         scaleType=scale_type)


# Files
SAFETENSORS_TYPES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.int8: "I8",
                     torch.uint8: "U8", torch.int32: "I32", torch.uint32: "U32"}


def write_safetensors(path, tensors, metadata):
    """A deterministic writer: the widest types first, so that every tensor stays aligned, then by name."""
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        start, data = len(data), data + tensor.contiguous().view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": SAFETENSORS_TYPES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [start, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def generate(file, versions, inputs, make_case, plan):
    tensors, metadata = dict(inputs), {"versions": versions}
    for number, (outputs, description) in enumerate(filter(None, (make_case(inputs, *case) for case in plan))):
        metadata[f"case/{number:04}"] = json.dumps(description, separators=(",", ":"))
        tensors |= {f"case/{number:04}/{key}": tensor for key, tensor in outputs.items()}
    write_safetensors(Path(__file__).parent / file, tensors, metadata)


if __name__ == "__main__":
    generate("torchao.safetensors", f"torch {torch.__version__}, torchao {torchao.__version__}",
             make_inputs(TORCHAO_INPUTS, 64), torchao_case, torchao_plan(count=366))
    generate("torchao_odd.safetensors", f"torch {torch.__version__}, torchao {torchao.__version__}", odd_inputs(),
             torchao_case, odd_plan())
    generate("mlx.safetensors", f"mlx {mx.__version__}", make_inputs(MLX_INPUTS, 128), mlx_case, mlx_plan())
