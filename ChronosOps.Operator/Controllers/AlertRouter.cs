using ChronosOps.Kubernetes;
using ChronosOps.Operator.Api;
using ChronosOps.Operator.Incidents;
using ChronosOps.Operator.Intake;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Controllers;

/// <summary>Where an alert goes, or why nowhere.</summary>
public sealed record AlertRoute
{
    /// <summary>One of <see cref="AlertOutcomes"/>; null where it goes somewhere.</summary>
    public string? Refusal { get; init; }

    /// <summary>More of that, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>The workload that it speaks of.</summary>
    public WorkloadKey Key { get; init; }

    /// <summary>The incident that knows it already.</summary>
    public Incident? Keeper { get; init; }

    /// <summary>The workload as it is; null where the incident was found first.</summary>
    public WorkloadSnapshot? Workload { get; init; }

    /// <summary>The policy that governs the workload.</summary>
    public EffectivePolicy? Policy { get; init; }
}

/// <summary>
/// Finds the workload that an alert speaks of: the incident that knows it and keeps it, else the policy of its namespace that claims it, else its labels. An alert means
/// nothing outside the namespace that it names, and nothing for a workload that no policy governs.
/// </summary>
public sealed class AlertRouter(WorkloadCatalog catalog, PolicyRegistry policies, IncidentBook book, AlertLabels labels)
{
    /// <summary>Where the alert goes.</summary>
    public AlertRoute RouteOf(ReceivedAlert alert)
    {
        if (!alert.Labels.TryGetValue(labels.Namespace, out var @namespace))
        {
            return Nowhere(AlertOutcomes.NoNamespace, $"it has no label {labels.Namespace}");
        }

        // What it speaks of may be gone by the time it resolves, such as a pod.
        if (book.KeeperOf(@namespace, alert.Fingerprint) is { } keeper)
        {
            var reference = keeper.Spec.WorkloadRef;
            return Governed(new WorkloadKey(reference.Kind, @namespace, reference.Name)) with { Refusal = null, Keeper = keeper };
        }

        if (ClaimOf(@namespace, alert) is { } claimed)
        {
            return Governed(claimed);
        }

        if (labels.TargetOf(alert.Labels) is not { } target)
        {
            return Nowhere(AlertOutcomes.NoTarget, "no label names a workload or a pod, and no policy claims it");
        }

        return target.Kind is { } kind ? Governed(new WorkloadKey(kind, @namespace, target.Name))
            : catalog.OwnerOfPod(@namespace, target.Name) is { } owner ? Governed(owner)
            : Nowhere(AlertOutcomes.TargetNotFound, $"pod {@namespace}/{target.Name} is not known, or no workload's");
    }

    private WorkloadKey? ClaimOf(string @namespace, ReceivedAlert alert) =>
        (from entry in policies.All()
         let policy = entry.Effective
         where policy?.Namespace == @namespace && policy.WorkloadName is not null && policy.Claims(alert.Labels)
         orderby policy.Name
         select (WorkloadKey?)new WorkloadKey(policy.WorkloadKind, @namespace, policy.WorkloadName!)).FirstOrDefault();

    private AlertRoute Governed(WorkloadKey key)
    {
        if (catalog.Find(key) is not { } workload)
        {
            return Nowhere(AlertOutcomes.TargetNotFound, $"there is no {key}, or it is not watched") with { Key = key };
        }

        return policies.Governing(workload) is { } policy
            ? new AlertRoute { Key = key, Workload = workload, Policy = policy }
            : Nowhere(AlertOutcomes.NotGoverned, $"no valid policy governs {key}") with { Key = key };
    }

    private static AlertRoute Nowhere(string refusal, string detail) => new() { Refusal = refusal, Detail = detail };
}
