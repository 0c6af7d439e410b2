#!/bin/sh
# Checks the page from a clean start and that the committed bundle is what
# its sources give. Needs node >= 20.19; run it from anywhere.
set -eu
cd "$(dirname "$0")"

committed=$(mktemp -d)
trap 'rm -rf "$committed"' EXIT
cp -R dist "$committed/"

npm ci
npm run check
npm test
npm run build

if ! diff -r "$committed/dist" dist; then
  echo "web/dist is not what web/src gives: commit the bundle just built" >&2
  exit 1
fi
echo "web/dist is up to date"
