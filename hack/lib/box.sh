# The node's box, seen from the machine: network, PID and mount namespaces with one process at the root.
# When that process ends the kernel removes every process, mount and link in it. Source me.
# shellcheck shell=bash

start_node_flavor() {
  WATCHDOG=daemons_run
  image_pause
  write_node_config
  cp "$LIB/audit-policy.yaml" "$DATA/"
  mkdir -p "$STATE/ended"
  launch box env PATH="$DAEMONS/usr/sbin:$DAEMONS/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    unshare --net --mount --pid --fork --kill-child=KILL --mount-proc --propagation private -- bash "$LIB/box-init" "$CACHE" "$NAME" "$BIN"
  wait_for 10 "the node's network namespace" connect_box || { tail_log "$DAEMON_LOGS/box.log"; return 1; }
  wait_for 30 containerd containerd_ready || { tail_log "$DAEMON_LOGS/containerd.log"; return 1; }
  load "$ARCHIVE"
  wait_for 60 "the API server" api_ready || { tail_log "$DAEMON_LOGS/kube-apiserver.log"; return 1; }
  say "the API server is ready"
  wait_for 60 "the node" node_ready || { tail_log "$DAEMON_LOGS/kubelet.log"; return 1; }
  wait_for 60 "the default service account" default_account || { tail_log "$DAEMON_LOGS/kube-controller-manager.log"; return 1; }
}

# A pair of links between the machine and the box. The routes go with the link, the link with the box.
connect_box() {
  local pid
  pid=$(recorded box) && [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] || return 1
  ip link add "$LINK" type veth peer name "$NODE_LINK" netns "$pid" || return 1
  ip addr add "$HOST_IP/30" dev "$LINK"
  ip link set "$LINK" up
  ip route add "$POD_CIDR" via "$NODE_IP" dev "$LINK"
  ip route add "$SERVICE_CIDR" via "$NODE_IP" dev "$LINK"
}
