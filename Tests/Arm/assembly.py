"""Functions and loops of what a compiler writes, and the rows of kernels.h."""

import re


def functions(text):
    """Names and lines of the functions of a file of assembly."""
    found, name, lines = {}, None, []
    for line in text.splitlines():
        line = re.sub(r"\s*(//|#\s|##).*", "", line)
        if match := re.match(r"([A-Za-z_]\w*):", line):
            name, lines = match[1], []
        elif line.startswith(".Lfunc_end") and name:
            found[name] = lines
            name = None
        elif name and line:
            lines.append(line)
    return found


def loops(lines):
    """Where loops start and end: labels, and branches back to them."""
    labels = {match[1]: at for at, line in enumerate(lines) if (match := re.match(r"(\.L\w+):", line))}
    for at, line in enumerate(lines):
        branch = re.match(r"\t(?:b(?:\.\w+)?|cbn?z|tbn?z|j\w+)\t.*?(\.L\w+)$", line)
        if branch and labels.get(branch[1], at) < at:
            yield labels[branch[1]], at


def with_callees(name, bodies):
    """The functions that run when one of a file does."""
    seen, pending = [], [name]
    while pending:
        name = pending.pop()
        if name in seen or name not in bodies:
            continue
        seen.append(name)
        calls = (re.match(r"\t(?:bl?|callq?|j\w+)\t([A-Za-z_]\w*)(?:@PLT)?$", line) for line in bodies[name])
        pending += [call[1] for call in calls if call]
    return seen


def rows(path):
    """The rows of kernels.h: family, instruction set and CPU."""
    text = re.sub(r"//.*", "", open(path).read())
    # Lists of rows that several families share.
    lists = dict(re.findall(r"#define (AQ_\w+)\(K, name[^)]*\)((?:.*\\\n)*.*)", text))
    text = re.sub(
        r"(AQ_\w+)\(K, (?!name)(\w+)[^)]*\)",
        lambda match: re.sub(r"\bname\b", match[2], lists[match[1]]), text)
    found = re.findall(r"K\((\w+), (\w+), [^,]+, (\w+), (?:true|false),", text)
    return [row for row in found if row[0] != "name"]


# 32-bit numbers of a scalable vector of Apple M4.
SCALABLE_WORDS = 16


def tiles(path):
    """The rows that have tiles of several left rows: family, instruction set, CPU, and the tile's extents."""
    extent = r"(\d+|AQ_VECTORS\(\d+\))"
    pattern = rf"K\((\w+), (\w+), [^,]+, (\w+), true,[\s\\]*AQ_TILE\w*\({extent}, {extent}, (\d+),"
    return [(*row[:3], *map(lanes, row[3:])) for row in re.findall(pattern, open(path).read())]


def lanes(extent):
    """How many lanes an extent is."""
    count = int(re.search(r"\d+", extent)[0])
    return count * SCALABLE_WORDS if extent.startswith("AQ_VECTORS") else count
