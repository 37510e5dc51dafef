#!/usr/bin/env bash
# Measures on this machine what distributed_estimate.py needs, three times, and prints its tables: for many tokens a machine
# and step, and for few. A folder that holds the measurements already is only read.
#
#   Benchmarks/distributed_estimate.sh AFFINE AFFINE_RANKS TEXT FOLDER     both programs with the trait MPI
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
affine=$1
measure=$2
folder=$4
# Messages cost what they do between machines, not in memory that ranks share.
export OMPI_MCA_btl=self,tcp AFFINE_THREADS=1
options=(train --text "$3" --width 384 --layers 6 --heads 6 --context 128 --tied --positions rotary
  --learning-rate 6e-4 --steps 6 --validation-windows 1 --format json)
if [ ! -d "$folder" ]; then
  rm -rf "$folder.partial"
  mkdir -p "$folder.partial"
  # Rounds in turn: a machine is faster at one time than at another.
  for round in 1 2 3; do
    "$affine" "${options[@]}" --batch 8 > "$folder.partial/run.$round.json"
    for exchange in float32 int8; do
      "$here/../.ci/ranks" 2 "$affine" "${options[@]}" --batch 16 --exchange $exchange \
        > "$folder.partial/waits.$exchange.$round.json"
    done
    "$measure" --measure > "$folder.partial/alone.$round.json"
    "$here/../.ci/ranks" 2 "$measure" --measure > "$folder.partial/ranks.$round.json"
  done
  mv "$folder.partial" "$folder"
fi
for tokens in 8192 512; do
  "$here/distributed_estimate.py" --run "$folder"/run.*.json --waits "$folder"/waits.*.json \
    --alone "$folder"/alone.*.json --ranks "$folder"/ranks.*.json --tokens "$tokens"
  echo
done
