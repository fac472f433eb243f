# What the selftests of the chart share. Source me after common.sh, through hack/lib/with-cluster.
# shellcheck shell=bash

export KUBECONFIG=${CHRONOSOPS_TEST_KUBECONFIG:?run me through hack/lib/with-cluster}
SYSTEM=chronosops-system CHART=$REPO/charts/chronosops
SCRATCH=$(mktemp -d) FAILED=0
# What `release` and `revision` call.
HELM=helm

check() { local what=$1; shift; if "$@" >&2; then echo "ok - $what"; else echo "not ok - $what"; FAILED=1; fi; }
# release NAMESPACE HELM_ARGUMENT...
release() { local ns=$1; shift; $HELM "$@" -n "$ns" >"$SCRATCH/helm.log" 2>&1 || { cat "$SCRATCH/helm.log" >&2; return 1; }; }
revision() { $HELM status chronosops -n "$1" | sed -n 's/^REVISION: //p'; }
rolled_out() { kubectl -n "$1" rollout status deployment/chronosops --timeout=120s; }
# apply_policy NAMESPACE NAME: one for all workloads there.
apply_policy() { printf 'apiVersion: chronosops.io/v1alpha1\nkind: RemediationPolicy\nmetadata: {name: %s}\nspec: {workloads: {selector: {}}}\n' "$2" | kubectl -n "$1" apply -f -; }
definitions_stay() { [ "$(kubectl get crd -o name | grep -c 'chronosops\.io$')" = 2 ]; }
