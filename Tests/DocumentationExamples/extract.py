"""Writes a package with one program for each ```swift block of some Markdown files.

usage: extract.py FOLDER REPOSITORY FILE...
"""

import pathlib
import re
import sys

folder, repository = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
targets = []
for name in sys.argv[3:]:
    text = (repository / name).read_text()
    for index, block in enumerate(re.findall(r"^```swift\n(.*?)^```$", text, re.M | re.S), 1):
        target = f"{pathlib.Path(name).stem}{index}"
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
        "AffineKernels", "AffineQuant", "AffineFormats", "AffineLayers", "AffineTraining", "AffineDistributed", "AffineModels"
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
