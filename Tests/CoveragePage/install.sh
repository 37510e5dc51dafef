#!/usr/bin/env bash
# Prints the name of a browser of Chromium's kind; where there is none, installs Debian's.
set -euo pipefail
names=(chromium chromium-browser google-chrome)
if ! command -v "${names[@]}" > /dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium > /dev/null
fi
command -v "${names[@]}" | head -1
