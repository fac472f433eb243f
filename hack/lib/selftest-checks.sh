# The checks of cluster-selftest, each true or false. Source me.
# shellcheck shell=bash

exits() { local want=$1 rc=0; shift; "$@" || rc=$?; [ $rc = "$want" ]; }
within() { local limit=$1 start; start=$(now); shift; "$@" && [ $(($(now) - start)) -lt $((limit * 1000)) ]; }
select_cluster() { eval "$(cluster env --name "$1")"; }
soon() { wait_for 60 "$*" "$@"; }

audited() {
  kubectl create configmap audited --from-literal=a=b && kubectl get configmap audited || return 1
  [ "$(grep '"verb":"create"' "$CHRONOSOPS_AUDIT_LOG" | audit_of '"resource":"configmaps".*"name":"audited"')" = 1 ] && [ "$(audit_of '"verb":"get"' <"$CHRONOSOPS_AUDIT_LOG")" = 0 ]
}
audit_of() { grep -c "$1" || true; }
secret_unaudited() {
  kubectl create secret generic quiet --from-literal=a=verysecretword || return 1
  grep -q '"name":"quiet"' "$CHRONOSOPS_AUDIT_LOG" && ! grep -q "$(printf verysecretword | base64)" "$CHRONOSOPS_AUDIT_LOG"
}
refused_by_rbac() { ! kubectl auth can-i list secrets --as=system:serviceaccount:default:default; }
quota_enforced() {
  kubectl create namespace small && kubectl -n small create quota none --hard=configmaps=0 || return 1
  soon quota_counted && ! kubectl -n small create configmap refused
}
quota_counted() { kubectl -n small get quota none -o 'jsonpath={.status.hard}' | grep configmaps >/dev/null; }
deployment_controller_works() { kubectl create deployment d --image=localhost/none:1 && soon pod_of d; }
pod_of() { kubectl get pods -l "app=$1" -o name | grep . >/dev/null; }

manifest() {
  cat <<E
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  replicas: 2
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}}
    spec:
      containers: [{name: main, image: "localhost/chronosops-demo:1", args: [serve]}]
---
apiVersion: v1
kind: Service
metadata: {name: demo}
spec: {selector: {app: demo}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: prometheus}
spec:
  containers:
  - name: prometheus
    image: localhost/prometheus:debian
    volumeMounts: [{name: config, mountPath: /etc/prometheus}]
    readinessProbe: {httpGet: {path: /-/ready, port: 9090}, periodSeconds: 1}
  volumes: [{name: config, configMap: {name: prometheus}}]
E
}

demo_ready() { manifest | kubectl apply -f - && kubectl rollout status deployment/demo --timeout=60s; }

# Prometheus is the client inside the cluster: it scrapes the service by ClusterIP, and a file served on the machine.
prometheus_ready() {
  serve_metric || return 1
  kubectl create configmap prometheus --from-literal=prometheus.yml="
global: {scrape_interval: 1s}
scrape_configs:
- {job_name: demo, static_configs: [{targets: ['$(kubectl get service demo -o 'jsonpath={.spec.clusterIP}'):80']}]}
- {job_name: machine, static_configs: [{targets: ['$CHRONOSOPS_HOST_IP:$METRIC_PORT']}]}" &&
    kubectl wait --for=condition=Ready pod/prometheus --timeout=60s
}

serve_metric() {
  local dir=$CACHE/clusters/$CHRONOSOPS_CLUSTER_NAME/served
  METRIC_PORT=9191
  mkdir -p "$dir" && echo 'served_by_the_machine 1' >"$dir/metrics"
  python3 -m http.server --bind "$CHRONOSOPS_HOST_IP" --directory "$dir" $METRIC_PORT >/dev/null 2>&1 9>&- &
  # It ends with the instance: down kills what is recorded.
  use_instance "$CHRONOSOPS_CLUSTER_NAME" && record metric-server $!
}

scraped() { soon up_is_one "$1"; }
up_is_one() { kubectl get --raw "/api/v1/namespaces/default/pods/prometheus:9090/proxy/api/v1/query?query=up%7Bjob%3D%22$1%22%7D" | grep '"1"\]' >/dev/null; }
logs_work() { kubectl logs prometheus | grep 'Server is ready' >/dev/null; }
exec_works() { kubectl exec prometheus -- /usr/bin/prometheus --version | grep '^prometheus, version' >/dev/null; }
cadvisor_labels() { soon cadvisor_has_demo; }
cadvisor_has_demo() {
  kubectl get --raw "/api/v1/nodes/$CHRONOSOPS_CLUSTER_NAME/proxy/metrics/cadvisor" |
    grep '^container_cpu_usage_seconds_total{container="main",.*namespace="default",pod="demo-' >/dev/null
}
pod_replaced() {
  kubectl delete "$(kubectl get pods -l app=demo -o jsonpath='pod/{.items[0].metadata.name}')" --grace-period=1 && kubectl rollout status deployment/demo --timeout=60s
}

recovers() {
  local pid
  use_instance "$1"
  for pid in $(cgroup_members); do [ "$(cat "/proc/$pid/comm")" != kube-controller ] || kill -KILL "$pid"; done
  soon ended_is_known && ! cluster status --name "$1" && cluster up --name "$1" && cluster status --name "$1"
}
ended_is_known() { [ -f "$STATE/ended/kube-controller-manager" ]; }

up_killed_after() { # up_killed_after SECONDS FLAVOR NAME
  local pid
  "$HACK/cluster" up --flavor "$2" --name "$3" 9>&- &
  pid=$!
  sleep "$1"
  kill -KILL $pid
  wait $pid || true
}

# What an instance would leave, remembered before it is removed.
remember_instance() {
  use_instance "$1"
  GONE_STATE=$STATE GONE_LINK=${INDEX:+$LINK} GONE_CGROUP=${INDEX:+$CGROUP} GONE_POD_CIDR=${INDEX:+$POD_CIDR}
}

nothing_left() {
  local h rc=0
  [ ! -e "$GONE_STATE" ] || { echo "left: $GONE_STATE"; rc=1; }
  if grep -laF "$GONE_STATE/" /proc/[0-9]*/cmdline 2>/dev/null; then echo "left: processes"; rc=1; fi
  if grep -F "$GONE_STATE" /proc/[0-9]*/mounts; then echo "left: mounts"; rc=1; fi
  [ -n "$GONE_CGROUP" ] || return $rc
  [ ! -e "/sys/class/net/$GONE_LINK" ] || { echo "left: link $GONE_LINK"; rc=1; }
  [ -z "$(ip -4 route show exact "$GONE_POD_CIDR")" ] || { echo "left: route $GONE_POD_CIDR"; rc=1; }
  for h in $(hierarchies); do [ ! -d "$h/$GONE_CGROUP" ] || { echo "left: cgroup $h/$GONE_CGROUP"; rc=1; }; done
  return $rc
}

down_and_nothing_left() { cluster down --name "$1" && nothing_left && cluster down --name "$1"; }
