#!/usr/bin/env bash
# Installs what the other scripts need of Debian or Ubuntu, where it is missing: an emulator, and a C library.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v qemu-aarch64-static > /dev/null || [ ! -e /usr/aarch64-linux-gnu/lib/libc.a ] ||
  ! compgen -G "/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a" > /dev/null; then
  apt-get update -qq
  libgcc=$(apt-cache pkgnames libgcc- | grep -E '^libgcc-[0-9]+-dev-arm64-cross$' | sort -V | tail -1)
  apt-get install -y -qq --no-install-recommends qemu-user-static libc6-dev-arm64-cross "$libgcc" > /dev/null
fi

# Outer products are right from QEMU 9 on, which Debian 12 has among its backports. It is unpacked beside what the
# system has, which stays as it is.
version=$(qemu-aarch64-static --version | sed -nE '1s/.* version ([0-9]+).*/\1/p')
folder=$PWD/.build/arm-emulator
if [ "$version" -ge 9 ] || [ -e "$folder/usr/bin/qemu-aarch64" ] || ! grep -qs '=bookworm$' /etc/os-release; then
  exit
fi
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
echo "deb http://deb.debian.org/debian bookworm-backports main" > "$folder/apt/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
if (cd "$folder/apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" download qemu-user); then
  dpkg-deb --fsys-tarfile "$folder"/apt/qemu-user_*.deb | tar -x -C "$folder" ./usr/bin/qemu-aarch64
else
  echo "no newer emulator: kernels of SME will not run" >&2
fi
rm -rf "$folder/apt"
