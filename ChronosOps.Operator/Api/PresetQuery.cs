namespace ChronosOps.Operator.Api;

/// <summary>A preset's query, for as many namespaces as there are: two signals with the same one are read together, whatever their policies.</summary>
/// <param name="Kind">What it measures.</param>
/// <param name="Span">How far it looks back; zero where the last value counts.</param>
public sealed record PresetQuery(SignalKind Kind, TimeSpan Span)
{
    /// <summary>The query of a signal; null for a policy's own query and for what is counted by requests.</summary>
    public static PresetQuery? Of(EffectiveSignal signal) => signal.Kind switch
    {
        SignalKind.CpuSaturation or SignalKind.CpuThrottling => new(signal.Kind, signal.Window),
        SignalKind.MemorySaturation or SignalKind.QueueLag => new(signal.Kind, TimeSpan.Zero),
        SignalKind.MemoryGrowth => new(signal.Kind, TimeSpan.FromSeconds(1 / signal.Threshold)),
        _ => null,
    };

    /// <summary>The PromQL, which gives a series for each namespace and pod.</summary>
    /// <param name="namespaces">The namespaces.</param>
    /// <param name="pods">Which of their pods; null for all.</param>
    public string Text(IReadOnlyList<string> namespaces, PodEnding? pods = null) =>
        Kind == SignalKind.MemoryGrowth ? PresetQueries.Growth(namespaces, Span, pods) : PresetQueries.Of(Kind, namespaces, Span, pods);
}
