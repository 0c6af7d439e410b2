#!/usr/bin/env bash
# tools/quickstart with a program that is built: `quickstart_test.sh PROGRAM`.
# Two runs in one folder, from another working directory, and what must fail.
set -euo pipefail

program=$(readlink -f "$1")
# shellcheck source=tests/browser/two_nodes.sh
. "$(dirname "${BASH_SOURCE[0]}")/two_nodes.sh"

folder=$(mktemp -d)
# shellcheck disable=SC2046 # a word each
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
port=$(free_web_port)

run=("$quickstart" --program "$program" --dir "$folder/nodes"
  --http-port "$port")

expect_failure() { # WORDS COMMAND...
  local words=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "succeeded but should not: $*" >&2
    exit 1
  fi
  [[ $output == *"$words"* ]] \
    || { printf 'instead of "%s": %s\n' "$words" "$output" >&2; exit 1; }
}

expect_failure "--for takes" "${run[@]}" --for never
expect_failure "unknown argument" "${run[@]}" --forever
"${run[@]}" --for 5
for node in parent child; do
  [[ ! -e nodes/$node/pid ]] || { echo "$node has a pid file" >&2; exit 1; }
done
key=$(<nodes/api-key)

# Waits for words in a file.
wait_for() { # WORDS FILE
  local i
  for ((i = 0; i < 300; ++i)); do
    grep -qs "$1" "$2" && return
    sleep 0.1
  done
  cat "$2" >&2
  return 1
}

# Again: the store and the key are kept. Meanwhile a third one is refused, and
# so is one on the same port.
"${run[@]}" --for 5 >output 2>&1 &
second=$!
wait_for "Waiting for" output
expect_failure "another quickstart runs" "${run[@]}" --for 1
expect_failure "port $port is taken" "$quickstart" --program "$program" \
  --dir "$folder/others" --http-port "$port" --for 1
wait "$second" || { cat output >&2; exit 1; }
[[ $key == "$(<nodes/api-key)" ]] || { echo "another key" >&2; exit 1; }

# A program that is no node: the reason and its last words are told.
printf '#!/bin/sh\necho out of order >&2\nexit 3\n' >broken
chmod +x broken
expect_failure "out of order" "$quickstart" --program broken \
  --dir "$folder/broken-nodes" --http-port "$port" --for 1

# Ctrl-C ends it in order.
"${run[@]}" >output 2>&1 &
third=$!
wait_for "Running until" output
kill -TERM "$third"
wait "$third" || { cat output >&2; exit 1; }
! is_taken "$port" || { echo "port $port is still open" >&2; exit 1; }
echo "all checks hold"
