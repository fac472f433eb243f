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

    /// <summary>What the condition Progressing says of a rollout that has been complete once.</summary>
    private const string Complete = "NewReplicaSetAvailable";

    /// <summary>The Deployment with the ReplicaSets that it controls and their pods.</summary>
    public static WorkloadSnapshot Of(V1Deployment deployment, IEnumerable<V1ReplicaSet> replicaSets, IEnumerable<V1Pod> pods)
    {
        var owned = replicaSets.Where(set => set.ControllerOf()?.Uid == deployment.Metadata.Uid).ToList();
        var revisions = Revisions(owned);
        var facts = TemplateFacts.Of(deployment, deployment.Spec.Template);
        var podSnapshots = Pods(owned, pods).ToList();
        var status = deployment.Status;
        var refusal = Refusal(deployment);
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
            MinReady = TimeSpan.FromSeconds(deployment.Spec.MinReadySeconds ?? 0),
            RevisionNumber = Number(deployment),
            Current = facts,
            RolloutStartedAt = RolloutStart(deployment, facts.Revision, revisions, owned, podSnapshots),
            RollingSince = RollingSince(deployment, facts.Revision, owned, podSnapshots),
            PodsRefused = refusal is null ? null : refusal.Message ?? refusal.Reason ?? "",
            PodsMissingSince = (status?.Replicas ?? 0) < (deployment.Spec.Replicas ?? 1) ? refusal?.LastTransitionTime : null,
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
    /// A revision that was never there before begins with its ReplicaSet. One that was there before (an undo, or a release that is applied again after one) reuses an old ReplicaSet: then the
    /// oldest of its pods tells while the rollout runs, and the Progressing condition's last update once it is over. The newest revision is not taken for newer than its ReplicaSet where that cannot be told.
    /// </summary>
    private static DateTimeOffset RolloutStart(V1Deployment deployment, string current, List<RevisionSnapshot> revisions, List<V1ReplicaSet> owned, List<PodSnapshot> pods)
    {
        var fallback = deployment.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
        var revision = revisions.FirstOrDefault(r => r.Hash == current);
        if (revision is null)
        {
            return Progressing(deployment)?.LastUpdateTime ?? fallback;
        }

        var progress = LastProgress(deployment, current, pods);
        if (revisions.All(other => other.CreatedAt <= revision.CreatedAt) && (MadeFor(current, owned) is not null || progress is null))
        {
            return revision.CreatedAt;
        }

        var candidates = pods.Where(pod => pod.Revision == current).Select(pod => pod.CreatedAt).ToList();
        if (progress is { } progressed)
        {
            candidates.Add(progressed);
        }

        return candidates.Count > 0 ? candidates.Min() : revision.CreatedAt;
    }

    /// <summary>
    /// A new ReplicaSet begins its rollout, that of a restart too; while a Deployment is paused the controller makes none. Where an old one is used again the controller's last progress tells. The controller says
    /// NewReplicaSetAvailable once all new pods have been there, and goes on saying so while single ones are replaced; where it says nothing, a rollout is under way as long as pods of other ReplicaSets are there.
    /// </summary>
    private static DateTimeOffset? RollingSince(V1Deployment deployment, string current, List<V1ReplicaSet> owned, List<PodSnapshot> pods)
    {
        var observed = deployment.Status?.ObservedGeneration >= (deployment.Metadata.Generation ?? 0);
        var isUnderWay = OthersAreThere(deployment) || Progressing(deployment) is { Reason: not Complete };
        return observed && isUnderWay && owned.Any(set => RevisionOf(set) == current)
            ? MadeFor(current, owned) is { } made ? made.Metadata.CreationTimestamp : LastProgress(deployment, current, pods)
            : null;
    }

    /// <summary>The ReplicaSet that was made for the rollout of the current revision: the newest, which had no number before. Null where an old one is used again, so that its age tells nothing.</summary>
    private static V1ReplicaSet? MadeFor(string current, List<V1ReplicaSet> owned) =>
        owned.MaxBy(set => set.Metadata.CreationTimestamp) is { } newest && RevisionOf(newest) == current && newest.GetAnnotation(RevisionHistoryAnnotation) is null ? newest : null;

    /// <summary>
    /// When the controller last got on with the rollout. It keeps no condition for that where progressDeadlineSeconds is the largest number there is, and the one of the rollout before (complete) until the first pod of an
    /// old ReplicaSet is there that is used again: then the newest pod tells, or since when pods are refused; null where nothing does.
    /// </summary>
    private static DateTimeOffset? LastProgress(V1Deployment deployment, string current, List<PodSnapshot> pods)
    {
        if (Progressing(deployment) is { } said && !(said.Reason == Complete && OthersAreThere(deployment)))
        {
            return said.LastUpdateTime;
        }

        return OthersAreThere(deployment)
            ? pods.Where(pod => pod.Revision == current && !pod.Deleting).Select(pod => (DateTimeOffset?)pod.CreatedAt).Append(Refusal(deployment)?.LastTransitionTime).Max()
            : null;
    }

    /// <summary>Whether pods of other ReplicaSets than the current one are there that nobody deletes yet: none are once a rollout is complete.</summary>
    private static bool OthersAreThere(V1Deployment deployment) => (deployment.Status?.Replicas ?? 0) > (deployment.Status?.UpdatedReplicas ?? 0);

    private static string RevisionOf(V1ReplicaSet set) => TemplateFacts.Of(set, set.Spec.Template).Revision;

    private static V1DeploymentCondition? Progressing(V1Deployment deployment) => Condition(deployment, "Progressing");

    private static V1DeploymentCondition? Refusal(V1Deployment deployment) => Condition(deployment, "ReplicaFailure") is { Status: "True" } failure ? failure : null;

    private static V1DeploymentCondition? Condition(V1Deployment deployment, string type) => deployment.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
}
