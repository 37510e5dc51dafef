#!/usr/bin/env bash
# Every kernel of every cell of the coverage report against the oracle, in Swift on an emulated CPU of Arm:
#   coverage.sh [CPU, or max [SHARE, 1 to 4: one cell of so many, others every day]]
#
# There is no Swift toolchain that builds for Arm here, but Embedded Swift is part of every toolchain and needs
# no more than a C library. What it lacks is taken out of a copy of the sources: threads, clocks, key paths,
# references that are not counted, any object.
# Needs a Swift toolchain, what install.sh installs, and the kernels that run.sh compiled.
set -euo pipefail
shopt -s globstar
cd "$(dirname "$0")/../.."
root=$PWD
out=$PWD/.build/arm-coverage
rm -rf "$out"
mkdir -p "$out/source"
cp -r Sources/AffineQuant Sources/AffineOracle "$out/source/"
cd "$out/source"

rm -r AffineQuant/Outliers AffineQuant/GEMM/Operands/PackedWeight+Strips.swift AffineQuant/GEMM/Microkernels/Peak.swift AffineQuant/Dispatch/AddedKernel+Check.swift
find AffineQuant/Threads -name '*.swift' ! -name 'Execution*' ! -name ParallelWork.swift ! -name ThreadPool+Loops.swift \
  -delete
cp "$root"/Tests/Arm/Embedded/{Shims,ThreadPool}.swift AffineQuant/
sed -i -E '/import (Dispatch|Synchronization)/d
  s/\.(map|compactMap|flatMap|filter|allSatisfy|contains|drop|reduce)\(\\\.([a-zA-Z0-9.]+)\)/.\1 { $0.\2 }/g
  s/\(where: \\\.([a-zA-Z.]+)\)/(where: { $0.\1 })/g
  s/\[unowned ([a-z]+)\]/[\1]/
  s/any AnyObject & Sendable/KeptObject/
  s/(final class KernelDefinition<Arguments>: )(Sendable)/\1KeptObject, @unchecked \2/' ./**/*.swift
for file in $(grep -lE 'Atomic[<(]' -r AffineQuant); do sed -i '1i internal import Synchronization' "$file"; done
# Types are no values: results are floats, which is what the checks ask for.
sed -i '/case is Float16.Type:/,/^    }$/d; /switch Element.self/d; /case is Float.Type:/d' AffineQuant/GEMM/Products/ProductCall.swift
# Kernels from outside are not checked here.
sed -i '/static func run(_ cell: CoverageCell, _ kernel: AddedKernel)/,/^  }$/d' AffineOracle/CellCheck.swift
# Errors without a type are none: a check that throws ends the program.
sed -i -E 's/ throws -> / -> /; s/\btry /try! /g' AffineOracle/CellCheck*.swift

echo "module AffineKernels { header \"$root/Sources/AffineKernels/include/affine_kernels.h\" export * }" \
  > "$out/module.modulemap"
flags=(-target aarch64-none-none-elf -O -wmo -parse-as-library -suppress-warnings -swift-version 6
  -package-name affine_quant -I "$out" -Xcc "-fmodule-map-file=$out/module.modulemap"
  -Xfrontend -function-sections)
for feature in ExistentialAny InternalImportsByDefault MemberImportVisibility; do
  flags+=(-enable-upcoming-feature $feature)
done
for feature in Embedded Lifetimes Extern; do flags+=(-enable-experimental-feature $feature); done
for module in AffineQuant AffineOracle; do
  swiftc "${flags[@]}" -emit-module -emit-module-path "$out/$module.swiftmodule" -module-name $module \
    -c -o "$out/$module.o" $module/**/*.swift
done
swiftc "${flags[@]}" -module-name coverage -c -o "$out/coverage.o" "$root/Tests/Arm/Embedded/Coverage.swift"

toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")/../lib/swift
clang --target=aarch64-linux-gnu -fuse-ld=lld -static -o "$out/coverage" "$out"/*.o "$root"/.build/arm/kernels/*.o \
  "$toolchain/embedded/aarch64-none-none-elf/libswiftUnicodeDataTables.a" -lm -Wl,--gc-sections

# Of a CPU that was asked for, or of one that has all that there is, with scalable vectors as long as Apple M4's.
read -r emulator max < <("$root/Tests/Arm/emulator.sh")
cpu=${1:-max}
# An old emulator has no SME that can be trusted.
[ "$cpu" = max ] && cpu=$max
[ "$cpu" = max ] && cpu=max,sme-default-vector-length=64
share=${2:-1}
day=$(($(date +%s) / 86400))
# Half of the cells each, since the program has one thread.
pids=()
for half in 0 1; do
  PARTS=$((2 * share)) REMAINDER=$((2 * (day % share) + half)) "$emulator" -cpu "$cpu" "$out/coverage" > "$out/$half.txt" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || { cat "$out"/[01].txt; exit 1; }; done
cat "$out"/[01].txt | awk '$3 == "right" { count[$1] += $2 } END { for (name in count) print name, count[name], "right" }' |
  sort
tail -q -n 1 "$out"/[01].txt
