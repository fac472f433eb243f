using System.Collections.Concurrent;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Kubernetes.Rbac;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Knowledge;
using ChronosOps.Operator.Telemetry;

namespace ChronosOps.Operator.Controllers;

/// <summary>Tells what was written: Events, metrics, the log, and the postmortem. After the write, and never a reason to fail.</summary>
[EntityRbac(typeof(Incident), Subresource = "status", Verbs = RbacVerb.Patch)]
[EntityRbac(typeof(V1ConfigMap), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Update, Why = "postmortems beside their incident; RBAC cannot narrow create by name, so this reaches every one of the scope")]
[EntityRbac(typeof(V1Event), Verbs = RbacVerb.Create | RbacVerb.Patch, Why = "its own Events, of which repeated ones count up")]
public sealed class IncidentJournal(KubernetesClient client, EventRecorder events, ChronosMetrics metrics, ILogger<IncidentJournal> log)
{
    public const string PostmortemKey = "postmortem.md";
    private const string StateAnnotation = ApiGroup.Prefix + "written-at";
    private readonly GenericClient<V1ConfigMap> _configMaps = client.For(KubernetesResources.ConfigMaps);
    private readonly GenericClient<Incident> _incidents = client.For(ApiResources.Incidents);
    private readonly ConcurrentDictionary<string, string> _written = new();

