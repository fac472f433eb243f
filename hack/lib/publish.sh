# The images of the project's own programs: published self-contained, on the common base. Source me.
# shellcheck shell=bash

# The folders whose files decide what a published program contains, besides the build settings at the top of the repository.
OPERATOR_SOURCES="ChronosOps.Operator ChronosOps.Kubernetes crds"
DEMO_SOURCES="samples/DemoService"
RUNTIME_ENV=(--env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 --env DOTNET_EnableDiagnostics=0 --env DOTNET_gcServer=0)

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

build_operator() { build_program ChronosOps.Operator "$1" && program_image "localhost/chronosops:$VERSION" "$1" "$2" /app/chronosops; }
build_demo() { build_program samples/DemoService "$1" && program_image localhost/chronosops-demo:1 "$1" "$2" /app/demo; }

program_key() {
  local tag=$1; shift
  {
    echo "$tag"; base_key; dotnet_version; cat "$LIB/publish.sh"
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

# Publishing has a build tree of its own, so that it never meets a build or a test run of the same sources.
build_program() {
  local name; name=$(basename "$1")
  say "publishing $name, about a minute; log: $LOGS/publish-$name.log"
  with_lock publish publish_program "$1" "$2" "$LOGS/publish-$name.log"
}

publish_program() {
  local tree; tree=$CACHE/publish/$(printf %s "$REPO" | key_of)
  (cd "$REPO" && logged "$3" dotnet publish "$1" -c Release -r linux-x64 --self-contained -o "$2/root/app" --nologo \
    -p:ArtifactsPath="$tree" -p:UseSharedCompilation=false --disable-build-servers)
}

program_image() { # program_image NAME WORK ARCHIVE ENTRYPOINT
  mkimage "$1" "$3" "$ROOTFS" "$2/root" --entrypoint "$4" "${RUNTIME_ENV[@]}" --user 1654:1654 --port 8080 --workdir /app
}
