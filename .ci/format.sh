#!/bin/sh
# Fails when clang-format would change a source of ours. `format.sh --fix`
# changes it.
set -eu
cd "$(dirname "$0")/.."
mode="--dry-run -Werror"
[ "${1:-}" = --fix ] && mode=-i
# shellcheck disable=SC2086 # two words in $mode
git ls-files -z -- '*.cpp' '*.hpp' | xargs -0 -r clang-format $mode
