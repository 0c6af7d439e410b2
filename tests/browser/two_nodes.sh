# shellcheck shell=bash
# A parent and a child under test, run by tools/quickstart. Sourced.

# shellcheck disable=SC2034 # used by those who source this
quickstart=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/tools/quickstart

# Three free ports in a row: for links, the parent's page, the child's page.
# Prints the middle one.
free_web_port() {
  local port
  for ((port = 20001 + $$ % 1000 * 10; port < 32000; port += 10)); do
    if ! is_taken $((port - 1)) && ! is_taken "$port" \
      && ! is_taken $((port + 1)); then
      echo "$port"
      return
    fi
  done
  echo "no free port" >&2
  return 1
}

is_taken() { # PORT
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
