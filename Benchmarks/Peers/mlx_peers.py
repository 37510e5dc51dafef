"""What MLX offers on a CPU: what a Swift user has today."""
import importlib.metadata

import mlx.core as mx

VERSION = importlib.metadata.version("mlx")


def set_threads(_):
    """MLX computes a product on one thread of the CPU."""


def quantized_matmul(size, bits, group):
    """Float activations, a weight with a scale and a bias a group."""
    x = mx.random.normal((size.m, size.k))
    w, scales, biases = mx.quantize(mx.random.normal((size.n, size.k)), group_size=group, bits=bits)
    mx.eval(x, w, scales, biases)
    return lambda: mx.eval(
        mx.quantized_matmul(x, w, scales, biases, transpose=True, group_size=group, bits=bits))
