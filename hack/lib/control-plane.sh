# The control plane's command lines, the same for both flavours. `launch` decides where they run. Source me.
# shellcheck shell=bash

# etcd 3.4 cannot leave out fsync, so its data lives in memory, in a mount that only etcd sees.
start_etcd() { # start_etcd PROGRAM
  mkdir -p "$DATA/etcd"
  launch etcd unshare --mount --propagation private -- sh -c 'mount -t tmpfs -o mode=700 etcd "$0" && exec "$@"' "$DATA/etcd" \
    "$1" --name "$NAME" --data-dir "$DATA/etcd/data" \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
    --initial-cluster "$NAME=http://127.0.0.1:$ETCD_PEER_PORT"
}

start_apiserver() {
  local bind=127.0.0.1 reconciler=none
  # The service `kubernetes` needs an endpoint only where there are pods; a loopback address would be refused as one.
  [ "$FLAVOR" != node ] || { bind=0.0.0.0; reconciler=lease; }
  launch kube-apiserver "$BIN/kube-apiserver" --etcd-servers="http://127.0.0.1:$ETCD_PORT" \
    --bind-address=$bind --secure-port="$API_PORT" --insecure-port=0 --advertise-address="$NODE_IP" --endpoint-reconciler-type=$reconciler \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" --cert-dir="$DATA/apiserver" --client-ca-file="$PKI/ca.crt" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --audit-policy-file="$LIB/audit-policy.yaml" --audit-log-path="$AUDIT_LOG" --audit-log-format=json \
    --service-cluster-ip-range="$SERVICE_CIDR" --allow-privileged=true \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$PKI/sa.pub" --service-account-signing-key-file="$PKI/sa.key" \
    --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt" \
    --kubelet-client-key="$PKI/apiserver-kubelet-client.key" --kubelet-preferred-address-types=InternalIP,Hostname \
    --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$PKI/front-proxy-client.crt" --proxy-client-key-file="$PKI/front-proxy-client.key"
}

# Not before the API server is ready: it exits when the RBAC bootstrap roles are missing. Without nodeipam, which alone costs ten seconds.
# The default of 20 requests a second would stretch the start of its thirty controllers over four seconds.
start_controller_manager() {
  local config=$KUBECONFIGS/controller-manager
  launch kube-controller-manager "$BIN/kube-controller-manager" \
    --kubeconfig="$config" --authentication-kubeconfig="$config" --authorization-kubeconfig="$config" \
    --bind-address=127.0.0.1 --secure-port="$MANAGER_PORT" --port=0 --leader-elect=false --use-service-account-credentials=true \
    --service-cluster-ip-range="$SERVICE_CIDR" --allocate-node-cidrs=false \
    --controllers='*,-nodeipam,-service,-route,bootstrapsigner,tokencleaner' --flex-volume-plugin-dir="$DATA/volumeplugins" \
    --root-ca-file="$PKI/ca.crt" --service-account-private-key-file="$PKI/sa.key" \
    --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" \
    --tls-cert-file="$PKI/controller-manager.crt" --tls-private-key-file="$PKI/controller-manager.key" \
    --node-monitor-grace-period=20s --pod-eviction-timeout=20s --concurrent-serviceaccount-token-syncs=10 \
    --kube-api-qps=200 --kube-api-burst=300
}

start_scheduler() {
  local config=$KUBECONFIGS/scheduler
  launch kube-scheduler "$BIN/kube-scheduler" \
    --kubeconfig="$config" --authentication-kubeconfig="$config" --authorization-kubeconfig="$config" \
    --bind-address=127.0.0.1 --secure-port="$SCHEDULER_PORT" --port=0 --leader-elect=false \
    --tls-cert-file="$PKI/scheduler.crt" --tls-private-key-file="$PKI/scheduler.key"
}

api() { # api PATH: GET as the administrator
  curl -sf --max-time 5 --noproxy '*' --cacert "$PKI/ca.crt" --cert "$PKI/admin.crt" --key "$PKI/admin.key" "https://$API_HOST:$API_PORT$1"
}

api_ready() { api /readyz; }
# The controller manager is at work once the account of the default namespace has its token.
default_account() { api /api/v1/namespaces/default/serviceaccounts/default | grep '"secrets"' >/dev/null; }
