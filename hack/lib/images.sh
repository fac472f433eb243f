# The images of the cluster and the demo, assembled from Debian packages and published programs. Source me.
# Every function prints the path of its docker-archive; what is there for the same inputs is not made again.
# shellcheck shell=bash

IMAGES=$CACHE/images

# archive NAME KEY: the path for an image whose inputs have this key.
archive() { mkdir -p "$IMAGES"; echo "$IMAGES/$1-$2.tar"; }

key_of() { sha256sum | cut -c1-12; }
tree_key() { (cd "$1" && find . \( -type f -o -type l \) -printf '%P %m %l\n' | LC_ALL=C sort && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | key_of; }
mkimage() { python3 "$LIB/mkimage.py" "$@"; }

# scratch_dir NAME: an empty folder for putting an image together; left-overs of a killed run go.
scratch_dir() { local d=$IMAGES/work/$1; rm -rf "$d"; mkdir -p "$d"; echo "$d"; }

image_pause() { with_lock image-pause make_pause; }

make_pause() {
  local out dir
  out=$(archive pause "$({ cat "$LIB/pause/pause.go" "$LIB/mkimage.py"; "$GO" version; } | key_of)")
  if [ ! -f "$out" ]; then
    dir=$(scratch_dir pause)
    say "building the image localhost/pause:1"
    CGO_ENABLED=0 GO111MODULE=off GOFLAGS='' GOPATH=$dir GOCACHE=$CACHE/gocache logged "$LOGS/image-pause.log" \
      "$GO" build -trimpath -ldflags '-s -w' -o "$dir/root/pause" "$LIB/pause/pause.go" || die "the pause image could not be built"
    mkimage localhost/pause:1 "$out" "$dir/root" --entrypoint /pause --user 65535:65535
    rm -rf "$dir"
  fi
  echo "$out"
}
