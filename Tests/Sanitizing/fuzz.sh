#!/usr/bin/env bash
# Feeds the committed inputs to every reader, then new ones for SECONDS each; `fuzz.sh 0` feeds the committed ones alone.
# `run.sh address` builds the program.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
# The trace that Swift prints of a trap can wait for ever under this instrumentation.
export SWIFT_BACKTRACE=enable=no
# Settings are read from a folder that each run writes: in memory where that is.
temporary=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")/affine-fuzz-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
export TMPDIR=$temporary
mkdir -p .build/found
fuzz() {
  local target=$1 log=".build/found/$1.log"
  mkdir -p ".build/found/$target"
  # An input ends within 2 s of a core; the limit is of the clock, and cores may have other work.
  limits=(-timeout=4 -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=65536 -artifact_prefix=".build/found/$target-" -print_final_stats=1)
  .build/address/release/fuzz "$target" "${limits[@]}" -runs=0 "Corpora/$target" > "$log" 2>&1 &&
    { [ "$seconds" -eq 0 ] ||
      .build/address/release/fuzz "$target" "${limits[@]}" -max_total_time="$seconds" ".build/found/$target" "Corpora/$target" \
        > "$log" 2>&1; } ||
    { grep -v '^ *#[0-9]* 0x' "$log" | tail -30; echo "$target: keep the input under Corpora/$target when it is fixed"; return 1; }
  echo "$target: $(grep -c . < <(ls "Corpora/$target")) committed inputs, $(grep -o 'cov: [0-9]*' "$log" | tail -1)," \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
}
export -f fuzz
export seconds
# Two at a time: each is one thread.
printf '%s\n' safetensors gguf json template tokenizer tokenizerFile checkpoint csv settings run | xargs -P 2 -I{} bash -euo pipefail -c 'fuzz {}'
