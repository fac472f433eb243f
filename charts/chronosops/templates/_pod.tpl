{{- define "chronosops.podSpec" -}}
serviceAccountName: {{ include "chronosops.serviceAccount" . }}
automountServiceAccountToken: true
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
- {{- include "chronosops.container" . | nindent 2 }}
volumes:
- name: tmp
  emptyDir: {}
{{- include "chronosops.prometheusVolumes" . }}
{{- if .Values.alertmanager.enabled }}
{{- with .Values.alertmanager.tokenSecret.name }}
- name: alerts-token
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.alertmanager.tlsSecret }}
- name: alerts-tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- include "chronosops.placement" . }}
{{- end -}}

{{- define "chronosops.container" -}}
name: operator
image: {{ include "chronosops.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
{{- include "chronosops.arguments" . | nindent 0 }}
env:
{{- include "chronosops.environment" . | nindent 0 }}
ports:
- name: http
  containerPort: 8080
  protocol: TCP
{{- if .Values.alertmanager.enabled }}
- name: alerts
  containerPort: {{ .Values.alertmanager.port }}
  protocol: TCP
{{- end }}
readinessProbe:
  httpGet:
    path: /readyz
    port: http
  periodSeconds: 2
livenessProbe:
  httpGet:
    path: /healthz
    port: http
  initialDelaySeconds: 5
  periodSeconds: 10
  timeoutSeconds: 5
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
- name: tmp
  mountPath: /tmp
{{- range include "chronosops.prometheusVolumes" . | fromYamlArray }}
- name: {{ .name }}
  mountPath: /etc/chronosops/{{ .name }}
  readOnly: true
{{- end }}
{{- if .Values.alertmanager.enabled }}
{{- if .Values.alertmanager.tokenSecret.name }}
- name: alerts-token
  mountPath: /etc/chronosops/alerts-token
  readOnly: true
{{- end }}
{{- if .Values.alertmanager.tlsSecret }}
- name: alerts-tls
  mountPath: /etc/chronosops/alerts-tls
  readOnly: true
{{- end }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- end -}}

{{- define "chronosops.arguments" -}}
- run
{{- if eq .Values.scope "namespace" }}
- {{ printf "--namespace=%s" (.Values.watchNamespace | default "$(POD_NAMESPACE)") | quote }}
{{- end }}
{{- if .Values.leaderElection.enabled }}
- --leader-elect=true
- {{ printf "--leader-elect-lease-name=%s" (include "chronosops.leaseName" .) | quote }}
- {{ printf "--leader-elect-lease-namespace=%s" .Release.Namespace | quote }}
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "chronosops.environment" -}}
- name: CHRONOSOPS_PROMETHEUS_URL
  value: {{ .Values.prometheus.url | quote }}
{{- with .Values.prometheus }}
{{- with .tenant }}
- name: CHRONOSOPS_PROMETHEUS_TENANT
  value: {{ . | quote }}
{{- end }}
{{- if .tokenSecret.name }}
- name: CHRONOSOPS_PROMETHEUS_BEARER_TOKEN_FILE
  value: {{ printf "/etc/chronosops/prometheus-token/%s" .tokenSecret.key | quote }}
{{- end }}
{{- if .basicAuthSecret }}
- name: CHRONOSOPS_PROMETHEUS_BASIC_AUTH_FILE
  value: /etc/chronosops/prometheus-basic-auth
{{- end }}
{{- if or .tls.ca.secret .tls.ca.configMap }}
- name: CHRONOSOPS_PROMETHEUS_CA_FILE
  value: {{ printf "/etc/chronosops/prometheus-ca/%s" .tls.ca.key | quote }}
{{- end }}
{{- if .tls.certificateSecret }}
- name: CHRONOSOPS_PROMETHEUS_CERT_FILE
  value: /etc/chronosops/prometheus-certificate/tls.crt
- name: CHRONOSOPS_PROMETHEUS_KEY_FILE
  value: /etc/chronosops/prometheus-certificate/tls.key
{{- end }}
{{- end }}
{{- with .Values.prometheus.allowedUrls }}
- name: CHRONOSOPS_ALLOW_PROMETHEUS_URL
  value: {{ join "," . | quote }}
{{- end }}
{{- with .Values.prometheus.allowedTenants }}
- name: CHRONOSOPS_ALLOW_PROMETHEUS_TENANTS
  value: {{ join "," . | quote }}
{{- end }}
{{- if .Values.rbac.readPolicySecrets }}
- name: CHRONOSOPS_POLICY_SECRETS
  value: "true"
{{- end }}
- name: CHRONOSOPS_EVALUATION_INTERVAL
  value: {{ .Values.evaluationInterval | quote }}
- name: CHRONOSOPS_INCIDENT_RETENTION
  value: {{ .Values.incidentRetention | quote }}
- name: CHRONOSOPS_STORM_WORKLOADS
  value: {{ .Values.storm.workloads | toString | quote }}
- name: CHRONOSOPS_STORM_SHARE
  value: {{ .Values.storm.share | quote }}
- name: CHRONOSOPS_STORM_WINDOW
  value: {{ .Values.storm.window | quote }}
- name: CHRONOSOPS_STORM_QUIET
  value: {{ .Values.storm.quiet | quote }}
- name: CHRONOSOPS_LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: CHRONOSOPS_CONTROL_CONFIGMAP
  value: {{ include "chronosops.controlName" . }}
{{- with .Values.alertmanager }}
{{- if .enabled }}
- name: CHRONOSOPS_ALERTS_LISTEN
  value: {{ printf "%s://+:%d" (empty .tlsSecret | ternary "http" "https") (int .port) | quote }}
{{- if .tokenSecret.name }}
- name: CHRONOSOPS_ALERTS_TOKEN_FILE
  value: {{ printf "/etc/chronosops/alerts-token/%s" .tokenSecret.key | quote }}
{{- end }}
- name: CHRONOSOPS_ALERTS_ALLOW_ANONYMOUS
  value: {{ .allowAnonymous | quote }}
{{- if .tlsSecret }}
- name: CHRONOSOPS_ALERTS_TLS_DIR
  value: /etc/chronosops/alerts-tls
{{- end }}
{{- with .labels }}
- name: CHRONOSOPS_ALERT_LABEL
  value: {{ include "chronosops.alertLabels" . | quote }}
{{- end }}
- name: CHRONOSOPS_ALERTS_EXPIRE_AFTER
  value: {{ .expireAfter | quote }}
{{- end }}
{{- end }}
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- with .Values.extraEnv }}
{{- toYaml . | nindent 0 }}
{{- end }}
{{- end -}}

{{/* What the operator needs to be let in by Prometheus; each is mounted at /etc/chronosops/NAME. */}}
{{- define "chronosops.prometheusVolumes" -}}
{{- with .Values.prometheus }}
{{- with .tokenSecret.name }}
- name: prometheus-token
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .basicAuthSecret }}
- name: prometheus-basic-auth
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .tls.ca.secret }}
- name: prometheus-ca
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .tls.ca.configMap }}
- name: prometheus-ca
  configMap:
    name: {{ . }}
{{- end }}
{{- with .tls.certificateSecret }}
- name: prometheus-certificate
  secret:
    secretName: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* deployment=app,namespace=exported_namespace */}}
{{- define "chronosops.alertLabels" -}}
{{- $pairs := list -}}
{{- range $what, $label := . -}}
{{- $pairs = append $pairs (printf "%s=%s" $what $label) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}
