#!/usr/bin/env bash
# Compiles and runs every Swift example of the README and the articles, and every step of the tutorials, each as a program of its own
# that depends on this package as a stranger's would. What `swift build -c release` made of the library serves them.
set -euo pipefail
cd "$(dirname "$0")/../.."
build="$PWD/.build"
package="$build/examples"
mkdir -p "$package"
python3 Tests/DocumentationExamples/extract.py "$package" "$PWD" README.md Docs.docc/*.md Docs.docc/Resources/*.swift
# A folder of builds keeps one package's steps; those of this one take their place.
swift build -c release --package-path "$package" --scratch-path "$build" --disable-build-manifest-caching
cd "$package"
for program in $(cat programs); do
  echo "-- $program"
  "$build/release/$program"
done
