#!/usr/bin/env bash
# Loss curves of 200 steps: one process, and four ranks with each exchange, three seeds of each. Prints the table of
# Docs.docc/Distributed.md.
#
#   Benchmarks/Training/ranks.sh AFFINE FOLDER     AFFINE is built with the trait MPI
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
affine=$1
folder=$2
mkdir -p "$folder"
"$here/corpus.sh" "$folder/austen.txt" > /dev/null
options=(train --text "$folder/austen.txt" --unit characters --steps 200 --seeds 3 --validation-windows 256
  --threads 1 --overwrite)
"$affine" "${options[@]}" --output "$folder/alone.json" > /dev/null
files=("$folder/alone.json")
for exchange in float32 bfloat16 int8 "int8 --no-error-feedback"; do
  name=${exchange// /}
  # shellcheck disable=SC2086
  "$here/../../.ci/ranks" 4 "$affine" "${options[@]}" --exchange $exchange --output "$folder/$name.json" > /dev/null
  files+=("$folder/$name.json")
done
"$affine" train --beside "${files[@]}" --format markdown --plot "$folder/ranks.svg" --overwrite
