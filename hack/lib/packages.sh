# Debian packages: programs that are installed on the machine, and daemons that are only unpacked into the cache. Source me.
# shellcheck shell=bash

BUILD_PACKAGES="golang-1.19-go golang-github-modern-go-reflect2-dev dpkg-dev"
RUN_PACKAGES="iptables conntrack iproute2 util-linux openssl curl ca-certificates python3 procps kmod"
# Unpacked, not installed: no service is started on the machine, and an installed docker or containerd is left alone.
DAEMON_PACKAGES="etcd-server containerd runc containernetworking-plugins"
DEBIAN=$CACHE/debian
DAEMONS=$DEBIAN/daemons

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# The mirror that this machine installs from; nothing where it is another distribution.
debian_mirror() { apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' "Created-By: Packages" 2>/dev/null | awk '$1 == "bookworm" && $2 == "main" { print $3; exit }'; }

# need_packages PACKAGE...: installs those that are missing; silent when there are none.
need_packages() {
  local p missing=()
  for p; do installed "$p" || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  need_root
  say "installing from Debian: ${missing[*]} (log: $LOGS/apt.log)"
  with_lock apt install_packages "${missing[@]}" || die "apt could not install: ${missing[*]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  logged "$LOGS/apt.log" refresh_lists &&
    logged "$LOGS/apt.log" apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# Once per run is enough, also when several packages are asked for one after the other.
refresh_lists() {
  [ -z "${LISTS_FRESH:-}" ] || return 0
  apt-get update && LISTS_FRESH=1
}

# unpack_debs DIRECTORY PACKAGE...: the packages' files in DIRECTORY, complete or not at all.
unpack_debs() {
  local target=$1 tmp; shift
  [ ! -d "$target" ] || return 0
  tmp=$(mktemp -d "$(mkdir -p "$DEBIAN" && echo "$DEBIAN")/unpack.XXXXXX")
  mkdir "$tmp/root"
  say "fetching from Debian: $*"
  logged "$LOGS/apt-download.log" download_debs "$tmp" "$@" || { rm -rf "$tmp"; die "apt could not download: $*"; }
  local deb
  for deb in "$tmp"/*.deb; do dpkg-deb -x "$deb" "$tmp/root"; done
  (cd "$tmp" && ls -- *.deb) >"$tmp/root/PACKAGES"
  chmod 755 "$tmp/root"
  mv -T "$tmp/root" "$target"
  rm -rf "$tmp"
}

download_debs() (
  cd "$1" && shift || exit 1
  apt-get download -o APT::Sandbox::User=root "$@" && exit
  apt-get update && apt-get download -o APT::Sandbox::User=root "$@"
)

need_daemons() { with_lock debian unpack_debs "$DAEMONS" $DAEMON_PACKAGES; }
