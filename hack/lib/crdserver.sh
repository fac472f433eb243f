# A server of custom resources as the newest Kubernetes has them (CEL, WatchList), built from the packages of Debian unstable. They are unpacked
# for the build only; the machine's apt is not changed. Source me after packages.sh.
# shellcheck shell=bash

CRDSERVER_SUITE=sid

# What decides what is built. Unstable moves: what was built stays until this changes, and its VERSIONS file says of what it was made.
crdserver_key() { cat "$LIB"/crdserver/* "$LIB/crdserver.sh" | sha256sum | cut -c1-16; }
crdserver_home() { echo "$CACHE/crdserver/$(crdserver_key)"; }

# Why there can be no such server here; nothing where there can be one.
no_crdserver() { [ -d "$(crdserver_home)" ] || [ -n "$(debian_mirror)" ] || echo "apt knows no mirror of Debian, from which unstable could be had"; }

need_crdserver() { [ -d "$(crdserver_home)" ] || with_lock crdserver build_crdserver; }

build_crdserver() {
  local target log=$LOGS/crdserver-build.log tmp
  target=$(crdserver_home)
  [ ! -d "$target" ] || return 0
  mkdir -p "$CACHE/crdserver"
  rm -rf "$CACHE"/crdserver/building.*
  tmp=$(mktemp -d "$CACHE/crdserver/building.XXXXXX")
  say "fetching the sources of the custom resource server from Debian $CRDSERVER_SUITE, about 80 MB"
  logged "$LOGS/crdserver-fetch.log" fetch_crdserver "$tmp" || { rm -rf "$tmp"; die "Debian $CRDSERVER_SUITE could not be read; log: $LOGS/crdserver-fetch.log"; }
  say "building the custom resource server, about 6 minutes on 2 cores, once; log: $log"
  GOCACHE=$CACHE/gocache TMPDIR=$tmp long_step "building the custom resource server" "$log" "$LIB/crdserver/build" "$tmp" || die "the build failed; log: $log"
  chmod 755 "$tmp/made"
  mv -T "$tmp/made" "$target"
  rm -rf "$tmp"
  say "custom resource server built: $(head -1 "$target/VERSIONS")"
}

# fetch_crdserver DIRECTORY: the packages in DIRECTORY/debs, their contents in DIRECTORY/root.
fetch_crdserver() {
  local d=$1 go deb
  mkdir -p "$d/apt/lists/partial" "$d/apt/archives/partial" "$d/debs" "$d/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian_mirror) $CRDSERVER_SUITE main" >"$d/apt/sources.list"
  unstable_apt "$d" apt-get update || return 1
  go=$(unstable_apt "$d" apt-cache pkgnames golang-1. | grep -E '^golang-1\.[0-9]+-go$' | sort -V | tail -n 1)
  [ -n "$go" ] || { echo "there is no Go in $CRDSERVER_SUITE"; return 1; }
  # shellcheck disable=SC2046
  (cd "$d/debs" && unstable_apt "$d" apt-get download $(cat "$LIB/crdserver/packages") "$go" "${go%-go}-src" etcd-server) || return 1
  for deb in "$d"/debs/*.deb; do dpkg-deb -x "$deb" "$d/root" || return 1; done
}

unstable_apt() {
  local d=$1 program=$2; shift 2
  "$program" -o Dir::Etc::sourcelist="$d/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$d/apt/lists" \
    -o Dir::Cache::archives="$d/apt/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@"
}

start_crdserver() {
  launch crdserver "$(crdserver_home)/crdserver" --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
    --bind-address=127.0.0.1 --secure-port="$API_PORT" --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --client-ca-file="$PKI/ca.crt" --audit-policy-file="$LIB/audit-policy.yaml" --audit-log-path="$AUDIT_LOG" --audit-log-format=json
}
