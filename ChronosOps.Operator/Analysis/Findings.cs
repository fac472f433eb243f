namespace ChronosOps.Operator.Analysis;

/// <summary>The kinds of evidence. Two of them must agree before anything is done without a person.</summary>
public enum EvidenceKind
{
    /// <summary>Measurements.</summary>
    Series,

    /// <summary>What was changed, when and by whom.</summary>
    Change,

    /// <summary>States of containers and Events.</summary>
    ContainerState,

    /// <summary>How full something is.</summary>
    Saturation,

    /// <summary>Who talks to whom.</summary>
    Dependency,
}

/// <summary>One thing that the evidence says.</summary>
/// <param name="Id">Names it within the incident.</param>
/// <param name="Kind">The kind of evidence.</param>
/// <param name="Source">The analyser that found it.</param>
/// <param name="Time">When what it speaks of happened.</param>
/// <param name="Strength">How much it says, 0 to 1.</param>
/// <param name="Message">What it says.</param>
/// <param name="Ref">Where a person can look it up.</param>
public sealed record Finding(string Id, EvidenceKind Kind, string Source, DateTimeOffset? Time, double Strength, string Message, string? Ref);

/// <summary>The catalogue of causes.</summary>
public enum Cause
{
    /// <summary>A release of the workload itself.</summary>
    BadRelease,

    /// <summary>A ConfigMap or Secret that was changed in place or is gone.</summary>
    BadConfiguration,

    /// <summary>A release of another workload.</summary>
    NeighbourRelease,

    /// <summary>A workload that this one talks to.</summary>
    DependencyFailure,

    /// <summary>One pod that is ill while the others of its revision are well.</summary>
    PodFault,

    /// <summary>A Service that led to the workload's pods, was changed, and leads nowhere.</summary>
    ServiceMismatch,

    /// <summary>A NetworkPolicy that came to shut the workload's pods off.</summary>
    NetworkPolicyBlock,

    /// <summary>A Job that was given up, or cannot start.</summary>
    JobFailure,

    /// <summary>A CronJob whose run did not begin when it was due.</summary>
    MissedRun,

    /// <summary>A node whose pods are ill while those of the same release elsewhere are well.</summary>
    NodeFault,

    /// <summary>Other pods that use up the processors of a node.</summary>
    NoisyNeighbour,

    /// <summary>More requests than the workload is sized for.</summary>
    Overload,

    /// <summary>A ResourceQuota that is used up, or a LimitRange that allows less than the pods have asked for before.</summary>
    Quota,

    /// <summary>Pods of a release that runs, and for which no node has room.</summary>
    NoRoom,

    /// <summary>An image that the running release has used before and that cannot be had now.</summary>
    ImageUnavailable,

    /// <summary>Somebody asked for no replicas.</summary>
    ScaledToZero,

    /// <summary>Memory that the containers of a release that has served for long do not let go of.</summary>
    Leak,

    /// <summary>A release whose containers run, and whose changed probe says that they do not.</summary>
    ProbeMisconfigured,

    /// <summary>Nothing in the evidence explains it.</summary>
    Unknown,
}

/// <summary>A finding's weight for or against a hypothesis.</summary>
public sealed record Argument(Finding Finding, double Weight);

/// <summary>A possible cause with what speaks for and against it.</summary>
public sealed record Hypothesis
{
    public required Cause Cause { get; init; }

    /// <summary>What is blamed, for people.</summary>
    public required string Subject { get; init; }
    public IReadOnlyList<Argument> For { get; init; } = [];
    public IReadOnlyList<Argument> Against { get; init; } = [];

    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>Why it was rejected, if it was.</summary>
    public string? Rejection { get; init; }

    /// <summary>The kinds of evidence that speak for it.</summary>
    public IReadOnlySet<EvidenceKind> Kinds => For.Select(argument => argument.Finding.Kind).ToHashSet();
}

/// <summary>What the analysis makes of a bundle.</summary>
/// <param name="Findings">All findings.</param>
/// <param name="Hypotheses">All hypotheses, the most likely first.</param>
/// <param name="Accepted">The one that explains the trouble, if one does.</param>
/// <param name="Gaps">What was missing.</param>
public sealed record Diagnosis(
    IReadOnlyList<Finding> Findings, IReadOnlyList<Hypothesis> Hypotheses, Hypothesis? Accepted, IReadOnlyList<string> Gaps);
