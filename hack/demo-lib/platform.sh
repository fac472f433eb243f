# What the scenario stands on: a cluster, images, Prometheus, ChronosOps. Source me after ui.sh.
# shellcheck shell=bash

OPERATOR_NAMESPACE=chronosops-system
RELEASE=chronosops
CHART=$REPO/charts/chronosops
# On every namespace that a demo made; only what carries it is ever removed.
RUN_LABEL=demo.chronosops.io/run
CLUSTER=${CLUSTER:-own}
MONITORING_NAMESPACE=monitoring
[ "$CLUSTER" = own ] || MONITORING_NAMESPACE=chronosops-demo-monitoring

platform_up() {
  check_cluster_choice
  step "30 s, 7 minutes the first time" "a Kubernetes cluster"
  cluster_up
  step "10 s, 3 minutes the first time" "container images"
  command_line_ready
  images_up
  step "10 s" "Prometheus"
  prometheus_up
  step "10 s" "ChronosOps, by its Helm chart"
  operator_up
}

check_cluster_choice() {
  case $CLUSTER in
    own) need_root ;;
    current)
      [ "${command:-}" = down ] || [ -n "${IMAGE_REPO:-}" ] || die "CLUSTER=current needs IMAGE_REPO: a registry that the cluster's nodes can pull from"
      ;;
    *) usage_error "CLUSTER must be current or absent, not '$CLUSTER'" ;;
  esac
}

cluster_up() {
  if [ "$CLUSTER" = own ]; then
    "$HACK/cluster" up
    use_own_cluster
  else
    "$HACK/cluster" tools
    use_current_cluster
    [ -n "$(ours)" ] || ! has_chronosops || die "this cluster has a ChronosOps of its own; the demo would change it. Use another cluster"
  fi
}

use_own_cluster() { local lines; lines=$("$HACK/cluster" env) || die "there is no cluster"; eval "$lines"; }

use_current_cluster() {
  [ -z "$user_kubeconfig" ] || export KUBECONFIG=$user_kubeconfig
  export PATH=$CACHE/bin:$PATH
  kubectl get --raw /version >/dev/null || die "the cluster of KUBECONFIG does not answer"
}

ours() { kubectl get namespace -l "$RUN_LABEL=platform" --field-selector "metadata.name=$OPERATOR_NAMESPACE" -o name; }
has_chronosops() {
  [ -n "$(kubectl get namespace "$OPERATOR_NAMESPACE" --ignore-not-found -o name; kubectl get crd -o name | grep 'chronosops\.io$' || true)" ]
}

command_line_ready() {
  CHRONOSOPS=$REPO/bin/chronosops
  logged "$LOGS/demo-build.log" "$HACK/build" || die "bin/chronosops could not be built; log: $LOGS/demo-build.log"
}

images_up() {
  local made
  if [ "$CLUSTER" = own ]; then
    mapfile -t made < <("$HACK/images" prometheus operator demo && echo complete)
    [ "${made[3]:-}" = complete ] || die "the images could not be made"
    "$HACK/cluster" load "${made[@]:0:3}"
    PROMETHEUS_IMAGE=localhost/prometheus:debian OPERATOR_IMAGE=localhost/chronosops:dev DEMO_IMAGE=localhost/chronosops-demo:1
  else
    mapfile -t made < <("$HACK/images" push "$IMAGE_REPO" ${IMAGE_REPO_INSECURE:+--insecure} && echo complete)
    [ "${made[3]:-}" = complete ] || die "the images could not be pushed to $IMAGE_REPO"
    PROMETHEUS_IMAGE=${made[0]} OPERATOR_IMAGE=${made[1]} DEMO_IMAGE=${made[2]}
  fi
  # The tag stays the same when the operator's code changes; this makes the pod follow.
  OPERATOR_BUILD=$(cd "$REPO" && printf '%s' "${made[1]}" && sha256sum "$CHRONOSOPS" | cut -c1-12)
  OPERATOR_BUILD=$(basename "$OPERATOR_BUILD")
  export PROMETHEUS_IMAGE DEMO_IMAGE MONITORING_NAMESPACE
}

