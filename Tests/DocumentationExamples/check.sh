#!/usr/bin/env bash
# Compiles and runs every Swift example of the README and the articles, and every step of the tutorials, each as a program of its own
# that depends on this package as a stranger's would.
set -euo pipefail
cd "$(dirname "$0")/../.."
package=".build/examples"
mkdir -p "$package"
python3 Tests/DocumentationExamples/extract.py "$package" "$PWD" README.md Docs.docc/*.md Docs.docc/Resources/*.swift
cd "$package"
swift build
for program in $(cat programs); do
  echo "-- $program"
  ".build/debug/$program"
done
