# Assembling images from Debian packages and published programs, without a registry or an engine. Source me.
# An image_NAME function leaves the path of its docker-archive in ARCHIVE; what is there for the same inputs is not made again.
# shellcheck shell=bash

IMAGES=$CACHE/images
VERSION=${VERSION:-dev}
IMAGE_PACKAGES=$(cat "$LIB/image-packages")
ROOTFS=$DEBIAN/base

key_of() { sha256sum | cut -c1-12; }
mkimage() { python3 "$LIB/mkimage.py" "$@"; }

# make_image NAME KEY FUNCTION: FUNCTION DIR ARCHIVE makes the image, with DIR to work in, unless the archive is there.
make_image() { need_packages python3; with_lock "image-$1" make_image_locked "$@"; }

make_image_locked() {
  local work=$IMAGES/work/$1
  ARCHIVE=$IMAGES/$1-$2.tar
  [ ! -f "$ARCHIVE" ] || { touch "$ARCHIVE"; return 0; }
  rm -rf "$work"; mkdir -p "$work"
  say "building the image '$1'"
  "$3" "$work" "$ARCHIVE" || { rm -rf "$work"; die "the image '$1' could not be built"; }
  rm -rf "$work"
  say "built $ARCHIVE, $(($(stat -c %s "$ARCHIVE") / 1048576)) MiB"
  forget_old "$1"
}

# The three newest of each stay: other branches and versions may still want theirs.
forget_old() { find "$IMAGES" -maxdepth 1 -name "$1-????????????.tar" -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- | xargs -rI{} rm -f {} {}.cdx.json; }

image_pause() {
  need_packages golang-1.19-go
  make_image pause "$({ cat "$LIB/pause/pause.go" "$LIB/mkimage.py"; "$GO" version; } | key_of)" build_pause
}

build_pause() {
  CGO_ENABLED=0 GO111MODULE=off GOFLAGS='' GOPATH=$1/go GOCACHE=$CACHE/gocache logged "$LOGS/image-pause.log" \
    "$GO" build -trimpath -ldflags '-s -w' -o "$1/root/pause" "$LIB/pause/pause.go" || return 1
  mkimage localhost/pause:1 "$2" "$1/root" --entrypoint /pause --user 65535:65535
}

image_base() {
  need_rootfs
  make_image base "$(base_key)" build_base
}

build_base() { mkimage localhost/chronosops-base:debian "$2" "$ROOTFS"; }

base_key() { cat "$ROOTFS.packages" "$LIB/image-root" "$LIB/images.sh" "$LIB/mkimage.py" | key_of; }

# What every image of ours stands on: the C library, TLS, certificates and time zones of Debian.
need_rootfs() { with_lock debian make_rootfs; }

make_rootfs() {
  local tmp=$DEBIAN/base.new
  [ ! -d "$ROOTFS" ] || return 0
  # shellcheck disable=SC2086
  unpack_debs "$DEBIAN/base-packages" $IMAGE_PACKAGES
  rm -rf "$tmp"; cp -a "$DEBIAN/base-packages" "$tmp"
  mv "$tmp/PACKAGES" "$ROOTFS.packages"
  "$LIB/image-root" "$tmp"
  mv -T "$tmp" "$ROOTFS"
}

image_prometheus() {
  need_rootfs
  with_lock debian unpack_debs "$DEBIAN/prometheus" prometheus
  make_image prometheus "$({ base_key; cat "$DEBIAN/prometheus/PACKAGES"; } | key_of)" build_prometheus
}

# The program, and the pages it serves: Debian's build reads them from disk.
build_prometheus() {
  local root=$1/root
  mkdir -p "$root/usr/bin" "$root/usr/share" "$root/etc/prometheus" "$root/prometheus"
  cp "$DEBIAN/prometheus/usr/bin/prometheus" "$root/usr/bin/"
  cp -a "$DEBIAN/prometheus/usr/share/prometheus" "$root/usr/share/"
  chmod 1777 "$root/prometheus"
  mkimage localhost/prometheus:debian "$2" "$ROOTFS" "$root" --entrypoint /usr/bin/prometheus --port 9090 --user 65534:65534 \
    --workdir /prometheus --cmd=--config.file=/etc/prometheus/prometheus.yml --cmd=--storage.tsdb.path=/prometheus
}
