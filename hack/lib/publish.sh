# The images of the project's own programs: published self-contained, on the common base. Source me.
# shellcheck shell=bash

# The folders whose files decide what a published program contains, besides the build settings at the top of the repository.
OPERATOR_SOURCES="ChronosOps.Operator ChronosOps.Kubernetes crds"
DEMO_SOURCES="samples/DemoService"
RUNTIME_ENV=(--env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 --env DOTNET_EnableDiagnostics=0)

image_operator() {
  need_rootfs
  # shellcheck disable=SC2086
  make_image operator "$(program_key "$VERSION" $OPERATOR_SOURCES)" build_operator
}

image_demo() {
  need_rootfs
  # shellcheck disable=SC2086
  make_image demo "$(program_key 1 $DEMO_SOURCES)" build_demo
}

build_operator() {
  build_program ChronosOps.Operator "$1" && write_sbom "$1" "$2" && program_image "localhost/chronosops:$VERSION" "$1" "$2" /app/chronosops
}

# What the image is made of, in it and beside its archive.
write_sbom() {
  local bill=$1/root/usr/share/sbom/chronosops.cdx.json
  mkdir -p "$(dirname "$bill")"
  "$LIB/sbom" --name chronosops --version "$VERSION" --deps "$1/root/app/chronosops.deps.json" --debs "$ROOTFS.packages" --output "$bill" && cp "$bill" "$2.cdx.json"
}

# Many copies start on one small node and serve a few requests a second: what is compiled ahead is good enough, and compiling it again while they
# serve costs each copy three times what the serving does.
build_demo() { build_program samples/DemoService "$1" && program_image localhost/chronosops-demo:1 "$1" "$2" /app/demo --env DOTNET_TC_CallCounting=0; }

program_key() {
  local tag=$1; shift
  {
    echo "$tag"; base_key; dotnet_version; cat "$LIB/publish.sh" "$LIB/sbom"
    source_files "$@" | sort -z | (cd "$REPO" && xargs -0 sha256sum)
  } | key_of
}

dotnet_version() { (cd "$REPO" && dotnet --version); }

source_files() {
  (
    cd "$REPO" || return 1
    find . -maxdepth 1 -type f \( -name '*.props' -o -name '*.targets' -o -name global.json -o -name nuget.config -o -name .editorconfig \) -print0
    find "$@" -type d \( -name bin -o -name obj \) -prune -o -type f -print0 2>/dev/null
  )
}

# build_program PROJECT DIR: the published program in DIR/root/app. What is published for the same sources is not published again.
build_program() {
  local name published; name=$(basename "$1")
  published=$CACHE/published/$name-$(program_key published "$1" ChronosOps.Kubernetes)
  with_lock publish publish_once "$1" "$published" "$LOGS/publish-$name.log" || return 1
  mkdir -p "$2/root"; cp -a "$published" "$2/root/app"
}

# Publishing has a build tree of its own, so that it never meets a build or a test run of the same sources. It starts from nothing each time:
# an incremental publish left out a framework assembly that the program had come to need.
publish_once() {
  local tree name; name=$(basename "$1"); tree=$CACHE/publish/$(printf %s "$REPO" | key_of)
  [ ! -d "$2" ] || return 0
  say "publishing $name, about a minute; log: $3"
  rm -rf "$tree" "$2.new" "$CACHE/published/$name-"*
  (cd "$REPO" && logged "$3" dotnet publish "$1" -c Release -r linux-x64 --self-contained -o "$2.new" --nologo \
    -p:ArtifactsPath="$tree" -p:UseSharedCompilation=false --disable-build-servers) || return 1
  mv -T "$2.new" "$2"
}

program_image() { # program_image NAME WORK ARCHIVE ENTRYPOINT [OPTION...]
  mkimage "$1" "$3" "$ROOTFS" "$2/root" --entrypoint "$4" "${RUNTIME_ENV[@]}" "${@:5}" --user 1654:1654 --port 8080 --workdir /app
}
