# A server of custom resources as the newest Kubernetes has them (CEL, WatchList), built from the packages of Debian unstable. Source me after
# packages.sh and unstable.sh.
# shellcheck shell=bash

# What decides what is built. Unstable moves: what was built stays until this changes, and its VERSIONS file says of what it was made.
crdserver_key() { cat "$LIB"/crdserver/* "$LIB/crdserver.sh" "$LIB"/unstable* | sha256sum | cut -c1-16; }
crdserver_home() { echo "$CACHE/crdserver/$(crdserver_key)"; }

# Why there can be no such server here; nothing where there can be one.
no_crdserver() { [ -d "$(crdserver_home)" ] || no_unstable; }

need_crdserver() { [ -d "$(crdserver_home)" ] || with_lock crdserver build_crdserver; }

build_crdserver() {
  local target log=$LOGS/crdserver-build.log tmp
  target=$(crdserver_home)
  [ ! -d "$target" ] || return 0
  mkdir -p "$CACHE/crdserver"
  rm -rf "$CACHE"/crdserver/building.*
  tmp=$(mktemp -d "$CACHE/crdserver/building.XXXXXX")
  say "fetching the sources of the custom resource server from Debian $UNSTABLE, about 80 MB"
  # shellcheck disable=SC2046
  logged "$LOGS/crdserver-fetch.log" fetch_unstable "$tmp" $(cat "$LIB/crdserver/packages") etcd-server || { rm -rf "$tmp"; die "Debian $UNSTABLE could not be read; log: $LOGS/crdserver-fetch.log"; }
  say "building the custom resource server, about 6 minutes on 2 cores, once; log: $log"
  GOCACHE=$CACHE/gocache TMPDIR=$tmp long_step "building the custom resource server" "$log" "$LIB/crdserver/build" "$tmp" || die "the build failed; log: $log"
  chmod 755 "$tmp/made"
  mv -T "$tmp/made" "$target"
  rm -rf "$tmp"
  say "custom resource server built: $(head -1 "$target/VERSIONS")"
}

start_crdserver() {
  launch crdserver "$(crdserver_home)/crdserver" --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
    --bind-address=127.0.0.1 --secure-port="$API_PORT" --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --client-ca-file="$PKI/ca.crt" --audit-policy-file="$LIB/audit-policy.yaml" --audit-log-path="$AUDIT_LOG" --audit-log-format=json
}
