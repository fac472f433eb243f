using ChronosOps.Kubernetes.Models;

namespace ChronosOps.Operator.Api;

/// <summary>A policy that was found valid, with every field parsed.</summary>
public sealed record EffectivePolicy
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required string Uid { get; init; }
    public required long Generation { get; init; }

    /// <summary>When the policy was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public required PolicyMode Mode { get; init; }

    /// <summary>The policy that comes first for the workload and is not valid; null where there is none. This one takes its place only to tell.</summary>
    public string? StandsInFor { get; init; }

    /// <summary>The kind of the workloads that the policy covers.</summary>
    public WorkloadKind WorkloadKind { get; init; } = WorkloadKind.Deployment;
    public required string? WorkloadName { get; init; }
    public required V1LabelSelector? Selector { get; init; }
    public required IReadOnlyList<EffectiveSignal> Signals { get; init; }

    /// <summary>Which Prometheus its series are read from, and as whom.</summary>
    public SeriesOrigin Origin { get; init; } = SeriesOrigin.Own;

    /// <summary>The labels by which alerts of the namespace are claimed for the one workload; any of them suffices.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Alerts { get; init; } = [];

    /// <summary>How long a rollout may stand still; null: as long as the workload itself lets one expect.</summary>
    public required TimeSpan? RolloutDeadline { get; init; }
    public required IReadOnlyList<RemediationAction> Ladder { get; init; }
    public required double MinimumConfidence { get; init; }
    public required int MaxActionsPerHour { get; init; }

    /// <summary>The most replicas that scaling may ask for; null where the policy names none.</summary>
    public int? MaxReplicas { get; init; }
    public required TimeSpan KnownGoodDuration { get; init; }
    public required long KnownGoodRequests { get; init; }

    /// <summary>Whether copies of the ConfigMaps of known good revisions are kept.</summary>
    public bool KeepsConfigMaps { get; init; }
    public required int ConsecutiveChecks { get; init; }
    public required TimeSpan VerificationTimeout { get; init; }
    public required TimeSpan RecurrenceWatch { get; init; }

    /// <summary>Whether the policy claims an alert of its namespace with these labels.</summary>
    public bool Claims(IReadOnlyDictionary<string, string> labels) => Alerts.Any(claim => claim.Count > 0 && claim.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value));

    /// <summary>The workloads that the policy covers.</summary>
    public PolicyClaim Claim => new(WorkloadKind, Namespace, WorkloadName, Selector);

    /// <summary>Whether the policy covers the workload.</summary>
    public bool Selects(WorkloadKind kind, string @namespace, string name, IReadOnlyDictionary<string, string>? labels) => Claim.Covers(kind, @namespace, name, labels);
}

/// <summary>What a signal measures.</summary>
public enum SignalKind
{
    /// <summary>Share of requests that failed, 0 to 1.</summary>
    ErrorRatio,

    /// <summary>95th percentile of the duration of requests, in seconds.</summary>
    LatencyP95,

    /// <summary>The value of a query.</summary>
    Query,

    /// <summary>Used CPU by limit, 0 to 1 and a little more.</summary>
    CpuSaturation,

    /// <summary>Throttled periods by all, 0 to 1.</summary>
    CpuThrottling,

    /// <summary>Memory in use by limit, 0 to 1.</summary>
    MemorySaturation,

    /// <summary>How much of the memory that is left is used up in a second: the reciprocal of the time until the limit is reached.</summary>
    MemoryGrowth,

    /// <summary>How many records a consumer is behind.</summary>
    QueueLag,
}

/// <summary>A signal with every field parsed.</summary>
public sealed record EffectiveSignal
{
    public required string Name { get; init; }
    public required SignalKind Kind { get; init; }

    /// <summary>The policy's own query, bound to the namespace; null for presets, of which <see cref="PresetQuery"/> has the query.</summary>
    public string? Query { get; init; }

