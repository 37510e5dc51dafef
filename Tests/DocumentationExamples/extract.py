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

products = ", ".join(
    f'.product(name: "{library}", package: "{repository.name}")'
    for library in [
        "AffineBench", "AffineKernels", "AffineQuant", "AffineFormats", "AffineLayers", "AffinePlots",
        "AffineTraining", "AffineDistributed", "AffineModels",
    ]
)
executables = "\n".join(
    f'    .executableTarget(name: "{target}", dependencies: [{products}]),' for target in targets
)
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
