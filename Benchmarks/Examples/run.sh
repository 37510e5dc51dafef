#!/usr/bin/env bash
# Builds the examples as a package of somebody else's, and runs them. Those that need a model run where
# AFFINE_SMOLLM2 names its file and AFFINE_MINILM its folder. What `swift build -c release` made of the library serves them.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=".build"
swift build -c release --package-path Benchmarks/Examples --scratch-path "$build" --disable-build-manifest-caching
for example in Benchmarks/Examples/Sources/*/main.swift; do
  lines=$(wc -l < "$example")
  [ "$lines" -lt 80 ] || { echo "$example has $lines lines"; exit 1; }
done
# What a newcomer types first, as the README has it. The variable names the folder in which all of it is built already.
first=$(awk '/^    swift run / { sub(/^ +/, ""); print; exit }' README.md)
echo "-- $first"
SWIFTPM_BUILD_DIR="$PWD/$build" bash -c "$first" | tee "$build/first.log"
grep -q "kernels right$" "$build/first.log"
echo "-- ComposingTypes"
"$build/release/ComposingTypes"
echo "-- Perceptron"
"$build/release/Perceptron"
echo "-- CustomCodebook"
"$build/release/CustomCodebook" "$build/codebook.html"
grep -q "uint4-group32-squares" "$build/codebook.html"
if [ -n "${AFFINE_MINILM:-}" ]; then
  echo "-- TextSearch"
  "$build/release/TextSearch" "$AFFINE_MINILM" Tests/Corpus/persuasion.txt "a walk by the sea"
fi
if [ -n "${AFFINE_SMOLLM2:-}" ]; then
  echo "-- Chat"
  printf 'What is the capital of France?\nAnd of Italy?\n' | "$build/release/Chat" "$AFFINE_SMOLLM2"
fi
