#!/usr/bin/env bash
# Opens the coverage page in headless Chromium: no errors, what is missing and slow, filters, keyboard, touch,
# pointer, details, roofline, comparison, colours, paper, names in full and no sideways scrolling at 390 pixels:
# check.sh [REPORT [FOLDER]], a saved report with rates, which is else made, and a folder for screenshots,
# .build/coverage-page. Run it after `swift build -c release`. Installs Chromium where apt-get can.
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
"$affine" coverage --read "$out/older.json" --format html > "$out/portable.html"
# A wrong kernel fails the command, which shows the page all the same.
python3 Tests/CoveragePage/wrong.py "$report" > "$out/wrong.json"
if "$affine" coverage --read "$out/wrong.json" --format html > "$out/wrong.html" 2> "$out/wrong.log"; then
  echo "a wrong kernel is no failure"
  exit 1
fi
python3 Tests/CoveragePage/check.py "$browser" "$out" "$report"
