using ChronosOps.Operator.Detection;
using ChronosOps.Operator.Evidence;
using ChronosOps.Operator.Workloads;

namespace ChronosOps.Operator.Tests.Support;

/// <summary>The evidence of a bad release of checkout: errors of the new revision beside a healthy old one.</summary>
internal static class SampleBundle
{
    public static readonly DateTimeOffset Onset = SampleWorkload.At(-20);

    public static EvidenceBundle BadRelease() => new()
    {
        CollectedAt = SampleWorkload.Now,
        OnsetAt = Onset,
        Workload = SampleWorkload.Rolling(),
        Signals = [Fires("errors", SampleWorkload.New), .. NoSigns()],
        Measures = [Measure(SampleWorkload.New, 0.4, 60), Measure(SampleWorkload.Old, 0, 900)],
        Ownership = new Ownership(null, null, IsGitOps: false),
        KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-80000), SampleWorkload.RolloutStart)],
    };

    /// <summary>The second of three pods of a proven revision fails, and the others do not.</summary>
    public static EvidenceBundle PodFault() => BadRelease() with
    {
        Workload = SampleWorkload.Settled(),
        Signals = [Fires("errors", null), .. NoSigns()],
        Measures = [Measure(SampleWorkload.Old, 0.13, 900)],
        PodMeasures = [Pod(1, 0), Pod(2, 0.4), Pod(3, 0.01)],
        KnownGood = [new GoodRevision(SampleWorkload.Old, SampleWorkload.At(-80000), SampleWorkload.At(-30))],
    };

    /// <summary>Three pods of a proven revision that carried 30 requests a second get 120, and are full. There is room for ten more.</summary>
    public static EvidenceBundle Overload() => PodFault() with
    {
        Signals = [Fires("errors", null), Fires("cpu", SampleWorkload.Old) with { IsSaturation = true }, .. NoSigns()],
        PodMeasures = [],
        Load = new LoadFact(30, 120),
        Scaling = new ScalingFacts
        {
            Needs = new PodNeeds(0.1, 64 << 20, 0, 128 << 20, null),
            Quotas = [new QuotaFact("team", "pods", 10), new QuotaFact("team", "requests.cpu", 1), new QuotaFact("team", "services", 0)],
            NodeRoom = 10,
        },
    };

    /// <summary>Memory of three pods of a proven revision grows, and reaches the limit in a quarter of an hour. As many requests as ever.</summary>
    public static EvidenceBundle Leak() => PodFault() with
    {
        Signals = [Growing(1, 2, 3), .. NoSigns()],
        PodMeasures = [],
        Measures = [],
        Load = new LoadFact(30, 30),
    };

    /// <summary>The growth of memory fires; that of the named pods is fast.</summary>
    public static SignalReading Growing(params int[] pods) => Fires("growth", SampleWorkload.Old) with
    {
        Message = "memory for another 15m00s, limit memory for another 30m00s",
        TellsGrowth = true,
        Pods = [.. Enumerable.Range(1, 3).Select(k => new PodValue($"checkout-5f8d6c7b9-oooo{k}", 0, pods.Contains(k)))],
    };

    public static PodMeasure Pod(int number, double value, double requests = 300, string signal = "errors") =>
        new(signal, $"checkout-5f8d6c7b9-oooo{number}", value, 0.05, requests, $"{value * 100:0.#}% errors");

    public static SignalReading Fires(string signal, string? revision) => new()
    {
        Signal = signal,
        State = SignalState.Firing,
        Revision = revision,
        Value = 0.4,
        Since = Onset,
        Message = "40% errors for 20s, limit 5% errors",
    };

    /// <summary>A Kubernetes sign of the new revision.</summary>
    public static SignalReading Sign(string sign) => new()
    {
        Signal = sign,
        State = SignalState.Firing,
        Revision = SampleWorkload.New,
        Since = Onset,
        Message = "container app of pod checkout-7c9b4d8f6-nnnn1: CrashLoopBackOff after 3 restarts, exit code 1",
        IsKubernetesSign = true,
    };

    public static SignalReading Reading(string signal, SignalState state, string message = "0% errors, limit 5% errors") =>
        new() { Signal = signal, State = state, Message = message };

    public static IReadOnlyList<SignalReading> NoSigns() => PodSigns.Judge(SampleWorkload.Rolling(), TimeSpan.FromMinutes(1), SampleWorkload.Now);

    public static RevisionMeasure Measure(string revision, double value, double requests, string signal = "errors") =>
        new(signal, revision, value, 0.05, requests, $"{value * 100:0.#}% errors", Onset, DuringTrouble: true);
}
