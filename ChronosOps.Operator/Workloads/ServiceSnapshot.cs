using System.Collections.ObjectModel;

namespace ChronosOps.Operator.Workloads;

/// <summary>Where a Service leads, as a workload sees it.</summary>
public enum ServiceReach
{
    /// <summary>To pods of the workload, or to those that its template would make.</summary>
    Here,

    /// <summary>To pods of others: it is somebody else's now.</summary>
    Elsewhere,

    /// <summary>To no pod at all.</summary>
    Nowhere,

    /// <summary>It cannot be read.</summary>
    Unknown,
}

/// <summary>A Service that was seen to lead to ready pods of a workload: that, and nothing else, tells that it is meant for it.</summary>
public sealed record ServiceSnapshot
{
    public required string Name { get; init; }
    public required ServiceReach Reach { get; init; }

    /// <summary>What it selects and which named ports it leads to, now; null where it cannot be read.</summary>
    public string? Target { get; init; }

    /// <summary>The same while it led to ready pods of the workload.</summary>
    public required string Earlier { get; init; }

    /// <summary>Why it leads nowhere, where it does.</summary>
    public string? Problem { get; init; }

    /// <summary>Since when it was seen to lead nowhere, as far as this process has seen.</summary>
    public DateTimeOffset? LostSince { get; init; }

    /// <summary>Whether it led nowhere already when this process first looked: then nobody is in the middle of applying it.</summary>
    public bool LostAtStart { get; init; }

    /// <summary>
    /// Whether it goes by the template's labels. One that goes by labels which somebody puts on single pods (a leader, or a StatefulSet's controller) counts while it leads here, and
    /// is neither remembered nor missed: they move while no release does.
    /// </summary>
    public bool ByTemplate { get; init; } = true;

    /// <summary>The kept revisions to whose pods it would not lead as it does to those of the present template, by hash, and why.</summary>
    public IReadOnlyDictionary<string, string> Misses { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether the Service itself is another than the one that led to the pods; otherwise it is the pods that are others.</summary>
    public bool WasChanged => Target is not null && Target != Earlier;
}
