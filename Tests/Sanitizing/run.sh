#!/usr/bin/env bash
# Runs a part of the tests under sanitizers: `run.sh address`, with undefined behaviour of C, or `run.sh thread`.
set -euo pipefail
cd "$(dirname "$0")"
sanitizer=$1
options=(--sanitize "$sanitizer" --scratch-path ".build/$sanitizer")
case $sanitizer in
  # What C leaves undefined ends the program: code of Swift cannot be linked with a runtime that reports it.
  address)
    options+=(-Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined)
    # What asks whether pointers are sound is left to the sanitizer of addresses: kernels compile in a quarter of the time.
    options+=(-Xcc -fno-sanitize=pointer-overflow,null,object-size)
    options+=(--filter "AffineFormatsTests|AffineLayersTests|GuardPageTests|ExecutionTests|ManyCallersTests|QuantizeKernelTests|ElementwiseTests|TransposeTests")
    ;;
  # Where threads meet.
  thread) options+=(--filter 'ExecutionTests|ManyCallersTests|ThreadPoolTests|FusedPassTests|AttentionCacheTests') ;;
esac
# The trace that Swift prints of a trap can wait for ever under this instrumentation.
export SWIFT_BACKTRACE=enable=no
swift test -c release --disable-xctest "${options[@]}"
