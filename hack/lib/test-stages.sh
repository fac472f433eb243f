# The stages of hack/test. What each test came to is a line of $OUTCOMES. Source me after common.sh.
# shellcheck shell=bash

RESULTS=$LOGS/test
OUTCOMES=$RESULTS/outcomes.jsonl
# How many times longer than usual a test program may take.
PATIENCE=1
# What tests leave in the folder for temporary files; a short path, for sockets.
SCRATCH=/tmp/chronosops-test.$$
PROJECTS="ChronosOps.Kubernetes.Tests ChronosOps.Operator.Tests"
API_CLUSTER=test-api CRDS_CLUSTER=test-crds NODE_CLUSTER=test
STAGE=0 CHILD='' CLUSTERS_UP=() LAUNCH=()

prepare_results() { rm -rf "$RESULTS"; mkdir -p "$RESULTS"; : >"$OUTCOMES"; export CHRONOSOPS_TEST_LOGS=$RESULTS; say "logs are in $RESULTS"; }

stage() { STAGE=$((STAGE + 1)); say "stage $STAGE: $1 (about $2)"; }

record_outcome() { "$LIB/outcomes.py" add "$OUTCOMES" "$@"; } # record_outcome TIER NAME passed|failed|skipped [MESSAGE]

# watched WHAT SECONDS LOG CMD...: runs CMD in a process group of its own with its output in LOG, and tells every half minute that it goes on.
watched() {
  local what=$1 limit=$2 log=$3 start told=0 rc=0; shift 3
  start=$(now)
  setsid "$@" >"$log" 2>&1 </dev/null &
  CHILD=$!
  while kill -0 "$CHILD" 2>/dev/null; do
    sleep 0.2
    local seconds=$((($(now) - start) / 1000))
    if [ $((seconds / 30)) -gt $told ]; then told=$((seconds / 30)); say "still $what, $seconds s so far"; fi
    [ $seconds -lt "$limit" ] || { echo "given up after $limit s" >>"$log"; end_child; }
  done
  wait "$CHILD" || rc=$?
  CHILD=''
  return $rc
}

end_child() { [ -z "$CHILD" ] || kill -KILL -- "-$CHILD" 2>/dev/null || true; }

# Whatever happens, nothing that a run started is left: the running test program and the clusters.
end_run() {
  local name
  end_child
  rm -rf "$SCRATCH"
  [ -z "${KEEP:-}" ] || return 0
  for name in "${CLUSTERS_UP[@]}"; do "$HACK/cluster" down --name "$name" >>"$RESULTS/down.log" 2>&1 || say "cluster $name could not be removed; log: $RESULTS/down.log"; done
  CLUSTERS_UP=()
}

# Why this machine has no cluster of its own; nothing where it can have one.
no_cluster() {
  if [ "$(id -u)" != 0 ]; then echo "a cluster needs root"
  elif ! grep -q '^ID=debian$' /etc/os-release 2>/dev/null; then echo "a cluster needs Debian's packages"; fi
}

# named_check TIER NAME SECONDS CMD...: a command that is a test.
named_check() {
  local tier=$1 name=$2 limit=$3; shift 3
  case $name in *"$FILTER"*) ;; *) return 0 ;; esac
  say "checking: $name"
  if watched "checking $name" "$limit" "$RESULTS/$name.log" "$@"; then record_outcome "$tier" "$name" passed
  else record_outcome "$tier" "$name" failed "$(tail -n 15 "$RESULTS/$name.log"); log: $RESULTS/$name.log"; fi
}

# selftest TIER NAME SECONDS WHAT CMD...: a command that prints an `ok` or `not ok` line for each test. One that ends before its end has failed too.
selftest() {
  local tier=$1 name=$2 limit=$3 what=$4 rc=0 log=$RESULTS/$2.log; shift 4
  watched "$what" "$limit" "$log" "$@" || rc=$?
  "$LIB/outcomes.py" lines "$OUTCOMES" "$tier" "$name" "$log"
  [ $rc = 0 ] || grep -q '^not ok' "$log" || record_outcome "$tier" "$name" failed "ended with status $rc: $(tail -n 5 "$log"); log: $log"
}

