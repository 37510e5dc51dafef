#!/usr/bin/env bash
# Every C kernel of Arm on an emulated CPU against plain references, and what a compiler made of it:
#   run.sh [cases of each kernel]
# Needs clang with lld, python3, and what install.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../.."
cases=${1:-300}
out=.build/arm
kernels=Sources/AffineKernels
rm -rf "$out"
mkdir -p "$out/arm" "$out/host" "$out/assembly"

# compile <flags...>: every C file of stdin, two at a time, to a folder.
compile() {
  local folder=$1 suffix=$2
  shift 2
  xargs -P 2 -I{} sh -c 'file=$1 to=$2/$(basename "$1" .c)$3; shift 3; exec clang "$@" "$file" -o "$to"' \
    sh {} "$folder" "$suffix" -std=gnu17 -I$kernels/include "$@"
}

arm=(--target=aarch64-linux-gnu)
find $kernels -name '*.c' | compile "$out/arm" .o "${arm[@]}" -O2 -Wall -Wextra -Wpointer-arith -Werror -c
find $kernels -mindepth 2 -name '*.c' | compile "$out/assembly" .s "${arm[@]}" -O2 -S
# References round after every operation and hold no vectors.
plain=(-O1 -ffp-contract=off -fno-vectorize -fno-slp-vectorize -Wall -Wextra -Werror)
for file in Tests/Arm/Harness/*.c; do
  clang "${arm[@]}" "${plain[@]}" -std=gnu17 -I$kernels/include -c "$file" -o "$out/arm/test_$(basename "$file" .c).o"
done
clang "${arm[@]}" -fuse-ld=lld -static "$out"/arm/*.o -lm -o "$out/harness"

read -r emulator max < <(Tests/Arm/emulator.sh)
# emulate <file> <cpu> <arguments...>: the harness on a CPU.
emulate() {
  local file=$out/$1.txt cpu=$2
  shift 2
  echo "kernels on $cpu"
  "$emulator" -cpu "$cpu" "$out/harness" "$@" > "$file" || { cat "$file"; exit 1; }
  tail -1 "$file"
}
# Cores with all that there is, with dot products alone (as of 2018), and with neither (of 2012).
emulate max "$max" "$cases"
emulate neoverse-n1 neoverse-n1 "$cases"
emulate cortex-a72 cortex-a72 "$cases"
# The shortest scalable vectors, those of Apple M4, and the longest; above they have 32 bytes.
if [ "$max" = max ]; then
  for bytes in 16 64 256; do
    emulate "sme-$bytes" "max,sme-default-vector-length=$bytes" "$cases" matmul_i8
    emulate "sme-$bytes" "max,sme-default-vector-length=$bytes" "$cases" matmul_i4
  done
fi

echo "vector instructions of every kernel"
python3 Tests/Arm/vectors.py $kernels/kernels.h "$out"/assembly/*.s

# Kernels of other CPUs give the same bits.
if [ "$(uname -m)" = x86_64 ]; then
  find $kernels -name '*.c' | compile "$out/host" .o -O2 -c
  for file in Tests/Arm/Harness/*.c; do
    clang "${plain[@]}" -std=gnu17 -I$kernels/include -c "$file" -o "$out/host/test_$(basename "$file" .c).o"
  done
  clang "$out"/host/*.o -lm -o "$out/harness-host"
  "$out/harness-host" "$cases" > "$out/host.txt" || { cat "$out/host.txt"; exit 1; }
  echo "kernels of this machine"
  tail -1 "$out/host.txt"
  join -j 2 <(grep '^digest' "$out/max.txt" | sort -k 2) <(grep '^digest' "$out/host.txt" | sort -k 2) |
    awk '$3 != $5 { print $1 ": other results on Arm than here"; wrong = 1 } END { exit wrong }'
fi
