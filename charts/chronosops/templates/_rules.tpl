{{/* What the operator may do where it watches, line by line in docs/security.md. hack/lib/rbac-audit holds it against what was used. */}}
{{- define "chronosops.watchRules" -}}
# What is running, and what it refers to.
- apiGroups: [apps]
  resources: [deployments, replicasets]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [list, create, patch]
# The rollback: one JSON Patch of a Deployment that a RemediationPolicy selects. Never update, delete or scale.
- apiGroups: [apps]
  resources: [deployments]
  verbs: [patch]
# Postmortems are ConfigMaps beside their incident. RBAC cannot narrow create by name, so this reaches every one of the scope.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create, update]
- apiGroups: [chronosops.io]
  resources: [remediationpolicies]
  verbs: [get, list, watch]
- apiGroups: [chronosops.io]
  resources: [incidents]
  verbs: [get, list, watch, create]
{{- if regexMatch "[1-9]" (toString .Values.incidentRetention) }}
# Those that ended longer ago than incidentRetention.
- apiGroups: [chronosops.io]
  resources: [incidents]
  verbs: [delete]
{{- end }}
- apiGroups: [chronosops.io]
  resources: [remediationpolicies/status, incidents/status]
  verbs: [update]
{{- if .Values.rbac.readSecretMetadata }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end }}
{{- end -}}

{{/* What it may do in its own namespace besides: nothing, where the rules above reach there and nobody is elected. */}}
{{- define "chronosops.ownRules" -}}
{{- if and (eq .Values.scope "namespace") (ne (include "chronosops.watchNamespace" .) .Release.Namespace) }}
# The emergency stop.
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ include "chronosops.controlName" . }}]
  verbs: [get]
{{- end }}
{{- if .Values.leaderElection.enabled }}
# Who leads. RBAC cannot narrow create by name.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "chronosops.leaseName" . }}]
  verbs: [get, update]
{{- end }}
{{- end -}}

{{- define "chronosops.userViewRules" -}}
- apiGroups: [chronosops.io]
  resources: [remediationpolicies, incidents]
  verbs: [get, list, watch]
{{- end -}}

{{- define "chronosops.userEditRules" -}}
- apiGroups: [chronosops.io]
  resources: [remediationpolicies, incidents]
  verbs: [get, list, watch, create, update, patch, delete]
{{- end -}}
