namespace ChronosOps.Operator.Tests.ApiServer;

/// <summary>What becomes of the pods of one image: how they start, and how they serve.</summary>
internal sealed record PodFate
{
    public static readonly PodFate Well = new();

    public PodStart Start { get; init; } = PodStart.Ready;

    /// <summary>The share of requests that are answered with 5xx.</summary>
    public double ErrorRatio { get; init; }

    /// <summary>The share of requests that are answered with 4xx.</summary>
    public double ClientErrorRatio { get; init; }

    /// <summary>How long every request takes.</summary>
    public double LatencySeconds { get; init; } = 0.02;

    /// <summary>What a query of one's own reads from each pod.</summary>
    public double Gauge { get; init; }

    public static PodFate Failing(double ratio = 0.5) => Well with { ErrorRatio = ratio };
}

internal enum PodStart
{
    Ready,
    NotReady,
    CrashLoop,
    ImagePullBackOff,
}
