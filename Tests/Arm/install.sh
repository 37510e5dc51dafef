#!/usr/bin/env bash
# Installs what the other scripts need of Debian or Ubuntu, where it is missing: an emulator, and a C library.
set -euo pipefail
if command -v qemu-aarch64-static > /dev/null && [ -e /usr/aarch64-linux-gnu/lib/libc.a ] &&
  compgen -G "/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a" > /dev/null; then
  exit
fi
apt-get update -qq
libgcc=$(apt-cache pkgnames libgcc- | grep -E '^libgcc-[0-9]+-dev-arm64-cross$' | sort -V | tail -1)
apt-get install -y -qq --no-install-recommends qemu-user-static libc6-dev-arm64-cross "$libgcc" > /dev/null
