using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Workloads;

/// <summary>A workload with its revisions and pods, as the caches hold it at one moment.</summary>
public sealed record WorkloadSnapshot
{
    public required WorkloadKey Key { get; init; }
    public required string Uid { get; init; }

    /// <summary>0, as what was observed of it, for what has no rollout.</summary>
    public long Generation { get; init; }
    public long ObservedGeneration { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }
    public bool Paused { get; init; }

    /// <summary>How many pods are asked for. 0, as the three counts after it, for what has no replicas.</summary>
    public int Replicas { get; init; }
    public int UpdatedReplicas { get; init; }
    public int AvailableReplicas { get; init; }
    public int TotalReplicas { get; init; }

    /// <summary>How the pods are replaced: RollingUpdate, Recreate or OnDelete; null where they are not.</summary>
    public string? Strategy { get; init; }

    /// <summary>How many pods a rollout may have beyond the replicas: a number or a percentage; null where it makes none.</summary>
    public IntOrString? MaxSurge { get; init; }

    /// <summary>How many pods a rollout may end before others are ready in their place: a number or a percentage; null where that is not known, and of a StatefulSet.</summary>
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>How long a pod has to be ready before it counts as available, and a rollout goes on (minReadySeconds).</summary>
    public TimeSpan MinReady { get; init; }

    /// <summary>StatefulSets: pods with a lower ordinal keep their revision. 0 for all other workloads.</summary>
    public int Partition { get; init; }

    /// <summary>Whether a pod that does not become ready holds up every other one, and with them each later rollout (StatefulSets with OrderedReady).</summary>
    public bool WaitsForEachPod { get; init; }

    /// <summary>Grows with each change of the template, a return to an earlier one included; null where it cannot be told.</summary>
    public long? RevisionNumber { get; init; }

    /// <summary>The revision that the workload asks for.</summary>
    public required TemplateFacts Current { get; init; }

    /// <summary>When the rollout of the current revision began, as well as it can be told.</summary>
    public required DateTimeOffset RolloutStartedAt { get; init; }

    /// <summary>
    /// Since when the rollout of the current revision is under way, and its controller could go on with it; null where it has been complete once (pods that come later replace others), where
    /// the controller has not taken it up yet, and where that cannot be told.
    /// </summary>
    public DateTimeOffset? RollingSince { get; init; }

    /// <summary>Why pods cannot be created (quota, admission), if they cannot.</summary>
    public string? PodsRefused { get; init; }

    /// <summary>Since when fewer pods are there than are asked for, and the controller makes none though it waits for none; null where that is not so, and where it cannot be told.</summary>
    public DateTimeOffset? PodsMissingSince { get; init; }

    /// <summary>All revisions that are kept, newest first.</summary>
    public IReadOnlyList<RevisionSnapshot> Revisions { get; init; } = [];
    public IReadOnlyList<PodSnapshot> Pods { get; init; } = [];

    /// <summary>Pods that are gone, as far as this process has seen them. Deployments need none: their pods are named after their revision.</summary>
    public IReadOnlyList<PodLife> GonePods { get; init; } = [];

    /// <summary>The Services that were seen to lead to its ready pods, and how they stand now; null where Services cannot be read.</summary>
    public IReadOnlyList<ServiceSnapshot>? Services { get; init; }

    /// <summary>How a Job ended; null for every other kind.</summary>
    public JobState? Job { get; init; }

    /// <summary>When a CronJob's runs fall due; null for every other kind.</summary>
    public CronJobState? CronJob { get; init; }

    /// <summary>Whether it runs to an end instead of serving: it has no rollout and no replicas.</summary>
    public bool IsBatch => WorkloadKinds.IsBatch(Key.Kind);

    /// <summary>Whether the controller has seen the newest template, every replica runs it and is available, and no other pod is left.</summary>
    public bool RolloutComplete =>
        ObservedGeneration >= Generation && UpdatedReplicas >= Replicas && TotalReplicas == UpdatedReplicas && AvailableReplicas >= Replicas;

    /// <summary>How many pods a rollout is meant to reach: none where pods are replaced only when somebody deletes them.</summary>
    public int ReplicasToUpdate => Strategy == "OnDelete" ? 0 : Math.Max(0, Replicas - Partition);

    public RevisionSnapshot? CurrentRevision => Revision(Current.Revision);

    /// <summary>The newest revision that is not the current one.</summary>
    public RevisionSnapshot? Previous => Revisions.FirstOrDefault(revision => revision.Hash != Current.Revision);

    /// <summary>The release that a revision is one of; null where its template is no longer kept.</summary>
    public string? ReleaseOf(string? hash) => hash == Current.Revision ? Current.Release : Revision(hash)?.Facts.Release;

