"""Holds the documentation to its rules.

usage: check.py SYMBOLGRAPHS ARCHIVE

Every public symbol has a comment, one that throws says what, and one that takes or gives matrices says how many rows
and columns they have. The page of a module names all that the module has under topics, and so does the page of a type
with many members. What libraries the package has, .spi.yml names. Files that a text names are there.
"""

import json
import pathlib
import re
import subprocess
import sys

graphs, archive = map(pathlib.Path, sys.argv[1:])
root = pathlib.Path(__file__).resolve().parent.parent
# From so many members on the page of a type says which belong together; cases of enumerations are a list as they are.
MANY = 12
faults = []
# What has rows and columns, by its name in a declaration, and words that say of them: `m × k`, "of one shape", "as many
# columns as the weight", "a row a token". That a word is there is all that can be asked.
MATRICES = {"Matrix", "Shape", "StoredMatrix", "QuantizedMatrix", "AnyQuantized", "AffineQuantized", "Variable"}
SAYS_SHAPE = re.compile(r"×|\b([Ss]hape|[Rr]ow|[Cc]olumn)s?\b|[Oo]utputs and inputs")
DECLARES = re.compile(r"swift\.(type\.)?(func|method|init|property|subscript)")
# The names of a link's arguments and what something costs do not say it.
BESIDE = re.compile(r"``[^`]*\([^`]*``|- Complexity:.*?(?=- |$)")


def lacks_shape(symbol, comment):
    parts = symbol.get("declarationFragments", [])
    if not DECLARES.fullmatch(symbol["kind"]["identifier"]):
        return False
    if not any(part["kind"] == "typeIdentifier" and part["spelling"] in MATRICES for part in parts):
        return False
    return not SAYS_SHAPE.search(BESIDE.sub("", comment))


package = (root / "Package.swift").read_text()
libraries = set(re.findall(r' \.?library\((?:name: )?"(\w+)"', package)) - {"AffineKernels"}  # C, documented in its headers
named = set(re.findall(r"Affine\w+", (root / ".spi.yml").read_text()))
for name in sorted(libraries ^ named):
    faults.append(f"{name} is in one of Package.swift and .spi.yml alone")

documented = 0
for graph in sorted(graphs.glob("*.symbols.json")):
    module = graph.name.split(".")[0]
    content = json.loads(graph.read_text())
    # What a protocol does where a type does nothing has the shapes that the protocol asks for.
    defaults = {r["source"] for r in content["relationships"] if r["kind"] == "defaultImplementationOf"}
    for symbol in content["symbols"]:
        documented += 1
        name = ".".join([module, *symbol["pathComponents"]])
        comment = " ".join(line["text"] for line in symbol.get("docComment", {}).get("lines", []))
        if not comment.strip():
            faults.append(f"{name} has no comment")
        declaration = "".join(part["spelling"] for part in symbol.get("declarationFragments", []))
        if " throws" in declaration and not re.search(r"[Tt]hrow|[Ee]rror|refuse|must", comment):
            faults.append(f"{name} throws, and does not say what")
        if symbol["identifier"]["precise"] not in defaults and lacks_shape(symbol, comment):
            faults.append(f"{name} does not say the rows and columns of its matrices, or whose shape they have")

curated = 0
for page in sorted((archive / "data" / "documentation").rglob("*.json")):
    content = json.loads(page.read_text())
    metadata, topics = content["metadata"], content.get("topicSections", [])
    lists = "Default Implementations", "Enumeration Cases"
    found = [i for t in topics if t.get("generated") and t["title"] not in lists for i in t["identifiers"]]
    placed = sum(len(t["identifiers"]) for t in topics if not t.get("generated"))
    curated += placed
    # What has no kind of symbol is an article or the root. A page that places some places all.
    kind = metadata.get("symbolKind")
    few = kind not in (None, "module") and not placed and len(found) < MANY
    if found and metadata["role"] != "collectionGroup" and not few:
        where = content["identifier"]["url"].split("/documentation/")[1]
        faults += [f"{where} does not say where {one.split('/documentation/')[1]} belongs" for one in found]

paths = 0
texts = subprocess.run(
    ["git", "ls-files", "*.md", "*.tutorial", "*.swift", "*.h", "*.sh", "*.py", ".ci/*"],
    cwd=root, capture_output=True, text=True, check=True).stdout.split()
for text in texts:
    # The comments of code, and all of a page.
    lines = (root / text).read_text().splitlines()
    prose = [l for l in lines if text.endswith((".md", ".tutorial")) or re.match(r"\s*(///?|#|\*)", l)]
    for path in re.findall(r"(?<![\w./-])((?:Sources|Tests|Docs\.docc|Benchmarks|\.ci)/[\w.+/-]*\w)", "\n".join(prose)):
        paths += 1
        if not (root / path).exists() and not ((root / text).parent / path).exists():
            faults.append(f"{text} names {path}, which is not there")
    if text.endswith(".md"):
        for path in re.findall(r"\]\((?!https?:)([\w./-]+\.\w+)\)", "\n".join(prose)):
            paths += 1
            places = [(root / text).parent / path, root / "Docs.docc" / "Resources" / path]
            if not any(place.exists() for place in places):
                faults.append(f"{text} links to {path}, which is not there")

if faults:
    sys.exit("\n".join(faults))
print(f"documentation: {documented} symbols with comments, {curated} places in topics, {paths} paths")
