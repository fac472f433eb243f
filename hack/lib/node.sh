# The configuration of the node's programs: containerd, CNI, kubelet, kube-proxy; and their command lines. Source me.
# shellcheck shell=bash

write_containerd_config() {
  mkdir -p "$DATA/containerd" "$DATA/cni" "$STATE/cri"
  # restrict_oom_score_adj: without CAP_SYS_RESOURCE the negative score of a pod's sandbox is refused.
  cat >"$DATA/containerd.toml" <<E
version = 2
root = "$DATA/containerd"
state = "/run/containerd/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$DATA/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$DAEMONS/usr/lib/cni"
    conf_dir = "$DATA/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${CHRONOSOPS_SNAPSHOTTER:-overlayfs}"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = "$DAEMONS/usr/sbin/runc"
E
}

write_network_config() {
  cat >"$DATA/cni/10-bridge.conflist" <<E
{"cniVersion": "0.4.0", "name": "bridge", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$POD_CIDR", "gateway": "$POD_GATEWAY"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
E
}

write_kubelet_config() {
  # There is no cluster DNS. Its address is the pod's own loopback, where a look-up fails at once instead of timing out.
  echo 'nameserver 127.0.0.1' >"$DATA/resolv.conf"
  cat >"$DATA/kubelet.yaml" <<E
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "$PKI/ca.crt"}}
authorization: {mode: Webhook}
tlsCertFile: "$PKI/kubelet.crt"
tlsPrivateKeyFile: "$PKI/kubelet.key"
readOnlyPort: 0
oomScoreAdj: 0
cgroupDriver: cgroupfs
cgroupRoot: "/$CGROUP"
failSwapOn: false
clusterDomain: cluster.local
clusterDNS: [127.0.0.1]
resolvConf: "$DATA/resolv.conf"
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
volumePluginDir: "$DATA/volumeplugins"
kubeAPIQPS: 50
kubeAPIBurst: 100
syncFrequency: 10s
nodeStatusUpdateFrequency: 2s
E
}

write_proxy_config() {
  cat >"$DATA/kube-proxy.yaml" <<E
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: "$KUBECONFIGS/kube-proxy"}
mode: iptables
clusterCIDR: $POD_CIDR
hostnameOverride: $NODE_NAME
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
iptables: {syncPeriod: 30s, minSyncPeriod: 0s}
E
}

write_node_config() { write_containerd_config && write_network_config && write_kubelet_config && write_proxy_config; }

start_containerd() { launch containerd containerd --config "$DATA/containerd.toml"; }

start_kubelet() {
  launch kubelet "$BIN/kubelet" --config="$DATA/kubelet.yaml" --kubeconfig="$KUBECONFIGS/kubelet" --root-dir="$DATA/kubelet" \
    --cert-dir="$DATA/kubelet-certs" --hostname-override="$NODE_NAME" --node-ip="$NODE_IP" --runtime-cgroups="/$CGROUP/daemons" \
    --container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock --v=2
}

start_proxy() { launch kube-proxy "$BIN/kube-proxy" --config="$DATA/kube-proxy.yaml" --v=2; }

ctr() { "$DAEMONS/usr/bin/ctr" --address "$CONTAINERD_SOCKET" --namespace k8s.io "$@"; }
containerd_ready() { ctr version; }

node_ready() {
  api "/api/v1/nodes/$NODE_NAME" | python3 -c '
import json, sys
conditions = json.load(sys.stdin)["status"].get("conditions", [])
sys.exit(not any(c["type"] == "Ready" and c["status"] == "True" for c in conditions))'
}

node_healthy() { containerd_ready >/dev/null 2>&1 && node_ready; }
