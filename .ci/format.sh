#!/usr/bin/env bash
# Names the sources that clang-format would change and fails when there are any.
# `format.sh --fix` changes them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# New files count before they are added; deleted ones don't.
if [[ -e .git ]]; then
  mapfile -d '' listed < <(git ls-files -z --cached --others \
    --exclude-standard -- '*.cpp' '*.hpp')
else
  mapfile -d '' listed < <(find . \
    \( -name build -o -name node_modules \) -prune \
    -o \( -name '*.cpp' -o -name '*.hpp' \) -print0)
fi
files=()
for file in "${listed[@]}"; do
  [[ ! -e $file ]] || files+=("$file")
done
((${#files[@]} > 0)) || { echo "no sources found" >&2; exit 1; }

if [[ ${1:-} == --fix ]]; then
  exec clang-format -i "${files[@]}"
fi
printf '%s\0' "${files[@]}" \
  | xargs -0 -n 1 -P "$(nproc)" bash -c '
      clang-format --dry-run -Werror "$1" 2>/dev/null \
        || { echo "$1: not as clang-format would have it"; exit 1; }' format
