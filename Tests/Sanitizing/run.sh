#!/usr/bin/env bash
# Runs a part of the tests under sanitizers: `run.sh address`, with undefined behaviour of C, which also builds what
# fuzz.sh runs, or `run.sh thread`.
set -euo pipefail
cd "$(dirname "$0")"
export AFFINE_SANITIZER=$1
# Kernels that nobody times compile in half the time.
options=(--scratch-path ".build/$1" -Xcc -O1)
case $1 in
  # What C leaves undefined ends the program: code of Swift cannot be linked with a runtime that reports it.
  # What asks whether pointers are sound is left to the sanitizer of addresses: kernels compile in a quarter of the time.
  address)
    options+=(--sanitize address -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined
      -Xcc -fno-sanitize=pointer-overflow,null,object-size)
    ;;
  thread) options+=(--sanitize thread --filter 'AffineQuantTests|FusedPassTests|AttentionCacheTests') ;;
esac
# The trace that Swift prints of a trap can wait for ever under this instrumentation.
export SWIFT_BACKTRACE=enable=no
swift test -c release --disable-xctest "${options[@]}"
