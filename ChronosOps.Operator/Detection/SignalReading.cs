using ChronosOps.Operator.Detection.Baselines;

namespace ChronosOps.Operator.Detection;

/// <summary>What an evaluation says of one signal.</summary>
public enum SignalState
{
    /// <summary>It was measured and is within its limits.</summary>
    Healthy,

    /// <summary>It was measured and is beyond its limit for long enough.</summary>
    Firing,

    /// <summary>It was measured and is beyond its limit, not yet for long enough.</summary>
    Pending,

    /// <summary>It could not be measured. Never taken for healthy.</summary>
    Unknown,
}

/// <summary>One signal of one workload at one evaluation.</summary>
public sealed record SignalReading
{
    /// <summary>Before the name of an alert. No signal of a policy can be called so: its name holds no slash.</summary>
    public const string AlertPrefix = "alert/";

    /// <summary>The signal's name in the policy, the Kubernetes sign, or the alert.</summary>
    public required string Signal { get; init; }
    public required SignalState State { get; init; }

    /// <summary>The revision it speaks of; null for the workload as a whole.</summary>
    public string? Revision { get; init; }

    /// <summary>The value, where there is one.</summary>
    public double? Value { get; init; }

    /// <summary>The value of the old revision, where the two were compared.</summary>
    public double? Reference { get; init; }

    /// <summary>The limit of the new revision, where it was judged by itself: the policy's, or less by what the old one shows.</summary>
    public double? Limit { get; init; }

    /// <summary>When the trouble began, for a signal that fires or is pending.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What was seen, in a sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What was expected, where the signal has a baseline that knows.</summary>
    public ExpectedRange? Expected { get; init; }

    /// <summary>What is not judged yet, since it is still being learnt what is usual; null where nothing is missing.</summary>
    public string? Learning { get; init; }

    /// <summary>How long until the limit is reached at the present pace, where the signal has a trend that leads there.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>For how long after a change it may still tell of the time before; null: what it tells is new.</summary>
    public TimeSpan? SettlesIn { get; init; }

    /// <summary>Whether it tells how full something is.</summary>
    public bool IsSaturation { get; init; }

    /// <summary>Whether it tells how fast something runs out.</summary>
    public bool TellsGrowth { get; init; }

    /// <summary>The newest value of each pod, of a query.</summary>
    public IReadOnlyList<PodValue> Pods { get; init; } = [];

    /// <summary>When its newest value was measured, of a query; null where that is not told.</summary>
    public DateTimeOffset? MeasuredAt { get; init; }

    /// <summary>When it happened last, of a sign that tells of the past; null of whatever tells of now.</summary>
    public DateTimeOffset? HappenedAt { get; init; }

    /// <summary>Whether it happened before a time, and not since: no news of what was done then.</summary>
    /// <param name="time">The time; null where it is not known, and then nothing was before it.</param>
    public bool IsBefore(DateTimeOffset? time) => HappenedAt <= time;

    /// <summary>Whether it is an alert of Alertmanager: a measurement too, but by somebody else, late, of what is not known exactly, and of no revision.</summary>
    public bool IsAlert => Signal.StartsWith(AlertPrefix, StringComparison.Ordinal);

    /// <summary>Whether it rests on container states instead of series.</summary>
    public bool IsKubernetesSign { get; init; }
}

/// <summary>Where a value is usually found at this time.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
/// <param name="Sigma">How far off the value is, in standard deviations; while it is raised, the most of it so far.</param>
/// <param name="Samples">How many samples that rests on.</param>
public sealed record ExpectedRange(double Low, double High, double Sigma, long Samples)
{
    /// <summary>How unusual it is, 0 to 1, comparable across series; 0.5 is the threshold. While it is raised, the most of it so far.</summary>
    public double Score { get; init; }

    /// <summary>How bad it is, by its sigma; None while it is not raised.</summary>
    public Severity Severity { get; init; }

    /// <summary>What the range rests on: the time of day, the hour of the week, or neither.</summary>
    public Season Season { get; init; }
}

/// <summary>What a query gave for one pod last.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Value">The value.</param>
/// <param name="IsNear">Whether it is at least half the threshold.</param>
public sealed record PodValue(string Pod, double Value, bool IsNear);
