#!/usr/bin/env bash
# The pages of real nodes in a browser: `page_test.sh PROGRAM SCREENSHOTS
# [ARGUMENT...]`; further arguments go to page_test.mjs, such as
# `--screenshot docs/images/dashboard.png`, which writes the README's picture.
set -euo pipefail

program=$(readlink -f "$1")
mkdir -p "$2"
screenshots=$(cd "$2" && pwd)
shift 2
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts >/dev/null
exec node "$folder/page_test.mjs" --program "$program" --out "$screenshots" "$@"
