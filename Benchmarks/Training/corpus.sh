#!/usr/bin/env bash
# Writes six novels of Jane Austen (1811-1818, in the public domain) as one plain text: 4.0 MB, ASCII.
#
#   Benchmarks/Training/corpus.sh [FILE]     if none is named, .build/corpus/austen.txt
#
# They come out of Debian's package r-cran-janeaustenr, which is not installed. A file that is there
# and whole is kept. Prints the checksum and the place.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

package=r-cran-janeaustenr
expected=2db62a5c41cb8f2b68c994e7412d4a72c5bbd2264c7c3369b5331b52689f512f
output=${1:-$root/.build/corpus/austen.txt}

fail() {
  echo "corpus.sh: $1" >&2
  exit 1
}
checksum() { sha256sum < "$1" | cut -d ' ' -f 1; }

for tool in apt-get dpkg-deb python3 sha256sum; do
  command -v "$tool" > /dev/null || fail "needs $tool, which this system does not have"
done
if [ ! -f "$output" ] || [ "$(checksum "$output")" != "$expected" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  chmod 755 "$folder"
  (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download "$package") \
    || fail "cannot fetch $package; 'apt-get update' may help"
  dpkg-deb -x "$folder/$package"_*.deb "$folder/tree"
  PYTHONIOENCODING=ascii python3 "$here/novels.py" "$folder/tree" > "$folder/text" \
    || fail "$package is not laid out like its version 1.0.0"
  found=$(checksum "$folder/text")
  [ "$found" = "$expected" ] \
    || fail "this $package holds another text: its checksum is $found, not $expected"
  mkdir -p "$(dirname "$output")"
  mv "$folder/text" "$output.partial"
  mv "$output.partial" "$output"
fi
echo "$expected  $output"
