#!/usr/bin/env bash
# Builds the documentation, the catalog of each library among it; a broken link or another warning is an error, and so
# is a public symbol without a comment or a place. Run it after `swift build -c release`; the argument is the folder that
# the archive goes to.
set -euo pipefail
cd "$(dirname "$0")/.."
archive="${1:-.build/documentation.doccarchive}"
graphs=".build/symbols"
rm -rf "$graphs"
mkdir -p "$graphs"
target=$(swiftc -print-target-info | sed -n 's/^ *"triple": "\(.*\)",/\1/p' | head -1)
for module in $(grep -o 'Affine[A-Za-z]*' .spi.yml); do
  swift symbolgraph-extract -module-name "$module" -target "$target" -I .build/release/Modules \
    -Xcc -fmodule-map-file=.build/release/AffineKernels.build/module.modulemap \
    -Xcc -fmodule-map-file=.build/release/AffineMPI.build/module.modulemap \
    -minimum-access-level public -skip-synthesized-members -output-dir "$graphs"
done
# One catalog, so that articles and symbols of all libraries can name each other.
catalog=".build/AffineQuantization.docc"
rm -rf "$catalog"
cp -r Docs.docc "$catalog"
cp -r Sources/*/*.docc "$catalog"
docc convert "$catalog" --additional-symbol-graph-dir "$graphs" --warnings-as-errors \
  --fallback-display-name "Affine Quantization" --fallback-bundle-identifier affine-quant \
  --output-path "$archive"
python3 Docs.docc/check.py "$graphs" "$archive"
