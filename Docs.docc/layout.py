"""Draws which target of the package imports which, from the imports themselves.

usage: layout.py [--check]

Writes Resources/layout.svg beside itself; with --check it only says whether that is current, and which folders of
Sources hold files of more than a dozen subjects.
"""

import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
sources = here.parent / "Sources"
targets = sorted(folder.name for folder in sources.iterdir() if any(folder.rglob("*.swift")) or any(folder.rglob("*.c")))


def imports(target):
    found = set()
    for file in (sources / target).rglob("*.swift"):
        found |= set(re.findall(r"^\s*(?:@\w+ )?(?:public |package |internal )?import (\w+)$", file.read_text(), re.M))
    return found & set(targets) - {target}


edges = {target: imports(target) for target in targets}


def level(target, above=()):
    if target in above:
        sys.exit(f"imports go in a circle: {' '.join(above)} {target}")
    return 1 + max((level(other, (*above, target)) for other in edges[target]), default=-1)


def reached(target):
    return edges[target].union(*(reached(other) for other in edges[target]))


# What is imported through another target is not drawn.
direct = {t: {o for o in edges[t] if not any(o in reached(other) for other in edges[t] - {o})} for t in targets}
rows = {}
for target in targets:
    rows.setdefault(level(target), []).append(target)
width, height, across, gap = 150, 34, 180, 74
full = max(len(row) for row in rows.values()) * across + 30
place = {}
for depth, row in rows.items():
    left = (full - len(row) * across) / 2 + (across - width) / 2
    for index, target in enumerate(row):
        place[target] = (left + index * across, 20 + (max(rows) - depth) * gap)
bottom = 20 + max(rows) * gap + height + 20
lines = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full} {bottom}" width="{full}" height="{bottom}" role="img" '
    'font-family="Helvetica Neue,Helvetica,Arial,Liberation Sans,sans-serif" font-size="14">',
    "<title>Which target imports which</title>",
    f'<rect x=".5" y=".5" width="{full - 1}" height="{bottom - 1}" rx="8" fill="#fff" stroke="#ddd"/>',
]
for target in targets:
    x, y = place[target]
    for other in sorted(direct[target]):
        a, b = place[other]
        lines.append(
            f'<path d="M{x + width / 2:g} {y + height}C{x + width / 2:g} {y + height + 30} {a + width / 2:g} {b - 30} {a + width / 2:g} {b}" '
            'fill="none" stroke="#0072b2" stroke-opacity=".55" stroke-width="1.5"/>')
for target in targets:
    x, y = place[target]
    lines += [
        f'<rect x="{x:g}" y="{y}" width="{width}" height="{height}" rx="6" fill="#eef4f9" stroke="#0072b2"/>',
        f'<text x="{x + width / 2:g}" y="{y + 22}" text-anchor="middle" fill="#111">{target}</text>',
    ]
svg = "\n".join([*lines, "</svg>", ""])
picture = here / "Resources" / "layout.svg"


def subject(file):
    """What a file is about: `Type+Topic.swift` is about a type, the files of a kernel for each instruction set about it."""
    stem = file.name.split(".")[0]
    return re.sub(r"\+.*|_(arm|x86|body|avx\w*|amx\w*|neon\w*|i8mm|sme)$", "", stem)


# One file a family and instruction set, found by its name (KernelNames.md).
large = {sources / "AffineKernels" / "gemm"}
for folder in {file.parent for file in sources.rglob("*.*")} - large:
    subjects = {subject(file) for file in folder.iterdir() if file.is_file()}
    if len(subjects) > 12:
        sys.exit(f"{folder} holds files of {len(subjects)} subjects: divide it")

if "--check" not in sys.argv[1:]:
    picture.write_text(svg)
elif not picture.exists() or picture.read_text() != svg:
    sys.exit("the picture of the layout is not current: python3 Docs.docc/layout.py draws it")
