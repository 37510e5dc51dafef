"""Fails if a kernel of Arm in kernels.h has no vector instruction in a loop: vectors.py kernels.h assembly..."""

import re
import sys

# Arithmetic on vectors, not what only clears or fills one; and vectors that are stored, but to the stack.
VECTOR = re.compile(
    r"\t(?!mov|mvni|fmov|dup|ins)\w+\t.*\b[vz]\d+\.(\d*[bhsd])\b(?!\[)|\tst[rp]\tq.*\[(?!sp)"
)


def functions(path):
    """The lines of each function."""
    name, lines = None, []
    for line in open(path):
        if match := re.match(r"([A-Za-z_]\w*):", line):
            name, lines = match[1], []
        elif re.match(r"\.Lfunc_end", line) and name:
            yield name, lines
            name = None
        elif name:
            lines.append(line.rstrip("\n"))


def loops(lines):
    """The lines of each loop: from a label to a branch back to it."""
    labels = {match[1]: at for at, line in enumerate(lines) if (match := re.match(r"(\.L\w+):", line))}
    for at, line in enumerate(lines):
        target = re.match(r"\t(?:b(?:\.\w+)?|cbn?z|tbn?z)\t.*?(\.L\w+)$", line)
        if target and labels.get(target[1], at) < at:
            yield lines[labels[target[1]] : at]


def has_vectors(name, bodies):
    """Whether a loop of the function, or of one that it calls in its file, holds vectors."""
    seen, pending = set(), [name]
    while pending:
        name = pending.pop()
        if name in seen or name not in bodies:
            continue
        seen.add(name)
        if any(VECTOR.match(line) for loop in loops(bodies[name]) for line in loop):
            return True
        calls = (re.match(r"\tbl?\t([A-Za-z_]\w*)$", line) for line in bodies[name])
        pending += [call[1] for call in calls if call]
    return False


def rows(path):
    """The symbols of the rows of Arm."""
    text = re.sub(r"//.*", "", open(path).read())
    loop = re.search(r"#define AQ_LOOP\(K, name\)((?:.*\\\n)*.*)", text)[1]
    text = re.sub(r"AQ_LOOP\(K, (\w+)\)", lambda match: re.sub(r"\bname\b", match[1], loop), text)
    for family, isa, cpu in re.findall(r"K\((\w+), (\w+), [^,]+, (\w+), (?:true|false),", text):
        if cpu == "ARM" and family != "name":
            yield f"aq_{family}_{isa}"


def main():
    wanted, found, missing = list(rows(sys.argv[1])), set(), []
    for path in sys.argv[2:]:
        bodies = dict(functions(path))
        for name in wanted:
            if name in bodies:
                found.add(name)
                if not has_vectors(name, bodies):
                    missing.append(name)
    missing += [name for name in wanted if name not in found]
    for name in missing:
        print(f"{name}: no vector instruction in a loop")
    print(f"{len(wanted)} kernels, {len(missing)} without vectors")
    return bool(missing) or not wanted


if __name__ == "__main__":
    sys.exit(main())
