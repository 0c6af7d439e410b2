#!/usr/bin/env bash
# The page of a running parent and child in a browser: `page_test.sh PROGRAM
# SCREENSHOTS`.
set -euo pipefail

program=$(readlink -f "$1")
mkdir -p "$2"
screenshots=$(cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/browser/two_nodes.sh
. ./two_nodes.sh

npm ci --no-audit --no-fund --ignore-scripts >/dev/null

folder=$(mktemp -d)
port=$(free_web_port)
"$quickstart" --program "$program" --dir "$folder" --http-port "$port" \
  >"$folder/output" 2>&1 &
nodes=$!

finish() {
  local code=$?
  kill -TERM "$nodes" 2>/dev/null || true
  wait "$nodes" || { echo "the nodes did not end well" >&2; code=1; }
  if ((code != 0)); then
    cat "$folder/output" "$folder"/*/log >&2 || true
  fi
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT

for ((i = 0; i < 600; ++i)); do
  grep -q "Running until" "$folder/output" && break
  kill -0 "$nodes" 2>/dev/null || exit 1
  sleep 0.1
done
# The page is zoomed into what it shows of the last half minute.
sleep 35
node page_test.mjs --url "http://127.0.0.1:$port/" --out "$screenshots"