    /// <summary>How far back the policy's own query looks, by the ranges in it; zero where there are none, and for presets.</summary>
    public TimeSpan Range { get; init; }

    /// <summary>How far back its value may tell of.</summary>
    public TimeSpan LookBack => Range > Window ? Range : Window;

    /// <summary>Whether it is judged by the requests that were counted, and has no query at all.</summary>
    public bool CountsRequests => Kind is SignalKind.ErrorRatio or SignalKind.LatencyP95;

    /// <summary>A ratio, seconds, the reciprocal of seconds where it tells how fast something runs out, or the query's own unit. Infinite where the policy gives none.</summary>
    public required double Threshold { get; init; }

    /// <summary>Whether a limit was given.</summary>
    public bool HasThreshold => double.IsFinite(Threshold);

    /// <summary>Whether being unlike what is usual counts, and how; null: it does not.</summary>
    public EffectiveBaseline? Baseline { get; init; }

    /// <summary>Whether the way to a limit counts, and how; null: it does not.</summary>
    public EffectiveTrend? Trend { get; init; }

    /// <summary>Whether all judgements that are given must agree, instead of one.</summary>
    public bool AllMustAgree { get; init; }

    /// <summary>Whether it rests on what was learnt of the series, beside or instead of a limit.</summary>
    public bool IsLearnt => Baseline is not null || Trend is not null;
    public required TimeSpan Window { get; init; }
    public required TimeSpan For { get; init; }
    public required double MinimumRequestsPerSecond { get; init; }
    public required double CompareFactor { get; init; }
    public required TimeSpan Grace { get; init; }

    /// <summary>Whether a query was said to tell how full something is.</summary>
    public bool TellsSaturation { get; init; }

    /// <summary>Whether what was learnt for another one holds for it too: the same series, judged by the same baseline and trend. Limits, and for how long, do not matter to what is usual.</summary>
    public bool LearnsAs(EffectiveSignal other) =>
        (Name, Kind, Query, Baseline, Trend, MinimumRequestsPerSecond) == (other.Name, other.Kind, other.Query, other.Baseline, other.Trend, other.MinimumRequestsPerSecond)
        && PresetQuery.Of(this) == PresetQuery.Of(other);

    /// <summary>Whether it tells how full something is: a kind of evidence of its own.</summary>
    public bool IsSaturation => TellsSaturation || Kind is SignalKind.CpuSaturation or SignalKind.CpuThrottling or SignalKind.MemorySaturation or SignalKind.QueueLag;

    /// <summary>Whether it reads what cAdvisor measures of containers.</summary>
    public bool ReadsContainers => Kind is SignalKind.CpuSaturation or SignalKind.CpuThrottling or SignalKind.MemorySaturation or SignalKind.MemoryGrowth;

    /// <summary>The value as people read it.</summary>
    public string Describe(double value) => Kind switch
    {
        SignalKind.ErrorRatio => $"{Quantities.Format(value * 100)}% errors",
        SignalKind.LatencyP95 => $"p95 {Quantities.Format(value * 1000)}ms",
        SignalKind.CpuSaturation => $"{Quantities.Format(value * 100)}% of the CPU limit",
        SignalKind.CpuThrottling => $"{Quantities.Format(value * 100)}% of periods throttled",
        SignalKind.MemorySaturation => $"{Quantities.Format(value * 100)}% of the memory limit",
        SignalKind.MemoryGrowth => value <= Never ? "memory that does not run out" : $"memory for another {Quantities.Format(TimeSpan.FromSeconds(1 / value))}",
        SignalKind.QueueLag => $"{Quantities.Format(value)} records behind",
        _ => Quantities.Format(value),
    };

    /// <summary>What runs out in more than a month at the present pace does not run out.</summary>
    private const double Never = 1.0 / (30 * 24 * 3600);
}

/// <summary>What is wrong with a field.</summary>
public sealed record FieldError(string Field, string Message)
{
    public override string ToString() => $"{Field}: {Message}";
}