build_tests() {
  local project
  for project in $PROJECTS; do
    watched "building $project" 900 "$RESULTS/build-$project.log" dotnet build "$REPO/$project" --nologo -v minimal && continue
    tail_log "$RESULTS/build-$project.log" 30
    record_outcome unit "build of $project" failed "log: $RESULTS/build-$project.log"
    return 1
  done
}

# run_tests TIER SECONDS PROJECT FILTER...: one test program; every test in it becomes a line of $OUTCOMES.
run_tests() {
  local tier=$1 limit=$(($2 * PATIENCE)) project=$3 rc=0; shift 3
  local name=$tier-$project
  [ -z "$FILTER" ] || set -- "$@" --filter-method "*$FILTER*"
  rm -rf "$SCRATCH"; mkdir "$SCRATCH"
  watched "running the $tier tests of $project" "$limit" "$RESULTS/$name.log" env "TMPDIR=$SCRATCH" "${LAUNCH[@]}" "$REPO/artifacts/bin/$project/debug/$project" \
    --results-directory "$RESULTS" --report-ctrf --report-ctrf-filename "$name.json" --no-progress --no-ansi --auto-reporters off "$@" || rc=$?
  show_told
  "$LIB/outcomes.py" ctrf "$OUTCOMES" "$tier" "$project" "$RESULTS/$name.json" $rc "$RESULTS/$name.log"
}

tier_unit() {
  local project
  stage "unit tests" "6 min"
  # The tests check with promtool what the operator says of itself; it comes with the Prometheus that the clusters run.
  [ -n "$(no_cluster)" ] || with_lock debian unpack_debs "$DEBIAN/prometheus" prometheus
  LAUNCH=(env "PATH=$PATH:$DEBIAN/prometheus/usr/bin")
  for project in $PROJECTS; do run_tests unit 600 "$project" --filter-not-trait "Tier=*"; done
  LAUNCH=()
  named_check unit format 600 dotnet format "$REPO/ChronosOps.sln" --verify-no-changes
  if [ -z "$(no_cluster)" ]; then named_check unit generate-check 900 "$HACK/generate" --check
  else record_outcome unit generate-check skipped "the command line is built with Debian's packages, as root"; fi
  packaging_checks
}

# What is shipped besides the program: one named check for each file of tests.
packaging_checks() {
  local name
  for name in $("$LIB/packaging/run" --list); do
    if [ -z "$(no_cluster)" ]; then named_check unit "packaging-$name" 600 "$LIB/packaging/run" "$name"
    else record_outcome unit "packaging-$name" skipped "Helm, promtool and python3-yaml are installed from packages, as root"; fi
  done
}

# cluster_up NAME FLAVOR: remembered first, so that it is removed however this ends.
cluster_up() {
  CLUSTERS_UP+=("$1")
  watched "starting the cluster $1" 1800 "$RESULTS/up-$1.log" "$HACK/cluster" up --flavor "$2" --name "$1" && return
  tail_log "$RESULTS/up-$1.log" 30
  return 1
}

cluster_down() { [ -n "$KEEP" ] || watched "removing the cluster $1" 120 "$RESULTS/down-$1.log" "$HACK/cluster" down --name "$1" || true; }

tier_apiserver() {
  local reason; reason=$(no_cluster)
  stage "the API server tier" "7 min"
  # An alert is followed from Prometheus through Alertmanager to the operator.
  if [ -z "$reason" ]; then
    with_lock debian unpack_debs "$DEBIAN/prometheus" prometheus
    with_lock debian unpack_debs "$DEBIAN/alertmanager" prometheus-alertmanager
  fi
  PATH="$PATH:$DEBIAN/prometheus/usr/bin:$DEBIAN/alertmanager/usr/bin" tests_of_server apiserver $API_CLUSTER "the API server" "$reason" binary-selftest
}

# The same tests of custom resources again, and of their rules, on a server that knows what the other does not.
tier_crds() {
  local reason; reason=$(no_cluster)
  stage "custom resources on a new Kubernetes" "2 min, the first time 6 more"
  tests_of_server crds $CRDS_CLUSTER "the custom resource server" "${reason:-$(no_crdserver)}"
}

