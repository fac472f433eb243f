namespace ChronosOps.Operator.Workloads;

/// <summary>Names a workload.</summary>
public readonly record struct WorkloadKey(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>A workload with its revisions and pods, as the caches hold it at one moment.</summary>
public sealed record WorkloadSnapshot
{
    private const int MaxStem = 58;
    private const int RandomCharacters = 5;

    public required WorkloadKey Key { get; init; }
    public required string Uid { get; init; }
    public required long Generation { get; init; }
    public required long ObservedGeneration { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }
    public required bool Paused { get; init; }
    public required int Replicas { get; init; }
    public required int UpdatedReplicas { get; init; }
    public required int AvailableReplicas { get; init; }
    public required int TotalReplicas { get; init; }
    public required string? Strategy { get; init; }

    /// <summary>The revision that the workload asks for.</summary>
    public required TemplateFacts Current { get; init; }

    /// <summary>When the rollout of the current revision began, as well as it can be told.</summary>
    public required DateTimeOffset RolloutStartedAt { get; init; }

    /// <summary>
    /// Since when the rollout of the current revision is under way; null where it has been complete once (pods that come later replace others), where
    /// the controller has not taken it up yet, and where that cannot be told.
    /// </summary>
    public DateTimeOffset? RollingSince { get; init; }

    /// <summary>Why pods cannot be created (quota, admission), if they cannot.</summary>
    public string? PodsRefused { get; init; }

    /// <summary>All revisions whose ReplicaSets are kept, newest first.</summary>
    public required IReadOnlyList<RevisionSnapshot> Revisions { get; init; }
    public required IReadOnlyList<PodSnapshot> Pods { get; init; }

    /// <summary>Whether the controller has seen the newest template, every replica runs it and is available, and no other pod is left.</summary>
    public bool RolloutComplete =>
        ObservedGeneration >= Generation && UpdatedReplicas >= Replicas && TotalReplicas == UpdatedReplicas && AvailableReplicas >= Replicas;

    public RevisionSnapshot? CurrentRevision => Revision(Current.Revision);

    /// <summary>The newest revision that is not the current one.</summary>
    public RevisionSnapshot? Previous => Revisions.FirstOrDefault(revision => revision.Hash != Current.Revision);

    public RevisionSnapshot? Revision(string? hash) => Revisions.FirstOrDefault(revision => revision.Hash == hash);

    public IEnumerable<PodSnapshot> PodsOf(string? revision) => Pods.Where(pod => pod.Revision == revision);

    /// <summary>The revision that a pod belongs to, also when the pod is gone: ReplicaSets name their pods after themselves.</summary>
    public string? RevisionOfPod(string pod)
    {
        var known = Pods.FirstOrDefault(p => p.Name == pod);
        if (known is not null)
        {
            return known.Revision;
        }

        return Revisions.FirstOrDefault(revision => revision.ReplicaSets.Any(name => IsPodOf(name, pod)))?.Hash;
    }

    // The API server cuts "<name>-" at 58 characters and adds five random ones, so that a long name loses its dash.
    private static bool IsPodOf(string replicaSet, string pod)
    {
        var stem = $"{replicaSet}-";
        return stem.Length <= MaxStem
            ? pod.StartsWith(stem, StringComparison.Ordinal) && pod.IndexOf('-', stem.Length) < 0
            : pod.Length == MaxStem + RandomCharacters && pod.StartsWith(stem[..MaxStem], StringComparison.Ordinal);
    }
}

/// <summary>One revision of a workload: one or more ReplicaSets with the same template but for stamps.</summary>
public sealed record RevisionSnapshot
{
    public required TemplateFacts Facts { get; init; }

    /// <summary>The names of its ReplicaSets, newest first.</summary>
    public required IReadOnlyList<string> ReplicaSets { get; init; }

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
    public required IReadOnlyList<ContainerSnapshot> Containers { get; init; }

    /// <summary>Why the pod cannot be scheduled, if it cannot.</summary>
    public string? Unschedulable { get; init; }
}

/// <summary>One container of a pod, init containers included.</summary>
public sealed record ContainerSnapshot
{
    public required string Name { get; init; }
    public required string? Image { get; init; }
    public required bool Init { get; init; }
    public required bool Ready { get; init; }
    public required int RestartCount { get; init; }
    public string? WaitingReason { get; init; }
    public string? WaitingMessage { get; init; }

    /// <summary>How it ended last, e.g. Error or OOMKilled.</summary>
    public string? TerminatedReason { get; init; }
    public int? ExitCode { get; init; }
    public DateTimeOffset? TerminatedAt { get; init; }
}
