{{- define "chronosops.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "chronosops.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "chronosops.labels" -}}
{{ include "chronosops.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{- end -}}

{{- define "chronosops.image" -}}
{{- $tagged := printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" (empty .Values.image.tag | ternary .Values.image.repository $tagged) .Values.image.digest -}}
{{- else -}}
{{- $tagged -}}
{{- end -}}
{{- end -}}

{{- define "chronosops.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "chronosops.fullname" .) -}}
{{- end -}}

{{- define "chronosops.subject" -}}
- kind: ServiceAccount
  name: {{ include "chronosops.serviceAccount" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- define "chronosops.watchNamespace" -}}
{{- .Values.watchNamespace | default .Release.Namespace -}}
{{- end -}}

{{- define "chronosops.leaseName" -}}
{{- .Values.leaderElection.leaseName | default (include "chronosops.fullname" .) -}}
{{- end -}}

{{- define "chronosops.controlName" -}}
{{ include "chronosops.fullname" . }}-control
{{- end -}}

{{/*
The stop is kept when somebody set it in the cluster, and set when the values say so. Nothing here ever releases it: the running operator takes a stop
that is missing as on, so an upgrade that does not find it writes that down. `helm template` looks nothing up; without --is-upgrade it is an install.
*/}}
{{- define "chronosops.emergencyStop" -}}
{{- $live := lookup "v1" "ConfigMap" .Release.Namespace (include "chronosops.controlName" .) -}}
{{- if or .Values.emergencyStop (include "chronosops.emergencyStopMissing" .) -}}
true
{{- else if hasKey ($live.data | default dict) "emergencyStop" -}}
{{- $live.data.emergencyStop -}}
{{- else -}}
false
{{- end -}}
{{- end -}}

{{/* Not empty in an upgrade that finds no stop, neither on nor off. */}}
{{- define "chronosops.emergencyStopMissing" -}}
{{- $live := lookup "v1" "ConfigMap" .Release.Namespace (include "chronosops.controlName" .) -}}
{{- if and .Release.IsUpgrade (not (hasKey ($live.data | default dict) "emergencyStop")) -}}
true
{{- end -}}
{{- end -}}
