using ChronosOps.Operator.Api;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>The policy of the namespace shop: autonomous, errors up to 5 %, p95 up to half a second, judged as the demonstration does.</summary>
internal static class SamplePolicy
{
    public static EffectivePolicy Effective() => new()
    {
        Namespace = "shop",
        Name = "checkout",
        Uid = "uid-policy",
        Generation = 1,
        Mode = PolicyMode.Autonomous,
        WorkloadName = "checkout",
        Selector = null,
        Signals = [Errors(), Latency()],
        RolloutDeadline = TimeSpan.FromSeconds(60),
        Ladder = [RemediationAction.Rollback],
        MinimumConfidence = 0.8,
        MaxActionsPerHour = 3,
        KnownGoodDuration = TimeSpan.FromMinutes(5),
        KnownGoodRequests = 100,
        ConsecutiveChecks = 3,
        VerificationTimeout = TimeSpan.FromMinutes(5),
        RecurrenceWatch = TimeSpan.FromMinutes(5),
    };

    public static EffectiveSignal Errors() => Signal("errors", SignalKind.ErrorRatio, 0.05);

    public static EffectiveSignal Latency() => Signal("latency", SignalKind.LatencyP95, 0.5);

    public static EffectiveSignal Query(double threshold = 10, string query = "queue_depth{namespace=\"shop\"}") =>
        Signal("queue", SignalKind.Query, threshold) with { Query = query };

    /// <summary>A valid policy as it is applied.</summary>
    public static RemediationPolicy Applied() => new()
    {
        Metadata = new() { Name = "checkout", NamespaceProperty = "shop", Uid = "uid-policy", Generation = 1 },
        Spec = new RemediationPolicySpec
        {
            Workloads = new WorkloadSelector { Name = "checkout" },
            Signals =
            [
                new SignalSpec { Name = "errors", Preset = SignalPreset.HttpErrorRatio, Threshold = "5%" },
                new SignalSpec { Name = "latency", Preset = SignalPreset.HttpLatencyP95, Threshold = "500ms" },
                new SignalSpec { Name = "queue", Query = "max by (pod) (queue_depth)", Threshold = "10" },
            ],
        },
    };

    private static EffectiveSignal Signal(string name, SignalKind kind, double threshold) => new()
    {
        Name = name,
        Kind = kind,
        Threshold = threshold,
        Window = TimeSpan.FromSeconds(30),
        For = TimeSpan.FromSeconds(10),
        MinimumRequestsPerSecond = 0.5,
        CompareFactor = 3,
        Grace = TimeSpan.FromSeconds(60),
    };
}
