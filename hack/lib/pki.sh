# Certificates and kubeconfigs of one instance, with openssl and elliptic keys: about a second. Source me.
# shellcheck shell=bash

OPENSSL_NEW="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -sha256 -days 3650"

authority() { # authority FILE NAME
  $OPENSSL_NEW -keyout "$PKI/$1.key" -out "$PKI/$1.crt" -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature
}

certificate() { # certificate FILE AUTHORITY SUBJECT [ALTERNATIVE_NAMES]
  local names=()
  [ -z "${4:-}" ] || names=(-addext "subjectAltName=$4")
  $OPENSSL_NEW -keyout "$PKI/$1.key" -out "$PKI/$1.crt" -subj "$3" -CA "$PKI/$2.crt" -CAkey "$PKI/$2.key" \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature,keyEncipherment \
    -addext extendedKeyUsage=serverAuth,clientAuth "${names[@]}"
}

kubeconfig() { # kubeconfig USER HOST: with the credentials inside
  cat >"$KUBECONFIGS/$1" <<E
apiVersion: v1
kind: Config
clusters:
- {name: $NAME, cluster: {server: "https://$2:$API_PORT", certificate-authority-data: "$(base64 -w0 "$PKI/ca.crt")"}}
users:
- {name: $1, user: {client-certificate-data: "$(base64 -w0 "$PKI/$1.crt")", client-key-data: "$(base64 -w0 "$PKI/$1.key")"}}
contexts:
- {name: $NAME, context: {cluster: $NAME, user: $1, namespace: default}}
current-context: $NAME
E
}

service_account_keys() {
  openssl genrsa -out "$PKI/sa.key" 2048 && openssl rsa -in "$PKI/sa.key" -pubout -out "$PKI/sa.pub"
}

certificates() {
  local pids=() p user local_names=DNS:localhost,IP:127.0.0.1 service=kubernetes.default.svc
  service_account_keys & pids+=($!)
  authority ca kubernetes-ca && authority front-proxy-ca front-proxy-ca || return 1
  certificate apiserver ca /CN=kube-apiserver \
    "$local_names,DNS:kubernetes,DNS:kubernetes.default,DNS:$service,DNS:$service.cluster.local,IP:$SERVICE_IP,IP:$NODE_IP,IP:$HOST_IP" & pids+=($!)
  certificate apiserver-kubelet-client ca /O=system:masters/CN=kube-apiserver-kubelet-client & pids+=($!)
  certificate front-proxy-client front-proxy-ca /CN=front-proxy-client & pids+=($!)
  certificate admin ca /O=system:masters/CN=admin & pids+=($!)
  certificate controller-manager ca /CN=system:kube-controller-manager "$local_names" & pids+=($!)
  if [ "$FLAVOR" = node ]; then
    certificate scheduler ca /CN=system:kube-scheduler "$local_names" & pids+=($!)
    certificate kubelet ca "/O=system:nodes/CN=system:node:$NODE_NAME" "$local_names,DNS:$NODE_NAME,IP:$NODE_IP" & pids+=($!)
    certificate kube-proxy ca /CN=system:kube-proxy & pids+=($!)
  fi
  for p in "${pids[@]}"; do wait "$p" || return 1; done
  kubeconfig admin "$API_HOST"
  for user in controller-manager scheduler kubelet kube-proxy; do [ ! -f "$PKI/$user.crt" ] || kubeconfig $user 127.0.0.1; done
}

make_certificates() { (umask 077 && logged "$DAEMON_LOGS/pki.log" certificates) || die "the certificates could not be made"; }
