#!/usr/bin/env bash
# Every C kernel of Arm on an emulated CPU against plain references, and what a compiler made of it:
#   run.sh [cases of each kernel]
# Needs clang with lld, python3, what install.sh installs, and what `swift build -c release` made of the kernels of this machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
cases=${1:-300}
out=.build/arm
kernels=Sources/AffineKernels
rm -rf "$out"
mkdir -p "$out/kernels" "$out/harness" "$out/assembly" "$out/host"

# Compiled once, two files at a time. An assembler asks for the instructions that functions of C name by themselves.
compile() {
  local name
  name=$(basename "$1" .c)
  clang --target=aarch64-linux-gnu -O2 -Wall -Wextra -Wpointer-arith -Werror -std=gnu17 -I$kernels/include -S "$1" -o "$out/assembly/$name.s" &&
    clang --target=aarch64-linux-gnu -march=armv9.2-a+sme+bf16+i8mm -c "$out/assembly/$name.s" -o "$out/kernels/$name.o"
}
export -f compile
export kernels out
find $kernels -name '*.c' | xargs -P 2 -I{} bash -c 'compile {}'
# References round after every operation and hold no vectors.
plain=(-O1 -ffp-contract=off -fno-vectorize -fno-slp-vectorize -Wall -Wextra -Werror)
for file in Tests/Arm/Harness/*.c; do
  clang --target=aarch64-linux-gnu "${plain[@]}" -std=gnu17 -I$kernels/include -c "$file" -o "$out/harness/$(basename "$file" .c).o"
done
clang --target=aarch64-linux-gnu -fuse-ld=lld -static "$out"/{kernels,harness}/*.o -lm -o "$out/check"

read -r emulator max < <(Tests/Arm/emulator.sh)
# emulate <file> <cpu> <arguments...>: the harness on a CPU.
emulate() {
  local file=$out/$1.txt cpu=$2
  shift 2
  echo "kernels on $cpu"
  "$emulator" -cpu "$cpu" "$out/check" "$@" > "$file" || { cat "$file"; exit 1; }
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
  for file in Tests/Arm/Harness/*.c; do
    clang "${plain[@]}" -std=gnu17 -I$kernels/include -c "$file" -o "$out/host/$(basename "$file" .c).o"
  done
  find .build/release/AffineKernelBodies.build/ -name '*.o' -print0 | xargs -0 clang -o "$out/check-host" "$out"/host/*.o -lm
  "$out/check-host" "$cases" > "$out/host.txt" || { cat "$out/host.txt"; exit 1; }
  echo "kernels of this machine"
  tail -1 "$out/host.txt"
  join -j 2 <(grep '^digest' "$out/max.txt" | sort -k 2) <(grep '^digest' "$out/host.txt" | sort -k 2) |
    awk '$3 != $5 { print $1 ": other results on Arm than here"; wrong = 1 } END { exit wrong }'
fi
