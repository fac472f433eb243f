# Go and its libraries from Debian unstable. They are unpacked for one build only; the machine's apt is not changed. Source me after packages.sh.
# shellcheck shell=bash

UNSTABLE=sid

# Why nothing can be had from unstable here; nothing where it can.
no_unstable() { [ -n "$(debian_mirror)" ] || echo "apt knows no mirror of Debian, from which unstable could be had"; }

# fetch_unstable DIRECTORY PACKAGES...: those and the newest Go in DIRECTORY/debs, their contents in DIRECTORY/root.
fetch_unstable() {
  local d=$1 go deb; shift
  mkdir -p "$d/apt/lists/partial" "$d/apt/archives/partial" "$d/debs" "$d/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror) $UNSTABLE main" >"$d/apt/sources.list"
  unstable_apt "$d" apt-get update || return 1
  go=$(unstable_apt "$d" apt-cache pkgnames golang-1. | grep -E '^golang-1\.[0-9]+-go$' | sort -V | tail -n 1)
  [ -n "$go" ] || { echo "there is no Go in $UNSTABLE"; return 1; }
  (cd "$d/debs" && unstable_apt "$d" apt-get download "$@" "$go" "${go%-go}-src") || return 1
  for deb in "$d"/debs/*.deb; do dpkg-deb -x "$deb" "$d/root" || return 1; done
}

unstable_apt() {
  local d=$1 program=$2; shift 2
  "$program" -o Dir::Etc::sourcelist="$d/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$d/apt/lists" \
    -o Dir::Cache::archives="$d/apt/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@"
}