# tests_of_server TIER CLUSTER WHAT REASON [SELFTEST]: the tests of a tier that is a server alone; skipped where there is a reason.
tests_of_server() {
  local tier=$1 cluster=$2 what=$3 reason=$4 selftest=${5:-} project
  if [ -n "$reason" ]; then
    for project in $PROJECTS; do CHRONOSOPS_TEST_SKIP="$reason" run_tests "$tier" 120 "$project" --filter-trait "Tier=$tier"; done
    [ -z "$selftest" ] || "$LIB/outcomes.py" skip-required "$OUTCOMES" "$HACK/required-tests.txt" "$tier" "$selftest: " "$reason"
    return
  fi
  if ! cluster_up "$cluster" "$tier"; then record_outcome "$tier" "$what" failed "log: $RESULTS/up-$cluster.log"; return; fi
  LAUNCH=("$LIB/with-cluster" "$cluster")
  for project in $PROJECTS; do run_tests "$tier" 1200 "$project" --max-threads 10 --filter-trait "Tier=$tier"; done
  LAUNCH=()
  [ -z "$selftest" ] || [ -n "$FILTER" ] || selftest "$tier" "$selftest" 1500 "testing the published command line" "$LIB/with-cluster" "$cluster" "$LIB/$selftest"
  cluster_down "$cluster"
}

# What the tests of a tier have seen, line by line: counts, kills, times.
show_told() { cat "$RESULTS"/told-*.log >&2 2>/dev/null || true; rm -f "$RESULTS"/told-*.log; }

# Last of all: while the release is removed, the operator may be refused what it asks for.
release_checks() {
  [ -z "$FILTER" ] || return 0
  selftest cluster release-selftest 1500 "upgrading and removing the release amid incidents" "$LIB/with-cluster" $NODE_CLUSTER "$LIB/release-selftest"
  selftest cluster install-selftest 600 "installing the operator in every way" "$LIB/with-cluster" $NODE_CLUSTER "$LIB/install-selftest"
}

tier_cluster() {
  local project reason; reason=$(no_cluster)
  stage "the cluster tier" "26 min"
  if [ -n "$reason" ]; then
    for project in $PROJECTS; do CHRONOSOPS_TEST_SKIP="$reason" run_tests cluster 120 "$project" --filter-trait Tier=cluster; done
    "$LIB/outcomes.py" skip-required "$OUTCOMES" "$HACK/required-tests.txt" cluster "cluster-selftest: " "$reason"
    "$LIB/outcomes.py" skip-required "$OUTCOMES" "$HACK/required-tests.txt" cluster "release-selftest: " "$reason"
    "$LIB/outcomes.py" skip-required "$OUTCOMES" "$HACK/required-tests.txt" cluster "install-selftest: " "$reason"
    record_outcome cluster scenarios skipped "$reason"
    record_outcome cluster rbac-audit skipped "$reason"
    record_outcome cluster dockerfile skipped "$reason"
    return
  fi
  [ -n "$FILTER" ] || selftest cluster cluster-selftest 900 "testing the cluster script" "$LIB/cluster-selftest" --quick
  CLUSTERS_UP+=("$NODE_CLUSTER")
  if ! CHRONOSOPS_CLUSTER_NAME=$NODE_CLUSTER watched "starting the node, Prometheus and the operator" 2400 "$RESULTS/up-$NODE_CLUSTER.log" "$HACK/demo" up; then
    tail_log "$RESULTS/up-$NODE_CLUSTER.log" 30
    record_outcome cluster "the node with Prometheus and the operator" failed "log: $RESULTS/up-$NODE_CLUSTER.log"
    return
  fi
  LAUNCH=("$LIB/with-cluster" $NODE_CLUSTER)
  for project in $PROJECTS; do run_tests cluster 3600 "$project" --max-threads 3 --filter-trait Tier=cluster; done
  LAUNCH=()
  named_check cluster scenarios 900 env CHRONOSOPS_CLUSTER_NAME=$NODE_CLUSTER "$HACK/scenarios" --tag quick --parallel 6 --logs "$RESULTS/scenarios"
  # After all tests: only then is what was never used needless.
  [ -n "$FILTER" ] || named_check cluster rbac-audit 120 "$LIB/with-cluster" $NODE_CLUSTER "$LIB/rbac-audit" --cluster
  release_checks
  cluster_down $NODE_CLUSTER
  # With an engine of Debian's, beside the image that the cluster has run.
  named_check cluster dockerfile 1200 "$LIB/dockerfile-check"
}
