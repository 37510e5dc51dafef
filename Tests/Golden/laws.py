"""Writes laws.json: what the precision laws of Kumar et al. (2024, arXiv 2411.04330, table 2) say.

    python3 laws.py

The constants are the paper's; losses are its formulas in plain Python, and every optimum is found by looking for it
on a grid and then between its neighbours, not by a formula for it.
"""

import json
import math
import pathlib

A, ALPHA, B, BETA, E = 4.299e3, 0.4965, 1.806e4, 0.4965, 2.7648
# Of weights, activations and cache: gamma and the offset of the exponent.
PARTS = [(2.6745, 0.3037), (2.2102, 1.4072), (0.9578, 2.4185)]
# C_T, its offset, gamma_D, gamma_N and gamma_post.
C_T, OFFSET, GAMMA_D, GAMMA_N, GAMMA_POST = 0.0598, 1.1277, 0.5068, 0.3439, 0.5907


def factor(bits, parts=PARTS):
    """Which part of the parameters training in some bits leaves."""
    return math.prod(1 - math.exp(offset - bits / gamma) for gamma, offset in parts)


def added(parameters, tokens, post):
    """What rounding weights adds that were trained in full precision."""
    return C_T * math.exp(OFFSET) * tokens**GAMMA_D / parameters**GAMMA_N * math.exp(-post / GAMMA_POST)


def loss(parameters, tokens, part=1.0, post=None):
    rounding = 0 if post is None else added(parameters, tokens, post)
    return A / (part * parameters)**ALPHA + B / tokens**BETA + E + rounding


def least(function, low, high):
    """Where a function of one valley is least: a grid of 100 steps, again and again between its neighbours."""
    while high - low > 1e-9 * abs(high):
        step = (high - low) / 100
        best = min(range(101), key=lambda index: function(low + index * step))
        low, high = low + max(best - 1, 0) * step, low + min(best + 1, 100) * step
    return (low + high) / 2


def optimal_bits(parts=PARTS):
    """The bits at which a parameter that is left costs least."""
    start = max(gamma * offset for gamma, offset in parts) + 0.01
    return least(lambda bits: bits / factor(bits, parts), start, 16)


def plan(bits, compute=1e20):
    """The size and tokens of the least loss that 6/16 N D P operations pay for."""
    product = compute * 16 / 6 / bits
    size = math.exp(least(lambda place: loss(math.exp(place), product / math.exp(place), factor(bits)), 15, 30))
    return [bits, size, product / size, loss(size, product / size, factor(bits))]


def critical(parameters, post):
    """Tokens a parameter beyond which the loss of the rounded model rises."""
    place = least(lambda place: loss(parameters, math.exp(place), post=post), 15, 40)
    return math.exp(place) / parameters


(pathlib.Path(__file__).parent / "laws.json").write_text(json.dumps({
    "factors": [[bits, factor(bits)] for bits in (4, 5, 6, 7, 8, 12, 16)],
    "optimalBits": optimal_bits(),
    "optimalBitsWithoutOffsets": optimal_bits([(gamma, 0) for gamma, _ in PARTS]),
    "leastBits": [gamma * offset for gamma, offset in PARTS],
    "rounding": [[size, bits, added(size, 26e9, bits)] for size in (30e6, 220e6, 1.7e9) for bits in (3, 4, 5, 6)],
    "criticalTokens": [[bits, critical(30e6, bits)] for bits in (3, 4, 5, 6)],
    "plans": [plan(bits) for bits in (4, 7, 8, 16)],
}, indent=1) + "\n")
