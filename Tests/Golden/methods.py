"""Regenerates `methods.safetensors` beside this file: what the packages of GPTQ, AWQ and HQQ make of some weights.

    python methods.py    # needs what `packages.py` says; deterministic: a rerun writes identical bytes

Every choice is made by the packages' own code, on random weights with heavy tails and inputs whose columns are
correlated and uneven. Each step is followed in float64 too: data is drawn anew until no rounding of the search lies
nearer than MARGIN of a step to its boundary, and no candidate of AWQ's nearer to the best than MARGIN of its error. So
float32 sums in another order, which move a value by some 64 * 2^-24 of a step, cannot change a code, and every other
implementation must find the same ones. Only a block that AWQ clips at both ends has a zero point of 7.5 exactly, which
the last bit rounds to 7 or 8, so that another limit may be its best.

    gptq.weight, gptq.inputs          F32 [16, 64], [192, 64]
    gptq.<case>.{codes,scales,zeros}  U8, F32, F32: -1 for groups means one for a row
    awq.weight, awq.inputs            likewise; awq.scales F32 [64], what the weight was multiplied by;
    awq.<case>.codes ...              with and without clipping
    hqq.weight                        F32 [8, 64]
    hqq.axis<axis>.{codes,scales,zeros}   zeros as the package has them: value = (code - zero) * scale
"""
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

import packages

MARGIN = 1e-4
tensors, cases = {}, {}


class TooClose(Exception):
    pass


def apart(values):
    """Refuses numbers near the middle between two whole ones."""
    distance = np.abs(np.abs(values - np.floor(values)) - 0.5)
    if distance.min() < MARGIN:
        raise TooClose


def drawn(random, rows, columns):
    weight = random.standard_t(4, (rows, columns)) * 0.05
    basis, _ = np.linalg.qr(random.standard_normal((columns, columns)))
    inputs = random.standard_normal((192, columns)) / np.sqrt(np.arange(1, columns + 1)) @ basis
    inputs = inputs * 2.0 ** random.randint(-2, 3, columns)
    return torch.tensor(weight, dtype=torch.float32), torch.tensor(inputs, dtype=torch.float32)


def first(body):
    """What the first seed gives that keeps its distance."""
    for seed in range(2000):
        try:
            return body(np.random.RandomState(seed))
        except TooClose:
            pass
    raise SystemExit(f"{body.__name__}: no data keeps its distance")


# GPTQ

def gptq_grid(values):
    low, high = np.minimum(values.min(1), 0), np.maximum(values.max(1), 0)
    scale = (high - low) / 15
    apart(-low / scale)
    return scale, np.rint(-low / scale)


def gptq_followed(weight, inputs, group, damping, order, block):
    """The same steps in float64, to see how near they come to a boundary."""
    weight, inputs = weight.double().numpy().copy(), inputs.double().numpy()
    columns = weight.shape[1]
    hessian = 2 / len(inputs) * inputs.T @ inputs
    size = columns if group == -1 else group
    fixed = {start: gptq_grid(weight[:, start:start + size]) for start in range(0, columns, size)}
    places = np.argsort(-np.diag(hessian)) if order else np.arange(columns)
    weight, hessian = weight[:, places], hessian[places][:, places]
    hessian += damping * np.diag(hessian).mean() * np.eye(columns)
    upper = np.linalg.cholesky(np.linalg.inv(hessian)).T
    codes = np.zeros(weight.shape, int)
    for index in range(columns):
        column = places[index]
        start = column // size * size
        if not order and index % size == 0:
            fixed[start] = gptq_grid(weight[:, index:index + size])
        scale, zero = fixed[start]
        apart(weight[:, index] / scale)
        codes[:, column] = np.clip(np.rint(weight[:, index] / scale) + zero, 0, 15)
        error = (weight[:, index] - scale * (codes[:, column] - zero)) / upper[index, index]
        weight[:, index:] -= np.outer(error, upper[index, index:])
    return codes


def gptq_case(weight, inputs, group, damping, order):
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.weight.data = weight.clone()
    method = packages.gptq.GPTQ(layer)
    method.quantizer.configure(4, perchannel=True, sym=False)
    method.add_batch(inputs, None)
    # Without an order the package chooses a group's scales when its first column is reached, from weights that all
    # columns before its block have changed: blocks of one group are the paper's.
    block = 128 if group == -1 else group
    scales, zeros, _ = method.fasterquant(block, damping, group, order, static_groups=order and group != -1)
    size = weight.shape[1] // scales.shape[1]
    every = lambda grid: grid.repeat_interleave(size, 1)
    codes = torch.round(layer.weight.data / every(scales) + every(zeros)).to(torch.uint8)
    followed = gptq_followed(weight, inputs, group, damping, order, block)
    assert (codes.numpy() == followed).all()
    return {"codes": codes, "scales": scales, "zeros": zeros}


GPTQ = {"row": (-1, 0.01, False), "group": (32, 0.01, False), "order": (32, 0.01, True), "damped": (32, 0.2, False),
        "row-order": (-1, 0.05, True)}


def gptq(random):
    weight, inputs = drawn(random, 16, 64)
    found = {"gptq.weight": weight, "gptq.inputs": inputs}
    for name, (group, damping, order) in GPTQ.items():
        for part, value in gptq_case(weight, inputs, group, damping, order).items():
            found[f"gptq.{name}.{part}"] = value
    return found


# AWQ

class Output(torch.nn.Module):
    """The layer alone: the package compares outputs of whole blocks where it has them."""

    def __init__(self, weight):
        super().__init__()
        self.layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        self.layer.weight.data = weight.clone()

    def forward(self, x):
        return self.layer(x)


