"""Fails if a kernel of Arm in kernels.h has no vector instruction in a loop: vectors.py kernels.h assembly..."""

import re
import sys

from assembly import functions, loops, rows, with_callees

# Arithmetic on vectors, not what only clears or fills one; and vectors that are stored, but to the stack.
VECTOR = re.compile(
    r"\t(?!mov|mvni|fmov|dup|ins)\w+\t.*\b[vz]\d+\.(\d*[bhsd])\b(?!\[)|\tst[rp]\tq.*\[(?!sp)"
)


def has_vectors(name, bodies):
    """Whether a loop of a function, or of one that it calls, holds vectors."""
    for function in with_callees(name, bodies):
        lines = bodies[function]
        if any(VECTOR.match(line) for start, end in loops(lines) for line in lines[start:end]):
            return True
    return False


def main():
    wanted = [f"aq_{family}_{isa}" for family, isa, cpu in rows(sys.argv[1]) if cpu == "ARM"]
    vectorized = set()
    for path in sys.argv[2:]:
        bodies = functions(open(path).read())
        vectorized |= {name for name in wanted if name in bodies and has_vectors(name, bodies)}
    missing = [name for name in wanted if name not in vectorized]
    for name in missing:
        print(f"{name}: no vector instruction in a loop")
    print(f"{len(wanted)} kernels, {len(missing)} without vectors")
    return bool(missing) or not wanted


if __name__ == "__main__":
    sys.exit(main())
