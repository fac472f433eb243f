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
- name: CHRONOSOPS_LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: CHRONOSOPS_CONTROL_CONFIGMAP
  value: {{ include "chronosops.controlName" . }}
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
