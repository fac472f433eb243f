{{/* What people may do who are bound to the roles for them. */}}
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
