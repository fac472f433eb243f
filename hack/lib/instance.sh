# One instance of a cluster: its folder, its index, and everything that derives from the index. Source me.
# shellcheck shell=bash

CLUSTERS=$CACHE/clusters
ALLOCATION_LOCK=/run/lock/chronosops-cluster
MAX_INDEX=${CHRONOSOPS_MAX_INDEX:-99}
# The first two numbers of the three ranges: the link to the machine, the pods, the services.
LINK_NET=${CHRONOSOPS_LINK_NET:-10.200} POD_NET=${CHRONOSOPS_POD_NET:-10.201} SERVICE_NET=${CHRONOSOPS_SERVICE_NET:-10.202}
PORT_BASE=${CHRONOSOPS_PORT_BASE:-26000}

check_name() {
  [[ $1 =~ ^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$ ]] || usage_error "--name '$1': use 1 to 40 of a-z, 0-9 and '-', beginning with a letter"
}

# use_instance NAME: sets the paths; reads what was allocated if there is anything.
use_instance() {
  NAME=$1 STATE=$CLUSTERS/$1 FLAVOR='' INDEX=''
  PKI=$STATE/pki KUBECONFIGS=$STATE/kubeconfig DAEMON_LOGS=$STATE/logs PIDS=$STATE/pids DATA=$STATE/data
  ADMIN_KUBECONFIG=$KUBECONFIGS/admin AUDIT_LOG=$STATE/audit/audit.log CONTAINERD_SOCKET=''
  [ ! -f "$STATE/instance" ] || { . "$STATE/instance"; derive; }
}

# What an index means. Link names stay under the kernel's 15 characters.
derive() {
  CGROUP=chronosops-$INDEX-$(printf %s "$STATE" | sha256sum | cut -c1-8)
  LINK=chronos${INDEX}h NODE_LINK=chronos${INDEX}n
  SERVICE_CIDR=$SERVICE_NET.$INDEX.0/24 SERVICE_IP=$SERVICE_NET.$INDEX.1
  POD_CIDR=$POD_NET.$INDEX.0/24 POD_GATEWAY=$POD_NET.$INDEX.1
  LINK_CIDR=$LINK_NET.$INDEX.0/30
  if [ "$FLAVOR" = node ]; then
    NODE_NAME=$NAME NODE_IP=$LINK_NET.$INDEX.2 HOST_IP=$LINK_NET.$INDEX.1 API_HOST=$NODE_IP
    API_PORT=6443 ETCD_PORT=2379 ETCD_PEER_PORT=2380 MANAGER_PORT=10257 SCHEDULER_PORT=10259
    CONTAINERD_SOCKET=$STATE/cri/containerd.sock
  else
    local p=$((PORT_BASE + INDEX * 5))
    NODE_IP=127.0.0.1 HOST_IP=127.0.0.1 API_HOST=127.0.0.1
    API_PORT=$p ETCD_PORT=$((p + 1)) ETCD_PEER_PORT=$((p + 2)) MANAGER_PORT=$((p + 3))
  fi
}

allocate() { with_lock "$ALLOCATION_LOCK" allocate_index "$1"; }

# allocate_index FLAVOR: takes the first index that nothing on this machine uses, and writes it down before it is used.
allocate_index() {
  local i; FLAVOR=$1
  for ((i = 0; i <= MAX_INDEX; i++)); do
    INDEX=$i; derive
    [ ${#CONTAINERD_SOCKET} -le 107 ] || die "$CONTAINERD_SOCKET is too long for a socket: use a shorter --name or CHRONOSOPS_CACHE"
    index_is_free || continue
    mkdir -p "$PKI" "$KUBECONFIGS" "$DAEMON_LOGS" "$PIDS" "$DATA" "$STATE/audit" "$STATE/tmp"
    chmod 700 "$STATE"
    local v
    for v in FLAVOR INDEX LINK_NET POD_NET SERVICE_NET PORT_BASE; do printf '%s=%q\n' $v "${!v}"; done >"$STATE/instance.new"
    mv "$STATE/instance.new" "$STATE/instance"
    make_cgroups || die "could not make the cgroup $CGROUP"
    return
  done
  die "no free index from 0 to $MAX_INDEX: subnets $LINK_NET, $POD_NET and $SERVICE_NET or ports from $PORT_BASE are in use;" \
    "choose others with CHRONOSOPS_LINK_NET, CHRONOSOPS_POD_NET, CHRONOSOPS_SERVICE_NET and CHRONOSOPS_PORT_BASE"
}

index_is_free() {
  ! compgen -G "$(tracking_root)/chronosops-$INDEX-*" >/dev/null || return 1
  if [ "$FLAVOR" = node ]; then
    [ ! -e "/sys/class/net/$LINK" ] && unrouted "$LINK_CIDR" && unrouted "$POD_CIDR" && unrouted "$SERVICE_CIDR"
  else
    [ -z "$(ss -Hltn "sport >= :$API_PORT and sport <= :$MANAGER_PORT")" ]
  fi
}

# No route but the default one leads there, and none lies inside.
unrouted() { [ -z "$(ip -4 route show match "$1" | grep -v '^default')$(ip -4 route show root "$1")" ]; }

instances() { local f; for f in "$CLUSTERS"/*/; do [ ! -d "$f" ] || basename "$f"; done; }