@torch.no_grad()
def awq(random):
    weight, inputs = drawn(random, 64, 64)
    method = packages.awq.AwqQuantizer.__new__(packages.awq.AwqQuantizer)
    method.group_size, method.w_bit, method.zero_point, method.duo_scaling = 32, 4, True, False
    method.n_parallel_calib_samples, method.max_chunk_memory = None, 1 << 30
    block, losses = Output(weight), []
    method._compute_loss = lambda exact, found, device: losses.append(
        (exact.double() - found.double()).pow(2).mean().item()) or losses[-1]
    scales = method._compute_best_scale(
        inputs, torch.zeros(64), inputs.abs().mean(0), block, [block.layer], inputs @ weight.T)
    ordered = sorted(losses)
    if ordered[1] - ordered[0] < MARGIN * ordered[0] or losses.index(ordered[0]) == 0:
        raise TooClose
    scaled = weight * scales
    # Without clipping, and with. Clipping looks at inputs that are divided already.
    largest = method._compute_best_clip(scaled, inputs / scales)
    check_clips(scaled, inputs / scales, method)
    limits = largest.repeat_interleave(32, 1).reshape(scaled.shape) if largest.dim() == 2 else \
        largest.reshape(64, 2, 1).repeat_interleave(32, 2).reshape(scaled.shape)
    found = {"awq.weight": weight, "awq.inputs": inputs, "awq.factors": scales}
    for name, values in [("unclipped", scaled), ("clipped", scaled.clamp(-limits, limits))]:
        dequantized, steps, zeros = method.pseudo_quantize_tensor(values)
        every = lambda grid: grid.repeat_interleave(32, 1)
        apart((values / every(steps)).double().numpy())
        apart((values.reshape(64, 2, 32).amin(2) / steps).double().numpy())
        found[f"awq.{name}.codes"] = torch.round(dequantized / every(steps) + every(zeros)).to(torch.uint8)
        found[f"awq.{name}.scales"], found[f"awq.{name}.zeros"] = steps, zeros
    return found


def check_clips(weight, inputs, method):
    """Refuses blocks of which two limits are about as good."""
    blocks, rows = weight.reshape(64, 2, 32), inputs.reshape(-1, 2, 32).double()
    largest, errors = blocks.abs().amax(2, keepdim=True), []
    for step in range(10):
        limit = largest * (1 - step / 20)
        clipped = torch.clamp(blocks, -limit, limit)
        low, high = clipped.amin(2).double(), clipped.amax(2).double()
        apart((15 * low / (high - low)).numpy())
        lost = blocks.double() - method.pseudo_quantize_tensor(clipped.reshape(64, 64))[0].reshape(64, 2, 32).double()
        errors.append(torch.einsum("tgi,ogi->tog", rows, lost).pow(2).mean(0))
    least = torch.stack(errors).sort(0).values
    if ((least[1] - least[0]) < 1e-4 * least[0]).any():
        raise TooClose


# HQQ

def hqq_followed(weight, axis, group):
    """The same steps in float64: codes, and the zero points of the last round.

    The package's default solver names a growth of beta and never applies it.
    """
    shape = (-1, group) if axis == 1 else (group, -1)
    values = weight.double().numpy().reshape(shape)
    low, high = values.min(axis, keepdims=True), values.max(axis, keepdims=True)
    scale = 15 / (high - low)
    zero, beta, best = -low * scale, 10.0, np.inf
    for _ in range(20):
        apart(values * scale + zero)
        codes = np.clip(np.rint(values * scale + zero), 0, 15)
        lost = values - (codes - zero) / scale
        aside = np.sign(lost) * np.maximum(np.abs(lost) - np.abs(lost) ** -0.3 / beta, 0)
        last, zero = zero, (codes - (values - aside) * scale).mean(axis, keepdims=True)
        error = np.abs(lost).mean()
        # Whether there is one round more tells something as long as zero points move.
        if abs(error - best) < 1e-6 * error and np.abs(zero - last).max() > 1e-9:
            raise TooClose
        if error >= best:
            break
        best = error
    apart(values * scale + zero)
    return np.clip(np.rint(values * scale + zero), 0, 15).reshape(weight.shape), 1 / scale, zero


def hqq(random):
    # Large enough that some errors are set aside; in most models none is.
    weight = torch.tensor(random.standard_t(3, (8, 64)) * 3, dtype=torch.float32)
    found = {"hqq.weight": weight}
    for axis in [0, 1]:
        codes, meta = packages.hqq.Quantizer.quantize(
            weight, nbits=4, group_size=32, axis=axis, bitpack=False, device="cpu")
        followed, scales, zeros = hqq_followed(weight, axis, 32)
        codes = codes.reshape(weight.shape).to(torch.uint8)
        assert (codes.numpy() == followed).all()
        assert np.abs(meta["zero"].numpy() - zeros).max() < 1e-4
        found |= {f"hqq.axis{axis}.codes": codes, f"hqq.axis{axis}.scales": meta["scale"].float(),
                  f"hqq.axis{axis}.zeros": meta["zero"].float()}
    return found


if __name__ == "__main__":
    tensors = first(gptq) | first(awq) | first(hqq)
    settings = {name: dict(zip(("group", "damping", "order"), case)) for name, case in GPTQ.items()}
    path = Path(__file__).with_name("methods.safetensors")
    save_file({name: value.contiguous() for name, value in tensors.items()}, path, {"gptq": json.dumps(settings)})
    print(f"{path.name}: {path.stat().st_size} bytes")