    /// <summary>Tells of a transition.</summary>
    public async Task TellAsync(Incident incident, Happening happening, CancellationToken ct)
    {
        var status = incident.Status!;
        var phase = status.Phase!.Value;
        log.LogInformation("Incident {Namespace}/{Incident} of {Workload} is {Phase}: {Reason}: {Message}",
            incident.Namespace(), incident.Name(), incident.Spec.WorkloadRef.Name, phase, happening.Reason, happening.Message);
        Measure(status, phase, happening);
        var type = phase is IncidentPhase.Escalated or IncidentPhase.Failed ? EventType.Warning : EventType.Normal;
        await events.PublishAsync(incident, happening.Reason, $"{phase}: {happening.Message}", type, ct).ConfigureAwait(false);
        if (happening.Trigger is Trigger.Applied or Trigger.Reapplied)
        {
            await TellWorkloadAsync(incident, happening, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Tells of new links to incidents of other workloads.</summary>
    public Task TellLinkAsync(Incident incident, string link, CancellationToken ct) => events.PublishAsync(incident, "Linked", link, EventType.Normal, ct);

    /// <summary>Tells of the storm that an incident made.</summary>
    public Task TellStormAsync(Incident incident, string storm, CancellationToken ct) => events.PublishAsync(incident, "Storm", storm, EventType.Warning, ct);

    /// <summary>Writes the postmortem where the incident has come to rest and what is written is older. Safe to repeat.</summary>
    public async Task EnsurePostmortemAsync(Incident incident, CancellationToken ct)
    {
        if (incident.Status?.Phase is not { } phase || !(PhaseTable.IsEnd(phase) || phase is IncidentPhase.Mitigated or IncidentPhase.Escalated)
            || (_written.TryGetValue(incident.Uid() ?? "", out var known) && known == StateOf(incident)))
        {
            return;
        }

        var reference = new PostmortemReference { ConfigMap = Postmortem.ConfigMapName(incident), Key = PostmortemKey };
        try
        {
            await WriteAsync(incident, reference, ct).ConfigureAwait(false);
            if (incident.Status.Postmortem?.ConfigMap != reference.ConfigMap)
            {
                incident.Status.Postmortem = reference;
                var written = await _incidents.PatchStatusNamespacedAsync(incident, incident.Namespace()!, incident.Name(), new WriteOptions { FieldManager = ApiGroup.FieldManager }, ct).ConfigureAwait(false);
                incident.Metadata.ResourceVersion = written.Metadata.ResourceVersion;
            }

            _written[incident.Uid() ?? ""] = StateOf(incident);
        }
        catch (KubernetesException e) when (!e.IsConflict)
        {
            log.LogWarning("The postmortem of incident {Namespace}/{Incident} could not be written: {Error}", incident.Namespace(), incident.Name(), e.Message);
        }
    }

    /// <summary>The incident is gone.</summary>
    public void Forget(Incident incident) => _written.TryRemove(incident.Uid() ?? "", out _);

    private async Task WriteAsync(Incident incident, PostmortemReference reference, CancellationToken ct)
    {
        var ns = incident.Namespace()!;
        var existing = await _configMaps.FindNamespacedAsync(ns, reference.ConfigMap!, ct).ConfigureAwait(false);
        if (existing?.GetAnnotation(StateAnnotation) == StateOf(incident) && existing.IsOwnedBy(incident))
        {
            return;
        }

        var map = new V1ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new V1ObjectMeta
            {
                Name = reference.ConfigMap,
                NamespaceProperty = ns,
                ResourceVersion = existing?.Metadata.ResourceVersion,
                Labels = new() { ["app.kubernetes.io/managed-by"] = "chronosops", [ApiGroup.Prefix + "incident"] = ConfigMapNames.Label(incident.Name()) },
                Annotations = new() { [StateAnnotation] = StateOf(incident) },
                OwnerReferences = [OwnerOf(incident)],
            },
            Data = new() { [PostmortemKey] = Postmortem.Write(incident) },
        };
        var options = new WriteOptions { FieldManager = ApiGroup.FieldManager };
        await (existing is null ? _configMaps.CreateNamespacedAsync(map, ns, options, ct) : _configMaps.ReplaceNamespacedAsync(map, ns, reference.ConfigMap!, options, ct)).ConfigureAwait(false);
    }

    /// <summary>The page goes with its incident. It does not hold the incident back: that would need a right on the incident's finalizers.</summary>
    private static V1OwnerReference OwnerOf(Incident incident) => new()
    {
        ApiVersion = ApiResources.Incidents.ApiVersion,
        Kind = ApiResources.Incidents.Kind,
        Name = incident.Name(),
        Uid = incident.Uid(),
    };

    /// <summary>Changes with every transition.</summary>
    private static string StateOf(Incident incident) =>
        $"{incident.Status!.Phase} {incident.Status.Timeline.LastOrDefault()?.Time:O}";

    private void Measure(IncidentStatus status, IncidentPhase phase, Happening happening)
    {
        metrics.Transition(phase, happening.Reason);
        var onset = status.OnsetAt ?? status.DetectedAt;
        if (phase == IncidentPhase.Observing && status.DetectedAt - onset is { } detected)
        {
            metrics.Detected(detected);
        }

        if (phase == IncidentPhase.Mitigated && happening.Trigger == Trigger.Verified && status.MitigatedAt - onset is { } mitigated)
        {
            metrics.Mitigated(mitigated);
        }

        if (happening.Trigger is Trigger.Applied or Trigger.Verified or Trigger.NotVerified or Trigger.Refused or Trigger.OutcomeUnknown or Trigger.UndoPlanned or Trigger.HandedBack
            && status.Actions.LastOrDefault() is { State: { } state } action)
        {
            metrics.Action(action.Action ?? "", state);
        }

        if (happening.Trigger is Trigger.Permitted or Trigger.Denied)
        {
            foreach (var gate in status.Decisions.LastOrDefault()?.Gates ?? [])
            {
                metrics.GateVerdict(gate.Gate, gate.Verdict ?? "");
            }
        }
    }

    /// <summary>An Event of the workload itself, so that describing it tells who changed it.</summary>
    private Task TellWorkloadAsync(Incident incident, Happening happening, CancellationToken ct)
    {
        var workload = new PartialObjectMetadata
        {
            ApiVersion = "apps/v1",
            Kind = incident.Spec.WorkloadRef.Kind.ToString(),
            Metadata = new V1ObjectMeta { NamespaceProperty = incident.Namespace(), Name = incident.Spec.WorkloadRef.Name, Uid = incident.Status?.WorkloadUid },
        };
        return events.PublishAsync(workload, happening.Reason, $"Incident {incident.Name()}: {happening.Message}", EventType.Warning, ct);
    }
}
