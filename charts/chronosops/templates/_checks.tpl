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
{{- include "chronosops.checkArguments" . -}}
{{- end -}}

{{- define "chronosops.checkArguments" -}}
{{- range .Values.extraArgs -}}
{{- if regexMatch "^--namespace(=|$)" . -}}
{{- fail "extraArgs: --namespace is set by scope=namespace and watchNamespace, which narrow the operator's rights as well" -}}
{{- else if regexMatch "^--leader-elect" . -}}
{{- fail (printf "extraArgs: %s is set by leaderElection, which grants the Lease as well" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A dict of root, kind and value: the kind is one that the Prometheus Operator brings. */}}
{{- define "chronosops.needKind" -}}
{{- if not (.root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind)) -}}
{{- fail (printf "%s needs the kind %s (monitoring.coreos.com/v1) of the Prometheus Operator, which this cluster does not have. (helm template without a cluster: --api-versions monitoring.coreos.com/v1/%s)" .value .kind .kind) -}}
{{- end -}}
{{- end -}}