    public RevisionSnapshot? Revision(string? hash) => Revisions.FirstOrDefault(revision => revision.Hash == hash);

    /// <summary>The pods that hold a rollout of a revision up: of another one, not ready, and waited for.</summary>
    public IEnumerable<PodSnapshot> HoldsUp(string? revision) =>
        WaitsForEachPod ? Pods.Where(pod => pod is { Ready: false, Deleting: false, Revision: not null } && pod.Revision != revision) : [];

    /// <summary>
    /// The pods whose end a rollout waits for that has made no pod yet: in a StatefulSet a pod hands its name on, in a DaemonSet its place. None in a Deployment, whose pods come beside each other.
    /// </summary>
    public IEnumerable<PodSnapshot> Ending =>
        Key.Kind is Api.WorkloadKind.StatefulSet or Api.WorkloadKind.DaemonSet && RollingSince is { } began && !PodsOf(Current.Revision).Any(pod => pod.CreatedAt >= began) ? Pods.Where(pod => pod.Deleting) : [];

    public IEnumerable<PodSnapshot> PodsOf(string? revision) => Pods.Where(pod => pod.Revision == revision);
}

/// <summary>One revision of a workload: one or more ReplicaSets or ControllerRevisions with the same template but for stamps.</summary>
public sealed record RevisionSnapshot
{
    public required TemplateFacts Facts { get; init; }

    /// <summary>The names of the ReplicaSets (Deployments) or ControllerRevisions (StatefulSets, DaemonSets) that hold its template, newest first.</summary>
    public required IReadOnlyList<string> Holders { get; init; }

    /// <summary>The highest revision number that it had.</summary>
    public required long Number { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public string Hash => Facts.Revision;
}

/// <summary>One pod.</summary>
public sealed record PodSnapshot
{
    public required string Name { get; init; }
    public required string Uid { get; init; }
    public required string? Revision { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required bool Ready { get; init; }
    public required bool Deleting { get; init; }

    /// <summary>When its grace period is over, of one that is being deleted: it is to have ended by then.</summary>
    public DateTimeOffset? EndsBy { get; init; }
    public required IReadOnlyList<ContainerSnapshot> Containers { get; init; }

    /// <summary>Whether it is ready, and nobody is deleting it.</summary>
    public bool Serving => Ready && !Deleting;

    /// <summary>The node that it runs on; null where it has none yet.</summary>
    public string? Node { get; init; }

    /// <summary>Since when it is ready, or is not; null where the kubelet has not said so.</summary>
    public DateTimeOffset? ReadyChangedAt { get; init; }

    /// <summary>Why the pod cannot be scheduled, if it cannot.</summary>
    public string? Unschedulable { get; init; }

    /// <summary>
    /// When the first of its containers started that it has now, init containers among them: what was there before all of them have begun with. The pod's creation where one has not
    /// started, or does not say when; never before it, whatever the node's clock says.
    /// </summary>
    public DateTimeOffset StartedAt
    {
        get
        {
            var first = DateTimeOffset.MaxValue;
            foreach (var container in Containers)
            {
                var start = container.StartedAt ?? CreatedAt;
                first = start < first ? start : first;
            }

            return first < CreatedAt || Containers.Count == 0 ? CreatedAt : first;
        }
    }

    /// <summary>When a container of it started last: what was there before at least one of them has begun with. Null where none has started.</summary>
    public DateTimeOffset? LastStartedAt => Containers.Max(container => container.StartedAt ?? (container.Ready ? CreatedAt : null)) is { } last ? last < CreatedAt ? CreatedAt : last : null;
}

/// <summary>One container of a pod, init containers included.</summary>
public sealed record ContainerSnapshot
{
    public required string Name { get; init; }
    public required string? Image { get; init; }
    public required bool Init { get; init; }
    public required bool Ready { get; init; }
    public required int RestartCount { get; init; }

    /// <summary>Since when it runs, if it does.</summary>
    public DateTimeOffset? RunsSince { get; init; }
    public string? WaitingReason { get; init; }
    public string? WaitingMessage { get; init; }

    /// <summary>How it ended last, e.g. Error or OOMKilled.</summary>
    public string? TerminatedReason { get; init; }
    public int? ExitCode { get; init; }
    public DateTimeOffset? TerminatedAt { get; init; }

    /// <summary>When the run had begun that ended last.</summary>
    public DateTimeOffset? RanSince { get; init; }

    /// <summary>When it started last; null where it has not, or that is not known.</summary>
    public DateTimeOffset? StartedAt => RunsSince ?? RanSince;
}
