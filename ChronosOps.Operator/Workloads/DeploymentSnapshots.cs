using System.Globalization;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>Makes snapshots of Deployments from API objects. Pure.</summary>
public static class DeploymentSnapshots
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    /// <summary>On ReplicaSets: the revision numbers that it had before it was used again.</summary>
    private const string RevisionHistoryAnnotation = "deployment.kubernetes.io/revision-history";

    /// <summary>The Deployment with the ReplicaSets that it controls and their pods.</summary>
    public static WorkloadSnapshot Of(V1Deployment deployment, IEnumerable<V1ReplicaSet> replicaSets, IEnumerable<V1Pod> pods)
    {
        var owned = replicaSets.Where(set => set.ControllerOf()?.Uid == deployment.Metadata.Uid).ToList();
        var revisions = Revisions(owned);
        var facts = TemplateFacts.Of(deployment, deployment.Spec.Template);
        var podSnapshots = Pods(owned, pods).ToList();
        var status = deployment.Status;
        var refusal = Condition(deployment, "ReplicaFailure") is { Status: "True" } failure ? failure : null;
        return new WorkloadSnapshot
        {
            Key = new WorkloadKey(WorkloadKind.Deployment, deployment.Metadata.NamespaceProperty ?? "", deployment.Metadata.Name ?? ""),
            Uid = deployment.Metadata.Uid ?? "",
            Generation = deployment.Metadata.Generation ?? 0,
            ObservedGeneration = status?.ObservedGeneration ?? 0,
            Labels = deployment.Metadata.Labels ?? [],
            Annotations = deployment.Metadata.Annotations ?? [],
            Paused = deployment.Spec.Paused ?? false,
            Replicas = deployment.Spec.Replicas ?? 1,
            UpdatedReplicas = status?.UpdatedReplicas ?? 0,
            AvailableReplicas = status?.AvailableReplicas ?? 0,
            TotalReplicas = status?.Replicas ?? 0,
            Strategy = deployment.Spec.Strategy?.Type,
            MaxSurge = deployment.Spec.Strategy?.RollingUpdate?.MaxSurge,
            MaxUnavailable = deployment.Spec.Strategy?.RollingUpdate?.MaxUnavailable,
            RevisionNumber = Number(deployment),
            Current = facts,
            RolloutStartedAt = RolloutStart(deployment, facts.Revision, revisions, podSnapshots),
            RollingSince = RollingSince(deployment, facts.Revision, owned),
            PodsRefused = refusal is null ? null : refusal.Message ?? refusal.Reason ?? "",
            PodsMissingSince = status?.Replicas < (deployment.Spec.Replicas ?? 1) ? refusal?.LastTransitionTime : null,
            Revisions = revisions,
            Pods = podSnapshots,
        };
    }

    private static List<RevisionSnapshot> Revisions(List<V1ReplicaSet> owned) =>
        [.. from set in owned
            group set by TemplateFacts.Of(set, set.Spec.Template).Revision into same
            let newestFirst = same.OrderByDescending(set => Number(set) ?? 0).ThenByDescending(s => s.Metadata.CreationTimestamp).ToList()
            let revision = new RevisionSnapshot
            {
                Facts = TemplateFacts.Of(newestFirst[0], newestFirst[0].Spec.Template),
                Holders = [.. newestFirst.Select(s => s.Metadata.Name ?? "")],
                Number = Number(newestFirst[0]) ?? 0,
                CreatedAt = same.Min(s => s.Metadata.CreationTimestamp) ?? DateTimeOffset.MinValue,
            }
            orderby revision.Number descending, revision.CreatedAt descending
            select revision];

    /// <summary>The number that the Deployment's controller gave a revision; null where it has given none.</summary>
    public static long? Number(IMetadata<V1ObjectMeta> owner) =>
        long.TryParse(owner.GetAnnotation(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<PodSnapshot> Pods(List<V1ReplicaSet> owned, IEnumerable<V1Pod> pods)
    {
        var revisions = owned.ToDictionary(set => set.Metadata.Uid ?? "", set => TemplateFacts.Of(set, set.Spec.Template).Revision);
        return from pod in pods
               let owner = pod.ControllerOf()?.Uid
               where owner is not null && revisions.ContainsKey(owner)
               select PodSnapshots.Of(pod, revisions[owner]);
    }

    /// <summary>
    /// A revision that was never there before begins with its ReplicaSet. One that was there before (an undo) reuses an old ReplicaSet: then the
    /// oldest of its pods tells while the rollout runs, and the Progressing condition's last update once it is over.
    /// </summary>
    private static DateTimeOffset RolloutStart(V1Deployment deployment, string current, List<RevisionSnapshot> revisions, List<PodSnapshot> pods)
    {
        var fallback = deployment.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
        var revision = revisions.FirstOrDefault(r => r.Hash == current);
        if (revision is null)
        {
            return Progressing(deployment) ?? fallback;
        }

        if (revisions.All(other => other.CreatedAt <= revision.CreatedAt))
        {
            return revision.CreatedAt;
        }

        var candidates = pods.Where(pod => pod.Revision == current).Select(pod => pod.CreatedAt).ToList();
        if (Progressing(deployment) is { } progressed)
        {
            candidates.Add(progressed);
        }

        return candidates.Count > 0 ? candidates.Min() : revision.CreatedAt;
    }

    /// <summary>
    /// A new ReplicaSet begins its rollout, that of a restart too; while a Deployment is paused the controller makes none. An undo reuses an old one, and so does a release that is applied again after it, of
    /// which the newest ReplicaSet may be: then the controller's last progress tells. The controller says NewReplicaSetAvailable once all new pods have been there, and goes on saying so while single ones are replaced.
    /// </summary>
    private static DateTimeOffset? RollingSince(V1Deployment deployment, string current, List<V1ReplicaSet> owned)
    {
        var progressing = Condition(deployment, "Progressing");
        var observed = deployment.Status?.ObservedGeneration >= (deployment.Metadata.Generation ?? 0);
        if (!observed || progressing is null or { Reason: "NewReplicaSetAvailable" } || owned.All(set => RevisionOf(set) != current))
        {
            return null;
        }

        var newest = owned.MaxBy(set => set.Metadata.CreationTimestamp)!;
        return RevisionOf(newest) == current && newest.GetAnnotation(RevisionHistoryAnnotation) is null ? newest.Metadata.CreationTimestamp : progressing.LastUpdateTime;
    }

    private static string RevisionOf(V1ReplicaSet set) => TemplateFacts.Of(set, set.Spec.Template).Revision;

    private static DateTimeOffset? Progressing(V1Deployment deployment) => Condition(deployment, "Progressing")?.LastUpdateTime;

    private static V1DeploymentCondition? Condition(V1Deployment deployment, string type) => deployment.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
}
