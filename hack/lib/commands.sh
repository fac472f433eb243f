# The commands of hack/cluster. Source me.
# shellcheck shell=bash

for part in packages unstable kubernetes crdserver tools instance cgroups processes pki control-plane node box teardown images; do . "$LIB/$part.sh"; done

# prepare FLAVOR: everything that outlives an instance. Quick when it is all there.
prepare() {
  need_root
  need_packages $RUN_PACKAGES
  need_tools
  if [ "$1" = crds ]; then need_crdserver; return; fi
  need_daemons
  need_kubernetes
  BIN=$(kubernetes_bin)
  ln -sfn "$DAEMONS/usr/bin/ctr" "$TOOLS_BIN/ctr"
}

up() { # up FLAVOR [IMAGE.tar ...]
  local flavor=$1; shift
  prepare "$flavor"
  with_lock "cluster-$NAME" bring_up "$flavor" || return 1
  [ $# -eq 0 ] || load "$@"
  say "cluster '$NAME' is up; eval \"\$(hack/cluster env --name $NAME)\" sets KUBECONFIG"
}

bring_up() {
  use_instance "$NAME"
  if [ -d "$STATE" ]; then
    [ -z "$FLAVOR" ] || [ "$FLAVOR" = "$1" ] || die "cluster '$NAME' exists with the flavor $FLAVOR; remove it first with: hack/cluster down --name $NAME"
    if healthy; then say "cluster '$NAME' is already up"; return 0; fi
    say "cluster '$NAME' is not healthy: starting it anew"
    tear_down || return 1
  fi
  mkdir -p "$PIDS"
  record up $$
  trap give_up EXIT
  trap 'exit 1' INT TERM HUP
  allocate "$1"
  say "starting cluster '$NAME' (flavor $FLAVOR, index $INDEX)"
  make_certificates
  start_"$FLAVOR"_flavor || die "cluster '$NAME' did not start; logs are kept in $LOGS/$NAME"
  trap - EXIT INT TERM HUP
  rm -f "$PIDS/up"
}

give_up() { WATCHDOG=''; keep_logs; tear_down; exit 1; }

keep_logs() { rm -rf "${LOGS:?}/$NAME"; mkdir -p "$LOGS"; cp -r "$DAEMON_LOGS" "$LOGS/$NAME" 2>/dev/null || true; }

start_apiserver_flavor() {
  WATCHDOG=daemons_run
  start_etcd "$DAEMONS/usr/bin/etcd"
  start_apiserver
  wait_for 60 "the API server" api_ready || { tail_log "$DAEMON_LOGS/kube-apiserver.log"; return 1; }
  say "the API server is ready"
  start_controller_manager
  wait_for 60 "the default service account" default_account || { tail_log "$DAEMON_LOGS/kube-controller-manager.log"; return 1; }
}

start_crds_flavor() {
  WATCHDOG=daemons_run
  start_etcd "$(crdserver_home)/etcd"
  start_crdserver
  wait_for 60 "the custom resource server" api_ready || { tail_log "$DAEMON_LOGS/crdserver.log"; return 1; }
}

# daemons_run: false, and says which, as soon as one of the recorded daemons has ended.
daemons_run() {
  local f name
  for f in "$PIDS"/*; do
    name=$(basename "$f")
    recorded "$name" >/dev/null || { say "$name has ended"; tail_log "$DAEMON_LOGS/$name.log"; return 1; }
  done
  for f in "$STATE"/ended/*; do
    [ ! -f "$f" ] || { name=$(basename "$f"); say "$name has ended with status $(cat "$f")"; tail_log "$DAEMON_LOGS/$name.log"; return 1; }
  done
}

healthy() {
  [ -n "$FLAVOR" ] && [ ! -e "$PIDS/up" ] && daemons_run 2>/dev/null && api_ready >/dev/null || return 1
  [ "$FLAVOR" != node ] || node_healthy
}

down() { use_instance "$NAME"; need_root; stop_unfinished_up; with_lock "cluster-$NAME" down_locked; }

down_locked() {
  use_instance "$NAME"
  [ -d "$STATE" ] || { say "cluster '$NAME' does not exist"; return 0; }
  tear_down && say "cluster '$NAME' is removed"
}

down_all() { local n rc=0; for n in $(instances); do NAME=$n; down || rc=1; done; return $rc; }

status() {
  use_instance "$NAME"
  [ -n "$FLAVOR" ] || { echo "cluster '$NAME' does not exist"; return 1; }
  local state=healthy rc=0
  healthy || { state='not healthy' rc=1; }
  printf '%-12s %s\n' name "$NAME" state "$state" flavor "$FLAVOR" server "https://$API_HOST:$API_PORT" \
    kubeconfig "$ADMIN_KUBECONFIG" audit "$AUDIT_LOG" logs "$DAEMON_LOGS" host "$HOST_IP"
  [ "$FLAVOR" != node ] || printf '%-12s %s\n' containerd "$CONTAINERD_SOCKET" pods "$POD_CIDR" services "$SERVICE_CIDR" cgroup "/$CGROUP"
  daemon_states
  return $rc
}

daemon_states() {
  local f name
  for f in "$DAEMON_LOGS"/*.log; do
    name=$(basename "$f" .log)
    case $name in pki | box) continue ;; esac
    if [ -f "$STATE/ended/$name" ] || { [ "$FLAVOR" != node ] && ! recorded "$name" >/dev/null; }; then
      printf '%-12s %s\n' "" "$name has ended"
    else
      printf '%-12s %s\n' "" "$name runs"
    fi
  done
}

env_lines() {
  use_instance "$NAME"
  [ -n "$FLAVOR" ] || die "cluster '$NAME' does not exist; create it with: hack/cluster up --name $NAME"
  printf 'export KUBECONFIG=%q CHRONOSOPS_CLUSTER_NAME=%q CHRONOSOPS_AUDIT_LOG=%q CHRONOSOPS_CONTAINERD_SOCK=%q CHRONOSOPS_CTR=%q CHRONOSOPS_HOST_IP=%q PATH=%q\n' \
    "$ADMIN_KUBECONFIG" "$NAME" "$AUDIT_LOG" "$CONTAINERD_SOCKET" "$DAEMONS/usr/bin/ctr" "$HOST_IP" "$TOOLS_BIN:${PATH//$TOOLS_BIN:/}"
}

load() {
  [ -n "${FLAVOR:-}" ] || use_instance "$NAME"
  [ "$FLAVOR" = node ] || die "cluster '$NAME' has no node that could hold images"
  local image
  for image; do
    say "loading $(basename "$image")"
    logged "$LOGS/load.log" ctr images import "$image" || die "could not load $image"
  done
}
