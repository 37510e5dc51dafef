#!/usr/bin/env bash
# Prints an emulator and the CPU that has all that it emulates rightly: "qemu-aarch64-static max".
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p .build/arm-emulator
check=.build/arm-emulator/outer_product
clang --target=aarch64-linux-gnu -O1 -fuse-ld=lld -static Tests/Arm/Emulator/outer_product.c -o "$check"
# The one that install.sh fetches where the system's is too old.
for emulator in "$PWD/.build/arm-emulator/usr/bin/qemu-aarch64" qemu-aarch64-static; do
  if command -v "$emulator" > /dev/null && "$emulator" -cpu max "$check" 2> /dev/null; then
    echo "$emulator max"
    exit
  fi
done
echo "the emulator multiplies outer products wrongly: kernels of SME do not run" >&2
echo "qemu-aarch64-static max,sme=off"
