# The Kubernetes server binaries, built from Debian's source package with Debian's Go. Source me.
# shellcheck shell=bash

KUBERNETES_PIN=1.20.5+really1.20.2-1.1+deb12u1
KUBERNETES_VERSION=1.20.2
# Without the cloud providers and dockershim: smaller, and faster to build.
KUBERNETES_TAGS=providerless,dockerless
KUBERNETES_COMMANDS="kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy"
GO=/usr/lib/go-1.19/bin/go
REFLECT2=/usr/share/gocode/src/github.com/modern-go/reflect2

# Everything that decides what comes out of the build, so that a change of any of it builds anew.
kubernetes_key() {
  {
    echo "$KUBERNETES_PIN" "$KUBERNETES_TAGS" "$KUBERNETES_COMMANDS"
    # shellcheck disable=SC2086
    dpkg-query -W $BUILD_PACKAGES | grep -v dpkg-dev
    cat "$LIB"/patches/*.patch "$LIB/kubernetes-build"
  } | sha256sum | cut -c1-16
}

kubernetes_bin() { echo "$CACHE/kubernetes/$(kubernetes_key)"; }

need_kubernetes() {
  # shellcheck disable=SC2086
  need_packages $BUILD_PACKAGES
  [ ! -d "$(kubernetes_bin)" ] || return 0
  with_lock kubernetes build_kubernetes
}

build_kubernetes() {
  local target log=$LOGS/kubernetes-build.log tmp
  target=$(kubernetes_bin)
  [ ! -d "$target" ] || return 0
  mkdir -p "$CACHE/kubernetes"
  # A build that was killed leaves its folder; the lock says that nobody is in it any more.
  rm -rf "$CACHE"/kubernetes/building.*
  tmp=$(mktemp -d "$CACHE/kubernetes/building.XXXXXX")
  kubernetes_source "$tmp/src"
  say "building the Kubernetes binaries, about 6 minutes on 2 cores, once; log: $log"
  export GO REFLECT2 TAGS=$KUBERNETES_TAGS VERSION=$KUBERNETES_VERSION GOCACHE=$CACHE/gocache
  local TMPDIR=$tmp; export TMPDIR
  # shellcheck disable=SC2086
  long_step "building the Kubernetes binaries" "$log" "$LIB/kubernetes-build" "$tmp" $KUBERNETES_COMMANDS || die "the Kubernetes build failed; log: $log"
  mv "$tmp/src/VERSION" "$tmp/bin/SOURCE"
  chmod 755 "$tmp/bin"
  mv -T "$tmp/bin" "$target"
  rm -rf "$tmp"
  say "Kubernetes binaries built: $target"
}

# kubernetes_source DIRECTORY: Debian's source package, downloaded into DIRECTORY.
kubernetes_source() {
  local version; mkdir -p "$1"
  source_apt_sources
  say "fetching Debian's source package of Kubernetes"
  logged "$LOGS/apt-source.log" source_apt update || warn "some source lists could not be read; log: $LOGS/apt-source.log"
  version=$(source_version)
  [ -n "$version" ] || { tail_log "$LOGS/apt-source.log"; die "no Kubernetes 1.20 source in the machine's apt sources (Debian bookworm needed)"; }
  [ "$version" = "$KUBERNETES_PIN" ] || warn "source $KUBERNETES_PIN is gone from the archive; building $version"
  (cd "$1" && logged "$LOGS/apt-source.log" source_apt source --download-only "kubernetes=$version") || die "the source could not be downloaded"
  echo "$version" >"$1/VERSION"
}

source_version() {
  source_apt --no-all-versions showsrc kubernetes 2>/dev/null | awk '/^Version: 1\.20\./ {print $2}' | sort -uV |
    awk -v pin="$KUBERNETES_PIN" '{last = $0; if ($0 == pin) found = $0} END {print found ? found : last}'
}

# The machine's own sources again, as source lists, in a private place: the machine's apt is not changed.
source_apt_sources() {
  local d=$CACHE/apt-source
  rm -rf "$d/sources.d"; mkdir -p "$d/sources.d" "$d/lists/partial" "$d/archives/partial"
  "$LIB/deb-src" /etc/apt >"$d/names" "$d/sources.d"
}

source_apt() {
  local d=$CACHE/apt-source program=apt-get
  [ "${1:-}" != --no-all-versions ] || { shift; program=apt-cache; }
  $program -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$d/sources.d" -o Dir::State::lists="$d/lists" \
    -o Dir::Cache::archives="$d/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@"
}
