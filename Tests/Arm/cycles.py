"""What llvm-mca makes of the innermost loops of products, as a table: python3 Tests/Arm/cycles.py

Needs clang, the C library's headers for Arm (libc6-dev-arm64-cross) and llvm-mca of LLVM 19 or later by the name in LLVM_MCA (llvm-mca-19). A model of a CPU, not a CPU:
all data lies in the first-level cache, and no branch is missed. Of SME there is no model: a dash stands for its cycles.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from assembly import SCALABLE_WORDS, functions, loops, tiles, with_callees

ROOT = Path(__file__).resolve().parents[2] / "Sources" / "AffineKernels"
MCA = os.environ.get("LLVM_MCA", "llvm-mca-19")
# Targets, and the CPU whose model is asked.
TARGETS = {
    "ARM": ("aarch64-linux-gnu", "neoverse-v2"),
    "X86": ("x86_64-linux-gnu", "sapphirerapids"),
}
# Multiplications of two codes or numbers that an instruction does.
PRODUCTS = [
    (r"sumopa", 4 * SCALABLE_WORDS**2),
    (r"usmmla|smmla", 32),
    (r"[su]dot|usdot", 16),
    (r"[su]ml[as]l2?|[su]mull2?", 8),
    (r"bfmmla", 16),
    (r"bfdot", 8),
    (r"fmla", 4),
    (r"vpdpbusd.*%zmm", 64),
    (r"(\{vex\}\s+)?vpdpbusd.*%ymm", 32),
    (r"vpmaddubsw.*%ymm", 32),
    # Two each, by Winograd's identity.
    (r"vpmaddwd.*%ymm", 32),
    (r"vdpbf16ps.*%zmm", 32),
    (r"vfmadd\d+ps.*%zmm", 16),
    (r"vfmadd\d+ps.*%ymm", 8),
]


def products(line):
    """The multiplications of a line."""
    line = line.strip()
    return next((count for pattern, count in PRODUCTS if re.match(pattern, line)), 0)


def cycles(body, target, cpu):
    """Cycles of a turn of a loop, where there is a model."""
    if cpu is None:
        return 0
    turns = 200
    result = subprocess.run(
        [MCA, f"-mtriple={target}", f"-mcpu={cpu}", f"-iterations={turns}"],
        input="\n".join(body) + "\n", capture_output=True, text=True)
    match = re.search(r"Total Cycles:\s+(\d+)", result.stdout)
    if not match:
        sys.exit(result.stderr)
    return int(match[1]) / turns


def busiest(symbol, whole, bodies, target, cpu):
    """Cycles and instructions of the innermost loop of a whole tile.

    It may hold some products more, whose sums make codes signed: of two that fit, the longer one has more rows.
    Of equal ones the faster one is that of long slices.
    """
    fitting = []
    for name in with_callees(symbol, bodies):
        lines = bodies[name]
        spans = list(loops(lines))
        for start, end in spans:
            is_innermost = not any(start <= s and e <= end and (s, e) != (start, end) for s, e in spans)
            count = sum(map(products, lines[start : end + 1]))
            if not is_innermost or not whole <= count <= whole * 9 // 8:
                continue
            fitting.append((count, lines[start : end + 1]))
    longest = max((count for count, _ in fitting), default=0)
    bodies = [body for count, body in fitting if count == longest]
    taken = [(cycles(body, target, cpu), sum(line.startswith("\t") for line in body)) for body in bodies]
    return min(taken, default=None)


def main():
    print("| kernel | tile | CPU | instructions | products | cycles | products a cycle |")
    print("|---|---|---|---|---|---|---|")
    for family, isa, cpu, mr, nr, kr in tiles(ROOT / "kernels.h"):
        # Of AMX there is no model.
        if isa.startswith("amx"):
            continue
        target, model = TARGETS[cpu]
        if isa == "sme":
            model = None
        path = ROOT / "gemm" / f"{family}_{isa}.c"
        text = subprocess.run(
            ["clang", f"--target={target}", "-O2", "-S", f"-I{ROOT / 'include'}", path, "-o", "-"],
            capture_output=True, text=True, check=True).stdout
        # Floats take one step of the contracted axis at a time, pairs of bfloat16 two, matrices of them four.
        is_pairs = family.startswith("matmul_bf16")
        step = 1 if family.startswith("matmul_f32") else 4 if isa == "neonbf16" else 2 if is_pairs else kr
        whole = mr * nr * step
        symbol = f"aq_{family}_{isa}"
        found = busiest(symbol, whole, functions(text), target, model)
        if not found:
            sys.exit(f"{symbol}: no loop of products")
        taken, instructions = found
        rates = f"{taken:.1f} | {whole / taken:.1f}" if model else "– | –"
        print(f"| `{symbol}` | {mr} × {nr} | {model or 'Apple M4'} | {instructions} | {whole} | {rates} |")


if __name__ == "__main__":
    main()