prometheus_up() {
  "$HACK/demo-lib/render.py" "$REPO/samples/monitoring/prometheus.yaml" | kubectl apply -f - >/dev/null
  kubectl label namespace "$MONITORING_NAMESPACE" "$RUN_LABEL=platform" --overwrite >/dev/null
  rolled_out "$MONITORING_NAMESPACE" prometheus 120
  PROMETHEUS_URL=http://$(kubectl -n "$MONITORING_NAMESPACE" get service prometheus -o 'jsonpath={.spec.clusterIP}'):9090
}

OPERATOR_SETTINGS=() # More for Helm.
operator_up() {
  kubectl create namespace "$OPERATOR_NAMESPACE" --dry-run=client -o yaml | kubectl apply -f - >/dev/null
  kubectl label namespace "$OPERATOR_NAMESPACE" "$RUN_LABEL=platform" --overwrite >/dev/null
  finish_interrupted_install
  adopt_definitions
  helm upgrade --install "$RELEASE" "$CHART" --namespace "$OPERATOR_NAMESPACE" \
    --set image.repository="${OPERATOR_IMAGE%:*}" --set-string image.tag="${OPERATOR_IMAGE##*:}" \
    --set-string "podAnnotations.demo\.chronosops\.io/build=$OPERATOR_BUILD" \
    --set prometheus.url="$PROMETHEUS_URL" --set evaluationInterval=5s "${OPERATOR_SETTINGS[@]}" >"$SCRATCH/helm.log" 2>&1 ||
    { cat "$SCRATCH/helm.log" >&2; die "helm could not install ChronosOps"; }
  rolled_out "$OPERATOR_NAMESPACE" "$RELEASE" 120
}

# A run that was interrupted during `helm install` leaves a release that Helm refuses to upgrade.
finish_interrupted_install() {
  case $(helm status "$RELEASE" --namespace "$OPERATOR_NAMESPACE" 2>/dev/null | sed -n 's/^STATUS: //p') in
    pending-* | failed | uninstalling) helm uninstall "$RELEASE" --namespace "$OPERATOR_NAMESPACE" >/dev/null || true ;;
  esac
}

# Definitions that are there already, applied with kubectl by an earlier version, become the release's: Helm touches none that is not marked as its own.
adopt_definitions() {
  local definition
  for definition in $(kubectl get crd -o name | grep 'chronosops\.io$' || true); do
    kubectl label --overwrite "$definition" app.kubernetes.io/managed-by=Helm >/dev/null
    kubectl annotate --overwrite "$definition" "meta.helm.sh/release-name=$RELEASE" "meta.helm.sh/release-namespace=$OPERATOR_NAMESPACE" >/dev/null
  done
}

# rolled_out NAMESPACE DEPLOYMENT SECONDS: waits; on failure shows why.
rolled_out() {
  kubectl -n "$1" rollout status "deployment/$2" --timeout="$3s" >/dev/null && return
  kubectl -n "$1" get pods -o wide >&2
  kubectl -n "$1" get events --sort-by=.lastTimestamp 2>/dev/null | tail -n 8 >&2
  kubectl -n "$1" logs "deployment/$2" --all-containers --tail=15 >&2 || true
  die "the deployment $2 in $1 did not become ready within $3 s"
}

platform_down() {
  check_cluster_choice
  if [ "$CLUSTER" = own ]; then "$HACK/cluster" down; return; fi
  "$HACK/cluster" tools
  use_current_cluster
  say "removing the demo from the cluster of KUBECONFIG (about 90 s, most of it pods that end)"
  remove_runs false
  if [ -n "$(ours)" ]; then
    helm uninstall "$RELEASE" --namespace "$OPERATOR_NAMESPACE" --ignore-not-found >/dev/null
    kubectl get crd -o name | grep 'chronosops\.io$' | xargs -r kubectl delete >/dev/null
  fi
  kubectl delete namespace -l "$RUN_LABEL" >/dev/null
  kubectl delete clusterrole,clusterrolebinding "$MONITORING_NAMESPACE:prometheus" --ignore-not-found >/dev/null
}

# The namespaces of earlier runs, with all that is in them.
remove_runs() { kubectl delete namespace -l "$RUN_LABEL,$RUN_LABEL!=platform" --wait="${1:-true}" >/dev/null; }
