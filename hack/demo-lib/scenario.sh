# One bad release and what becomes of it. Needs a platform (platform.sh). Source me after it.
# shellcheck shell=bash

TEMPLATES=$REPO/samples/demo
OPERATOR_USER=system:serviceaccount:$OPERATOR_NAMESPACE:$RELEASE

# pick_scenario SEED: sets and exports the names, ports and the fault.
pick_scenario() {
  local picks
  picks=$("$HACK/demo-lib/pick.py" "$1")
  set -a; eval "$picks"; set +a
  export SLOW_MS=500
}

announce_scenario() {
  say "SEED=$SEED: $SERVICE in the namespace $NAMESPACE, $REPLICAS replicas, $([ -n "$SIDECAR" ] && echo 2 containers || echo 1 container), $METRICS_STYLE metrics, $RPS requests/s"
  say "the bad release $FAULT_WORDS (FAULT=$FAULT)"
}

run_scenario() {
  local rc=0
  play_scenario || rc=1
  summarise || rc=1
  return $rc
}

# play_scenario: everything up to the end of the incident, or until time is up.
play_scenario() {
  local rc=0
  step "10 s" "the service $SERVICE $GOOD_VERSION, its neighbour $NEIGHBOUR, traffic and a RemediationPolicy"
  start_good_version
  step "40 s" "waiting until $SERVICE $GOOD_VERSION counts as known good"
  wait_known_good
  step "5 s" "a harmless release of the neighbour $NEIGHBOUR"
  release_neighbour
  step "90 s" "the bad release: $SERVICE $BAD_VERSION"
  release_bad_version
  "$CHRONOSOPS" follow --namespace "$NAMESPACE" --workload "$SERVICE" --timeout 240s || rc=$?
  collect_results
  return $rc
}

start_good_version() {
  STARTED_AT=$(utc_now)
  [ -z "$(kubectl get namespace "$NAMESPACE" --ignore-not-found -o name)" ] || kubectl delete namespace "$NAMESPACE" >/dev/null
  [ -n "${KEEP_RUNS:-}" ] || remove_runs false
  apply namespace
  VERSION=$GOOD_VERSION good apply service
  VERSION=1.0.0 apply neighbour
  export SERVICE_IP; SERVICE_IP=$(kubectl -n "$NAMESPACE" get service "$SERVICE" -o 'jsonpath={.spec.clusterIP}')
  rolled_out "$NAMESPACE" "$SERVICE" 120
  apply load policy
  rolled_out "$NAMESPACE" "$NEIGHBOUR" 120
  rolled_out "$NAMESPACE" load 60
}

# apply TEMPLATE...: fills and applies templates of samples/demo.
apply() {
  local files=("${@/#/$TEMPLATES/}")
  "$HACK/demo-lib/render.py" "${files[@]/%/.yaml}" | kubectl apply -f - >/dev/null
}

good() { IMAGE=$DEMO_IMAGE FAULT_VARIABLE='' "$@"; }
bad() {
  local image=$DEMO_IMAGE
  [ "$FAULT" != image ] || image=${DEMO_IMAGE%:*}:$BAD_VERSION-missing
  IMAGE=$image "$@"
}

# The policy says by its condition Protected that every workload of it has a revision to return to.
wait_known_good() {
  kubectl -n "$NAMESPACE" wait --for=condition=Protected "remediationpolicy/$POLICY" --timeout=180s >/dev/null && return
  kubectl -n "$NAMESPACE" get remediationpolicy "$POLICY" -o yaml >&2
  die "$SERVICE did not become known good within 180 s"
}

release_neighbour() {
  VERSION=1.0.1 apply neighbour
  sleep 5
}

release_bad_version() {
  APPLIED_AT=$(utc_now)
  VERSION=$BAD_VERSION bad apply service
}

# What the summary is made from: the view from outside, the incident, and the API server's own record.
collect_results() {
  kubectl -n "$NAMESPACE" logs deployment/load --tail=-1 >"$SCRATCH/$NAMESPACE.load" 2>/dev/null || true
  kubectl -n "$NAMESPACE" get incidents -o json >"$SCRATCH/$NAMESPACE.incidents"
}

result() {
  "$HACK/demo-lib/summary.py" --namespace "$NAMESPACE" --workload "$SERVICE" --fault "$FAULT" --seed "$SEED" --applied-at "$APPLIED_AT" \
    --load-log "$SCRATCH/$NAMESPACE.load" --incidents "$SCRATCH/$NAMESPACE.incidents" \
    --operator-user "$OPERATOR_USER" --audit-log "${CHRONOSOPS_AUDIT_LOG:-}" --since "$STARTED_AT" "$@"
}

summarise() {
  local rc=0
  result || rc=$?
  echo
  echo "\$ kubectl -n $NAMESPACE get incidents -o wide"
  kubectl -n "$NAMESPACE" get incidents -o wide
  show_commands
  return $rc
}

show_commands() {
  local incident
  incident=$(kubectl -n "$NAMESPACE" get incidents --sort-by=.metadata.creationTimestamp -o 'jsonpath={.items[-1:].metadata.name}')
  echo
  [ "$CLUSTER" != own ] || echo "Look around:     eval \"\$(hack/cluster env)\""
  [ -z "$incident" ] || echo "Its postmortem:  bin/chronosops postmortem $incident -n $NAMESPACE"
  echo "Again:           make demo SEED=$SEED FAULT=$FAULT$(cluster_arguments "IMAGE_REPO=${IMAGE_REPO:-}" "${IMAGE_REPO_INSECURE:+IMAGE_REPO_INSECURE=$IMAGE_REPO_INSECURE}")"
  echo "Remove it all:   make demo-down$(cluster_arguments)"
}

# What has to be repeated on every make command to mean the same cluster; nothing for our own.
cluster_arguments() {
  [ "$CLUSTER" = own ] || printf ' %s' "CLUSTER=$CLUSTER" ${1:+"$1"} ${2:+"$2"}
}
