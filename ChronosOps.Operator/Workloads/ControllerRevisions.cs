using System.Text.Json.Nodes;
using ChronosOps.Kubernetes;
using ChronosOps.Kubernetes.Models;
using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Workloads;

/// <summary>
/// Reads the revisions of StatefulSets and DaemonSets, whose controllers keep the template of each in a ControllerRevision
/// (https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/). Pure.
/// </summary>
public static class ControllerRevisions
{
    /// <summary>On pods: the name of the ControllerRevision (StatefulSets), or the end of it (DaemonSets).</summary>
    public const string HashLabel = "controller-revision-hash";

    /// <summary>The pod template that a ControllerRevision holds; null where it holds none.</summary>
    public static JsonObject? Template(V1ControllerRevision revision)
    {
        if (revision.Data?["spec"]?["template"] is not JsonObject kept)
        {
            return null;
        }

        var template = kept.DeepClone().AsObject();
        template.Remove("$patch");
        return template;
    }

    /// <summary>The facts of the template that a ControllerRevision holds.</summary>
    public static TemplateFacts FactsOf(V1ControllerRevision revision) => TemplateFacts.Of(revision, revision.Data is null ? null : Template(revision));

    /// <summary>The revisions among the ControllerRevisions of one workload, newest first.</summary>
    public static List<RevisionSnapshot> Revisions(IEnumerable<V1ControllerRevision> owned) =>
        [.. from one in owned
            group one by FactsOf(one).Revision into same
            let newestFirst = same.OrderByDescending(one => one.Revision).ToList()
            let revision = new RevisionSnapshot
            {
                Facts = FactsOf(newestFirst[0]),
                Holders = [.. newestFirst.Select(one => one.Name())],
                Number = newestFirst[0].Revision,
                CreatedAt = same.Min(one => one.Metadata.CreationTimestamp) ?? DateTimeOffset.MinValue,
            }
            orderby revision.Number descending
            select revision];

    /// <summary>What a StatefulSet and a DaemonSet have in common; the counts, and how each rolls out, its own kind tells.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="set">The workload.</param>
    /// <param name="observed">The generation that its controller has seen.</param>
    /// <param name="template">Its pod template.</param>
    /// <param name="owned">Its ControllerRevisions.</param>
    /// <param name="pods">Its pods.</param>
    internal static WorkloadSnapshot Snapshot(WorkloadKind kind, IKubernetesObject<V1ObjectMeta> set, long? observed, JsonObject? template, List<V1ControllerRevision> owned, IEnumerable<V1Pod> pods)
    {
        var facts = TemplateFacts.Of(set, template);
        var kept = Revisions(owned);
        var ours = Pods(set.Name(), owned, pods);
        return new WorkloadSnapshot
        {
            Key = new WorkloadKey(kind, set.Namespace() ?? "", set.Name()),
            Uid = set.Metadata.Uid ?? "",
            Generation = set.Metadata.Generation ?? 0,
            ObservedGeneration = observed ?? 0,
            Labels = set.Metadata.Labels ?? [],
            Annotations = set.Metadata.Annotations ?? [],
            RevisionNumber = kept.Count > 0 ? kept[0].Number : null,
            Current = facts,
            RolloutStartedAt = RolloutStart(facts.Revision, kept, ours, set.Metadata.CreationTimestamp),
            Revisions = kept,
            Pods = ours,
        };
    }

    /// <summary>The pods of one workload, each with the revision that its label names.</summary>
    /// <param name="workload">The name of the workload.</param>
    /// <param name="owned">Its ControllerRevisions.</param>
    /// <param name="pods">Its pods.</param>
    public static List<PodSnapshot> Pods(string workload, IEnumerable<V1ControllerRevision> owned, IEnumerable<V1Pod> pods)
    {
        var revisions = owned.ToDictionary(one => one.Name(), one => FactsOf(one).Revision);
        return [.. pods.Select(pod => PodSnapshots.Of(pod, pod.GetLabel(HashLabel) is { } hash ? revisions.GetValueOrDefault(hash) ?? revisions.GetValueOrDefault($"{workload}-{hash}") : null))];
    }

    /// <summary>
    /// When the rollout of the current revision began. One that was never there before begins with its ControllerRevision. One that was there before (an
    /// undo) has an old one: then the oldest of its pods tells, and before there is any, nothing does.
    /// </summary>
    public static DateTimeOffset RolloutStart(string current, IReadOnlyList<RevisionSnapshot> revisions, IReadOnlyList<PodSnapshot> pods, DateTimeOffset? created)
    {
        if (revisions.FirstOrDefault(one => one.Hash == current) is not { } revision)
        {
            return created ?? DateTimeOffset.MinValue;
        }

        return revisions.All(other => other.CreatedAt <= revision.CreatedAt)
            ? revision.CreatedAt
            : pods.Where(pod => pod.Revision == current).Select(pod => pod.CreatedAt).DefaultIfEmpty(revision.CreatedAt).Min();
    }

    /// <summary>When the newest ControllerRevision was made, a restart's own among them; null where the template is an older one's, so that its age tells nothing.</summary>
    public static DateTimeOffset? BeginOf(IReadOnlyList<V1ControllerRevision> owned, string current) =>
        owned.MaxBy(one => one.Metadata.CreationTimestamp) is { } newest && FactsOf(newest).Revision == current ? newest.Metadata.CreationTimestamp : null;
}
