#!/usr/bin/env bash
# Checks the page from a clean start and that the committed bundle is what its
# sources give. Needs node >= 20.19. Run it from anywhere; it leaves `dist` as it
# is. Exit code 77: the npm registry can't be reached, so nothing was checked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Installs by npm; ends the script with 77 where there is no network.
install() {
  if "$@" >"$work/log" 2>&1; then
    return
  fi
  cat "$work/log" >&2
  if grep -Eq 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT' \
    "$work/log"; then
    cat >&2 <<'TEXT'
************************************************************************
SKIPPED: the npm registry can't be reached, so the sources of the page and
its bundle in web/dist were NOT checked.
************************************************************************
TEXT
    exit 77
  fi
  exit 1
}

install npm ci --no-audit --no-fund --fetch-retries=2 --fetch-timeout=60000
npm run check
npm test
npm run build -- --outDir "$work/dist" --emptyOutDir

if ! diff -r dist "$work/dist"; then
  echo "web/dist is not what web/src gives: run 'npm run build' in web and" \
    "commit it" >&2
  exit 1
fi
echo "web/dist is up to date"
