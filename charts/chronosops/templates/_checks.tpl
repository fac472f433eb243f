{{/* What one value alone cannot tell: values that do not go together. The schema has checked each by itself. */}}
{{- define "chronosops.check" -}}
{{- $_ := required "prometheus.url is required: where Prometheus answers, e.g. --set prometheus.url=http://prometheus.monitoring.svc:9090" .Values.prometheus.url -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection.enabled) -}}
{{- fail (printf "replicas: %d needs leaderElection.enabled=true: without an election every replica would act by itself" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.watchNamespace (ne .Values.scope "namespace") -}}
{{- fail "watchNamespace is for scope=namespace: with scope=cluster every namespace is watched" -}}
{{- end -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.name is required with serviceAccount.create=false: the account that exists already" -}}
{{- end -}}
{{- if and .Values.monitoring.serviceMonitor.enabled .Values.monitoring.podMonitor.enabled -}}
{{- fail "monitoring.serviceMonitor.enabled and monitoring.podMonitor.enabled: choose one, or everything would be counted twice" -}}
{{- end -}}
{{- include "chronosops.checkAlertmanager" . -}}
{{- include "chronosops.checkPrometheusPort" . -}}
{{- include "chronosops.checkPrometheusAccess" . -}}
{{- include "chronosops.checkDurations" . -}}
{{- include "chronosops.checkPodLabels" . -}}
{{- include "chronosops.checkExtras" . -}}
{{- end -}}

{{- define "chronosops.checkAlertmanager" -}}
{{- with .Values.alertmanager -}}
{{- if .enabled -}}
{{- if and (not .tokenSecret.name) (not .allowAnonymous) -}}
{{- fail "alertmanager.tokenSecret.name is required with alertmanager.enabled: the Secret with the token that Alertmanager sends (or alertmanager.allowAnonymous=true: whoever reaches the port could have incidents opened)" -}}
{{- end -}}
{{- if and .tokenSecret.name .allowAnonymous -}}
{{- fail "alertmanager.allowAnonymous does not go with alertmanager.tokenSecret.name" -}}
{{- end -}}
{{- if eq (int .port) 8080 -}}
{{- fail "alertmanager.port: 8080 is the port of the metrics" -}}
{{- end -}}
{{- $expire := include "chronosops.milliseconds" .expireAfter | int64 -}}
{{- if or (lt $expire 60000) (gt $expire 31536000000) -}}
{{- fail (printf "alertmanager.expireAfter: %s is not from 1m to 8760h" .expireAfter) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "chronosops.checkPrometheusPort" -}}
{{- with regexReplaceAll "^https?://(\\[[^]]*\\]|[^/:]*):?([0-9]*).*$" .Values.prometheus.url "${2}" -}}
{{- $port := regexReplaceAll "^0+" . "" | int64 -}}
{{- if or (lt $port 1) (gt $port 65535) -}}
{{- fail (printf "prometheus.url: the port %s is not from 1 to 65535" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "chronosops.checkPrometheusAccess" -}}
{{- with .Values.prometheus -}}
{{- if and .tokenSecret.name .basicAuthSecret -}}
{{- fail "prometheus.tokenSecret.name and prometheus.basicAuthSecret: choose one" -}}
{{- end -}}
{{- if and .tls.ca.secret .tls.ca.configMap -}}
{{- fail "prometheus.tls.ca.secret and prometheus.tls.ca.configMap: choose one" -}}
{{- end -}}
{{- if and (or .tls.ca.secret .tls.ca.configMap .tls.certificateSecret) (not (hasPrefix "https://" .url)) -}}
{{- fail "prometheus.tls is for an https:// address in prometheus.url" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The bounds are the operator's own, which outside of them ends with exit code 2. */}}
{{- define "chronosops.checkDurations" -}}
{{- $interval := include "chronosops.milliseconds" .Values.evaluationInterval | int64 -}}
{{- if or (lt $interval 1000) (gt $interval 300000) -}}
{{- fail (printf "evaluationInterval: %s is not from 1s to 5m" .Values.evaluationInterval) -}}
{{- end -}}
{{- $retention := include "chronosops.milliseconds" .Values.incidentRetention | int64 -}}
{{- if and (ne $retention 0) (or (lt $retention 3600000) (gt $retention 315360000000)) -}}
{{- fail (printf "incidentRetention: %v is neither 0 nor from 1h to 87600h" .Values.incidentRetention) -}}
{{- end -}}
{{- range $name := list "window" "quiet" -}}
{{- $length := include "chronosops.milliseconds" (get $.Values.storm $name) | int64 -}}
{{- if or (lt $length 1000) (gt $length 3600000) -}}
{{- fail (printf "storm.%s: %s is not from 1s to 1h" $name (get $.Values.storm $name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* How long 1m30s is, in milliseconds; 0 for "0". */}}
{{- define "chronosops.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+(ms|s|m|h)" (toString .) -1 -}}
{{- $unit := regexFind "[a-z]+" . -}}
{{- /* Without leading zeros, which would make it octal. */ -}}
{{- $sum = add $sum (mul (regexReplaceAll "^0+" (trimSuffix $unit .) "" | int64) (get $units $unit)) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- define "chronosops.checkPodLabels" -}}
{{- range $label, $_ := include "chronosops.selectorLabels" . | fromYaml -}}
{{- if hasKey $.Values.podLabels $label -}}
{{- fail (printf "podLabels: %s is set by the chart: by it the Deployment and the Service find the pods" $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Settings that the chart makes, by their flag: in extraArgs or extraEnv they would break what else the chart makes of them, or be of no effect. */}}
{{- define "chronosops.ownSettings" -}}
prometheus-url: is set by prometheus.url, which the NetworkPolicy follows as well
allow-prometheus-url: is set by prometheus.allowedUrls
allow-prometheus-tenants: is set by prometheus.allowedTenants
policy-secrets: is set by rbac.readPolicySecrets, which grants the right as well
evaluation-interval: is set by evaluationInterval
incident-retention: is set by incidentRetention, which grants the deletion as well
log-level: is set by logLevel
storm-workloads: is set by storm.workloads
storm-share: is set by storm.share
storm-window: is set by storm.window
storm-quiet: is set by storm.quiet
namespace: is set by scope=namespace and watchNamespace, which narrow the operator's rights as well
leader-elect: is set by leaderElection.enabled, which grants the Lease as well
leader-elect-lease-name: is set by leaderElection.leaseName, which grants the Lease as well
leader-elect-lease-namespace: is set by the release's namespace, where the Lease is granted
alerts-listen: is set by alertmanager.enabled and alertmanager.port, which the Service and the NetworkPolicy follow as well
alerts-token-file: is set by alertmanager.tokenSecret, which is mounted as well
alerts-allow-anonymous: is set by alertmanager.allowAnonymous
alerts-tls-dir: is set by alertmanager.tlsSecret, which is mounted as well
alert-label: is set by alertmanager.labels
alerts-expire-after: is set by alertmanager.expireAfter
listen: is set by the chart, whose Service, probes and monitors lead to port 8080
control-configmap: is set by the release's full name (fullnameOverride), which the ConfigMap follows
control-namespace: is set by the release's namespace, where the ConfigMap is made
{{ include "chronosops.ownPrometheusSettings" . }}
{{- end -}}

{{/* These the chart sets only where their value is given: without it they may lead to files that something else brings into the pod. */}}
{{- define "chronosops.ownPrometheusSettings" -}}
{{- with .Values.prometheus }}
{{- if .tenant }}
prometheus-tenant: is set by prometheus.tenant
{{- end }}
{{- if or .tokenSecret.name .basicAuthSecret }}
prometheus-bearer-token-file: is set by prometheus.tokenSecret, or excluded by prometheus.basicAuthSecret
prometheus-basic-auth-file: is set by prometheus.basicAuthSecret, or excluded by prometheus.tokenSecret
{{- end }}
{{- if or .tls.ca.secret .tls.ca.configMap }}
prometheus-ca-file: is set by prometheus.tls.ca
{{- end }}
{{- if .tls.certificateSecret }}
prometheus-cert-file: is set by prometheus.tls.certificateSecret
prometheus-key-file: is set by prometheus.tls.certificateSecret
{{- end }}
{{- end }}
{{- end -}}

{{- define "chronosops.checkExtras" -}}
{{- $own := include "chronosops.ownSettings" . | fromYaml -}}
{{- range .Values.extraArgs -}}
{{- $flag := regexFind "^--[^=:]+" . -}}
{{- with get $own (trimPrefix "--" $flag) -}}
{{- fail (printf "extraArgs: %s %s" $flag .) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- $name := .name -}}
{{- if has $name (list "POD_NAMESPACE" "POD_NAME") -}}
{{- fail (printf "extraEnv: %s is set by the chart, from the pod itself" $name) -}}
{{- end -}}
{{- range $flag, $why := $own -}}
{{- if eq $name (printf "CHRONOSOPS_%s" ($flag | replace "-" "_" | upper)) -}}
{{- fail (printf "extraEnv: %s %s" $name $why) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A dict of root, kind and value: the kind is one that the Prometheus Operator brings. */}}
{{- define "chronosops.needKind" -}}
{{- if not (.root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind)) -}}
{{- fail (printf "%s needs the kind %s (monitoring.coreos.com/v1) of the Prometheus Operator, which this cluster does not have. (helm template without a cluster: --api-versions monitoring.coreos.com/v1/%s)" .value .kind .kind) -}}
{{- end -}}
{{- end -}}
