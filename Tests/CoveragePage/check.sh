#!/usr/bin/env bash
# Opens the coverage page in headless Chromium: no errors, filters, keyboard, touch, details, comparison, paper, no
# sideways scrolling at 390 pixels: check.sh [REPORT [FOLDER]], a saved report with rates, which is else made, and a folder for
# screenshots, .build/coverage-page. Run it after `swift build -c release`. Installs Chromium where apt-get can.
set -euo pipefail
cd "$(dirname "$0")/../.."
affine="$PWD/.build/release/affine"
report="${1:-}"
out="${2:-$PWD/.build/coverage-page}"
mkdir -p "$out"
browser=$(Tests/CoveragePage/install.sh)

if [ -z "$report" ]; then
  report="$out/report.json"
  "$affine" coverage --verify --rates --format json > "$report"
fi
# A report of portable kernels is another one, and one without rates must open too.
"$affine" coverage --isa portable --label "plain loops" --format json > "$out/older.json"
python3 Tests/CoveragePage/older.py "$report" > "$out/measured-older.json"
"$affine" coverage --format html > "$out/plain.html"
"$affine" coverage --read "$report" --format html --compare "$out/measured-older.json" > "$out/measured.html"
"$affine" coverage --format html --compare "$out/older.json" > "$out/compared.html"
python3 Tests/CoveragePage/check.py "$browser" "$out" "$report"
