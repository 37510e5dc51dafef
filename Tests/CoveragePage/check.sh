#!/usr/bin/env bash
# Opens the coverage page in headless Chromium: no errors, filters, keyboard, details, comparison, no sideways
# scrolling at 390 pixels; screenshots go to the folder that is named, or to .build/coverage-page.
# Run it after `swift build -c release`. Installs Chromium where apt-get can.
set -euo pipefail
cd "$(dirname "$0")/../.."
affine="$PWD/.build/release/affine"
out="${1:-$PWD/.build/coverage-page}"
mkdir -p "$out"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium > /dev/null
  browser=$(command -v chromium)
fi

# A report of AVX2 or portable kernels is another one, and one without rates must open too.
"$affine" coverage --isa portable --format json > "$out/older.json"
"$affine" coverage --format html > "$out/plain.html"
"$affine" coverage --verify --rates --format json > "$out/report.json"
"$affine" coverage --read "$out/report.json" --format html --compare "$out/report.json" > "$out/measured.html"
"$affine" coverage --format html --compare "$out/older.json" > "$out/compared.html"
python3 Tests/CoveragePage/check.py "$browser" "$out"
