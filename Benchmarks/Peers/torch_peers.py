"""What torch offers: each function makes the operands and returns what is timed."""
import torch
import torch.nn.functional as F

VERSION = torch.__version__


def set_threads(count):
    torch.set_num_threads(count)


def dynamic_linear(size, engine):
    """The quantized engines: activations as 8 bits a tensor, weights with a scale a channel."""
    torch.backends.quantized.engine = engine
    x, w = torch.randn(size.m, size.k), torch.randn(size.n, size.k) * 0.02
    zeros = torch.zeros(size.n, dtype=torch.long)
    codes = torch.quantize_per_channel(w, w.abs().amax(1) / 127, zeros, 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(codes, None)

    def run():
        torch.backends.quantized.engine = engine
        return torch.ops.quantized.linear_dynamic(x, packed, True)
    return run


def int_mm(size):
    """Whole-number product with a scale a token and a scale a channel, as torchao composes it."""
    x = torch.randn(size.m, size.k)
    w = torch.randint(-127, 128, (size.n, size.k), dtype=torch.int8).t()
    scales = torch.rand(size.n) * 0.01

    def run():
        token_scales = x.abs().amax(1, keepdim=True) / 127
        codes = torch.round(x / token_scales).to(torch.int8)
        return torch._int_mm(codes, w).to(torch.float32) * token_scales * scales
    return run


def int_mm_alone(size):
    """The whole-number product of codes that are there: no quantization, no scales."""
    x = torch.randint(-127, 128, (size.m, size.k), dtype=torch.int8)
    w = torch.randint(-127, 128, (size.n, size.k), dtype=torch.int8).t()
    return lambda: torch._int_mm(x, w)


def int8_weight_only(size):
    """An int8 weight with a scale a channel and bfloat16 activations."""
    x = torch.randn(size.m, size.k).bfloat16()
    w = torch.randint(-127, 128, (size.n, size.k), dtype=torch.int8)
    scales = torch.rand(size.n).bfloat16()
    return lambda: torch._weight_int8pack_mm(x, w, scales)


def linear(size, dtype):
    """No quantization: MKL for float32, oneDNN for bfloat16."""
    dtype = getattr(torch, dtype)
    x, w = torch.randn(size.m, size.k, dtype=dtype), torch.randn(size.n, size.k, dtype=dtype)
    return lambda: F.linear(x, w)


def train_step(size, dtype):
    """Forward and both gradients of one layer."""
    dtype = getattr(torch, dtype)
    layer = torch.nn.Linear(size.k, size.n, bias=False, dtype=dtype)
    x = torch.randn(size.m, size.k, dtype=dtype, requires_grad=True)
    g = torch.randn(size.m, size.n, dtype=dtype)

    def run():
        layer(x).backward(g)
        x.grad = layer.weight.grad = None
    return run


def quantize(size):
    """Scales from the largest magnitude of each row, and codes, of an m × k matrix."""
    w, zeros = torch.randn(size.m, size.k), torch.zeros(size.m, dtype=torch.long)
    return lambda: torch.quantize_per_channel(w, w.abs().amax(1) / 127, zeros, 0, torch.qint8)


def copy(size, byte_count):
    """A copy that reads and writes so many bytes for each element of an m × k matrix, to memory that is there."""
    source = torch.ones(size.m * size.k * byte_count // 2, dtype=torch.uint8)
    target = torch.empty_like(source)
    return lambda: target.copy_(source)


def adamw(size):
    """One step of the fused AdamW on m × k parameters, states in float32."""
    parameter = torch.nn.Parameter(torch.randn(size.m, size.k))
    parameter.grad = torch.randn(size.m, size.k) * 0.01
    return torch.optim.AdamW([parameter], lr=1e-3, fused=True).step
