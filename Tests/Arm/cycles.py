"""What llvm-mca makes of the innermost loops of products, as a table: python3 Tests/Arm/cycles.py

Needs clang, the C library's headers for Arm (libc6-dev-arm64-cross) and llvm-mca of LLVM 19 or later by the name in LLVM_MCA (llvm-mca-19). A model of a CPU, not a CPU:
all data lies in the first-level cache, and no branch is missed. Of SME there is no model: a dash stands for its cycles.
"""

import functools
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

# Codes of few bits, and how many of them a turn of one row's loop takes from each column.
KINDS = {
    "1": 32, "2": 16, "3": 32, "HALF_BYTES": 16, "TABLE_OF_16": 16, "5": 32, "6": 16, "TABLE_OF_64": 16, "7": 32}
# Instruction sets of one row, and the columns of its panels.
ONE_ROW = {"avx512vnni": ("X86", 32), "avx2": ("X86", 16), "neondot": ("ARM", 8), "neon": ("ARM", 8)}


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


def innermost(lines):
    """The loops without loops inside, each with its products."""
    spans = list(loops(lines))
    for start, end in spans:
        if not any(start <= s and e <= end and (s, e) != (start, end) for s, e in spans):
            body = lines[start : end + 1]
            yield sum(map(products, body)), body


def fastest(bodies, target, cpu):
    """Cycles and instructions of the loop that takes least, which is that of long slices."""
    return min(((cycles(body, target, cpu), sum(line.startswith("\t") for line in body)) for body in bodies), default=None)


def busiest(symbol, whole, bodies, target, cpu):
    """Cycles and instructions of the innermost loop of a whole tile.

    It may hold some products more, whose sums make codes signed: of two that fit, the longer one has more rows.
    """
    fitting = [loop for name in with_callees(symbol, bodies) for loop in innermost(bodies[name])
               if whole <= loop[0] <= whole * 9 // 8]
    longest = max((count for count, _ in fitting), default=0)
    return fastest([body for count, body in fitting if count == longest], target, cpu)


@functools.cache
def assembly(name, target):
    """The functions of a file of kernels."""
    return functions(subprocess.run(
        ["clang", f"--target={target}", "-O2", "-S", f"-I{ROOT / 'include'}", ROOT / "gemm" / f"{name}.c", "-o", "-"],
        capture_output=True, text=True, check=True).stdout)


def print_row(label, extents, model, count, found):
    taken, instructions = found
    rates = f"{taken:.1f} | {count / taken:.1f}" if model else "– | –"
    print(f"| {label} | {extents} | {model or 'Apple M4'} | {instructions} | {count} | {rates} |")


def print_tiles():
    print("| kernel | tile | CPU | instructions | products | cycles | products a cycle |")
    print("|---|---|---|---|---|---|---|")
    for family, isa, cpu, mr, nr, kr in tiles(ROOT / "kernels.h"):
        # Of AMX there is no model.
        if isa.startswith("amx"):
            continue
        target, model = TARGETS[cpu]
        if isa == "sme":
            model = None
        bodies, symbol = assembly(f"{family}_{isa}", target), f"aq_{family}_{isa}"
        # Floats take one step of the contracted axis at a time, or the four of a quad of codes; pairs of bfloat16 two,
        # matrices of them four.
        steps = [kr]
        if family.startswith("matmul_bf16"):
            steps = [4 if isa == "neonbf16" else 2]
        elif family.startswith("matmul_f32"):
            steps = [4, 1]
        sizes = ((mr * nr * step, busiest(symbol, mr * nr * step, bodies, target, model)) for step in steps)
        whole, found = next((size for size in sizes if size[1]), (0, None))
        if not found:
            sys.exit(f"{symbol}: no loop of products")
        print_row(f"`{symbol}`", f"{mr} × {nr}", model, whole, found)


def one_row(kind, codes, isa):
    """Products a cycle of one row against codes that are taken apart, or looked up, in registers."""
    cpu, columns = ONE_ROW[isa]
    target, model = TARGETS[cpu]
    whole = columns * codes
    # Half bytes, of which a row has a kernel of its own, or else stands among those of several rows.
    has_kernel = kind == "HALF_BYTES" and (ROOT / "gemm" / f"matmul_row_{isa}.c").exists()
    file = f"matmul_row_{isa}" if has_kernel else f"matmul_few_bits_{isa}"
    # Pairs of 16 bits are multiplied by one here, to be added. What begins a slice takes a few products more.
    loops_of_kind = innermost(assembly(file, target).get(f"one_row_{kind}_NO_TERMS", []))
    fitting = [body for _, body in loops_of_kind
               if whole <= sum(products(line) for line in body if "vpmaddwd" not in line) <= whole * 9 // 8]
    found = fastest(fitting, target, model)
    return f"{whole / found[0]:.1f}" if found else "–"


def print_one_row():
    print("| one row, products a cycle | " + " | ".join(f"`{isa}`, {TARGETS[cpu][1]}" for isa, (cpu, _) in ONE_ROW.items()) + " |")
    print("|---|" + "---|" * len(ONE_ROW))
    for kind, codes in KINDS.items():
        print(f"| {kind.replace('_', ' ').lower()} | " + " | ".join(one_row(kind, codes, isa) for isa in ONE_ROW) + " |")


def main():
    print_tiles()
    print()
    print_one_row()


if __name__ == "__main__":
    main()
