"""Writes a package with one program for each ```swift block of some Markdown files, and for each Swift file.

usage: extract.py FOLDER REPOSITORY FILE...
"""

import pathlib
import re
import sys

folder, repository = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
targets = []
for name in sys.argv[3:]:
    text, stem = (repository / name).read_text(), pathlib.Path(name).stem
    # A step of a tutorial is a program.
    blocks = [text] if name.endswith(".swift") else re.findall(r"^```swift\n(.*?)^```$", text, re.M | re.S)
    for index, block in enumerate(blocks, 1):
        target = stem if name.endswith(".swift") else f"{stem}{index}"
        source = folder / "Sources" / target
        source.mkdir(parents=True, exist_ok=True)
        main = source / "main.swift"
        if not main.exists() or main.read_text() != block:
            main.write_text(block)
        targets.append(target)
if not targets:
    sys.exit("there is no example")

LIBRARIES = {
    "AffineBench", "AffineKernels", "AffineQuant", "AffineFormats", "AffineLayers", "AffinePlots", "AffineTraining",
    "AffineDistributed", "AffineModels",
}


def executable(target):
    """A program with the libraries that it imports: to link all takes a second each."""
    imported = re.findall(r"^import (\w+)", (folder / "Sources" / target / "main.swift").read_text(), re.M)
    products = ", ".join(
        f'.product(name: "{name}", package: "{repository.name}")' for name in imported if name in LIBRARIES
    )
    return f'    .executableTarget(name: "{target}", dependencies: [{products}]),'


executables = "\n".join(map(executable, targets))
(folder / "Package.swift").write_text(
    f"""// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "examples", platforms: [.macOS(.v26)],
  dependencies: [.package(path: "{repository}")],
  targets: [
{executables}
  ])
"""
)
(folder / "programs").write_text("\n".join(targets) + "\n")
