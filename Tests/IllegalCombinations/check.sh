#!/usr/bin/env bash
# Holds the compiler to its refusals: every file here but Legal.swift has lines that must not compile,
# each with the message that says why. Run it after `swift build` (or give another configuration).
set -euo pipefail
cd "$(dirname "$0")"
build="../../.build/${1:-debug}"
for file in *.swift; do
  if ! output=$(swiftc -frontend -typecheck -verify -verify-ignore-unrelated -swift-version 6 \
    -enable-upcoming-feature MemberImportVisibility -I "$build/Modules" \
    -Xcc -fmodule-map-file="$build/AffineKernels.build/module.modulemap" "$file" 2>&1); then
    echo "$output"
    exit 1
  fi
  echo "$file: $(grep -c 'expected-error' "$file" || true) refusals"
done
