{{/* Generated from the C# types by `chronosops rbac`. Do not edit. */}}

{{/* What the operator may do where it watches, line by line in docs/security.md. hack/lib/rbac-audit holds it against what was used. */}}
{{- define "chronosops.watchRules" -}}
# ConfigCollector: whether those that a revision refers to are there, and when they were written, by their metadata
# ConfigKeeper: copies beside those of known good revisions, for policies with knownGood.keepConfigMaps
# EmergencyStop: the emergency stop
# IncidentJournal: postmortems beside their incident; RBAC cannot narrow create by name, so this reaches every one of the scope
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, update]
# EventCollector: evidence
# IncidentJournal: its own Events, of which repeated ones count up
# PolicyStatusWriter: what is wrong with a policy
- apiGroups: [""]
  resources: [events]
  verbs: [list, create, patch]
# PrerequisiteCollector: whether those of a revision to return to are there, by their metadata
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get]
# NodeReader: what runs on the nodes already
# OperatorHost: states of containers
# PodEviction: whether the pod that is to be evicted is still the one that was judged
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
# PodEviction: the restart of a pod where the policy's ladder has Restart, and the pods that hold up the rollback of a StatefulSet; never delete
- apiGroups: [""]
  resources: [pods/eviction]
  verbs: [create]
# ScalingCollector: what quotas have left, before a workload is scaled
- apiGroups: [""]
  resources: [resourcequotas]
  verbs: [list]
# PrerequisiteCollector: whether that of a revision to return to is there, by its metadata
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get]
# OperatorHost: whether those that led to a workload's pods still do
# ServiceCollector: who changed one that no longer leads to a workload's pods, by its metadata
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch]
# LiveWorkload: whether the revision of a StatefulSet or DaemonSet has changed since a rollback was written down
# OperatorHost: the revisions of StatefulSets and DaemonSets
# RevisionTemplates: the templates of earlier revisions of a StatefulSet or DaemonSet
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [get, list, watch]
# OperatorHost: what is running
# OwnershipCollector: who manages it, by its metadata
# RollbackEffect: the same of a DaemonSet
# RollingRestartEffect: the same of a DaemonSet
- apiGroups: [apps]
  resources: [daemonsets]
  verbs: [get, list, watch, patch]
# OperatorHost: what is running
# OwnershipCollector: who manages it, by its metadata
# RollbackEffect: the rollback, one JSON Patch of a Deployment that a policy selects, and handing fields back; never update, delete or scale
# RollingRestartEffect: the restart of all its pods where the policy's ladder has Restart, one JSON Patch of an annotation of the pod template
# ScaleEffect: its replicas, where the policy's ladder has Scale, and handing them back; never through the scale subresource, which takes no key
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, patch]
# OperatorHost: the revisions of Deployments
# RevisionTemplates: the templates of a Deployment's earlier revisions
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get, list, watch]
# OperatorHost: what is running
# OwnershipCollector: who manages it, by its metadata
# RollbackEffect: the same of a StatefulSet
# RollingRestartEffect: the same of a StatefulSet
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, patch]
# AutoscalerReader: which autoscaler sets the replicas, before a workload is scaled
# ScaleEffect: minimum and maximum of the autoscaler that sets a workload's replicas, where the policy's ladder has Scale, and handing them back
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, patch]
# OperatorHost: which runs were missed
# OwnershipCollector: who manages it, by its metadata
- apiGroups: [batch]
  resources: [cronjobs]
  verbs: [get, list, watch]
# OperatorHost: what has failed
# OwnershipCollector: who manages it, by its metadata
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch]
# AlertIntake
# IncidentController
# IncidentOpener
# OperatorHost
- apiGroups: [chronosops.io]
  resources: [incidents]
  verbs: [get, list, watch, create]
# IncidentController
# IncidentJournal
- apiGroups: [chronosops.io]
  resources: [incidents/status]
  verbs: [patch]
# OperatorHost
# PolicyStatusWriter
- apiGroups: [chronosops.io]
  resources: [remediationpolicies]
  verbs: [get, list, watch]
# PolicyStatusWriter
- apiGroups: [chronosops.io]
  resources: [remediationpolicies/status]
  verbs: [patch]
# NetworkPolicyCollector: whether one that was just changed shuts a workload's pods off
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list]
{{- if eq .Values.scope "cluster" }}
# NodeReader: what nodes have left before a workload is scaled, and whether one is ill; an operator of one namespace needs it and the pods of all namespaces besides
- apiGroups: [""]
  resources: [nodes]
  verbs: [list]
{{- end }}
{{- if .Values.rbac.readPolicySecrets }}
# SecretCredentials: credentials for Prometheus, where a policy names a Secret of its namespace
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end }}
{{- if .Values.rbac.readSecretMetadata }}
# ConfigCollector: the same of Secrets; RBAC knows no right to metadata alone
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end }}
{{- if .Values.alertmanager.enabled }}
# AlertIntake: the annotations in which an incident keeps its alerts
- apiGroups: [chronosops.io]
  resources: [incidents]
  verbs: [patch]
{{- end }}
{{- if regexMatch "[1-9]" (toString .Values.incidentRetention) }}
# IncidentRetention: those that ended longer ago than incidentRetention
- apiGroups: [chronosops.io]
  resources: [incidents]
  verbs: [delete]
{{- end }}
{{- if eq .Values.scope "cluster" }}
# PrerequisiteCollector: whether that of a revision to return to is there, by its metadata; an operator of one namespace has no rights beyond it
- apiGroups: [scheduling.k8s.io]
  resources: [priorityclasses]
  verbs: [get]
{{- end }}
{{- end -}}

{{/* What it may do in its own namespace besides: nothing, where the rules above reach there and nobody is elected. */}}
{{- define "chronosops.ownRules" -}}
{{- if and (eq .Values.scope "namespace") (ne (include "chronosops.watchNamespace" .) .Release.Namespace) }}
# EmergencyStop: the emergency stop
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ include "chronosops.controlName" . }}]
  verbs: [get]
{{- end }}
{{- if .Values.leaderElection.enabled }}
# Leadership: who leads; RBAC cannot narrow create by name
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
{{- end }}
{{- if .Values.leaderElection.enabled }}
# Leadership: who leads
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "chronosops.leaseName" . }}]
  verbs: [get, update]
{{- end }}
{{- end -}}
